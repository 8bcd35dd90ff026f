#pragma once

#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "unit/pattern/pattern_case.h"

// What the brute force matcher keeps: whole partial matches, in plain lists.
namespace weir::test::reference {

struct Match {
  std::vector<std::vector<CaseEvent>> events;  // by state
  std::vector<bool> settled;                   // by state: an absence counts as met
  TimeMs timestamp = -1;
  bool rearmed = false;
  bool dead = false;
  bool taken = false;  // an event of its own
  bool given_up = false;
};
using MatchPtr = std::shared_ptr<Match>;

struct Place {
  std::list<MatchPtr> fresh, pending;
  bool initialized = false;
  bool reset_start = false;
  bool active = true;
  TimeMs scheduled = 0;
  std::optional<TimeMs> arrival;
};

struct Element {
  PatternNode::Kind kind = PatternNode::Kind::kState;
  std::vector<uint32_t> states;
  uint32_t min = 1, max = 1;
  int rearm = -1;
};

// A comparison with null is false, but for `!=`.
inline bool Compare(CompareOp op, std::optional<int32_t> a, std::optional<int32_t> b) {
  if (!a || !b) return op == CompareOp::kNotEqual;
  switch (op) {
    case CompareOp::kEqual:
      return *a == *b;
    case CompareOp::kNotEqual:
      return *a != *b;
    case CompareOp::kLess:
      return *a < *b;
    case CompareOp::kLessEqual:
      return *a <= *b;
    case CompareOp::kGreater:
      return *a > *b;
    case CompareOp::kGreaterEqual:
      return *a >= *b;
  }
  return false;
}

// What a condition of state `own` calls `capture` when `event` arrives.
inline std::optional<int32_t> ValueFor(const Match& match, const CaseEvent& event, uint32_t own,
                                       const Capture& capture, const std::vector<bool>& absent) {
  if (absent[capture.state] && capture.state != own) return std::nullopt;
  std::vector<CaseEvent> events = match.events[capture.state];
  const bool last = capture.index.kind == EventIndex::Kind::kLast;
  if (capture.state == own && !last) events.push_back(event);
  if (capture.index.n >= events.size()) return std::nullopt;
  const CaseEvent& found = events[last ? events.size() - 1 - capture.index.n : capture.index.n];
  if (capture.attribute == kKey && found.key_null) return std::nullopt;
  return found.values[capture.attribute];
}

// Makes a row of elements of the tree of a pattern; `absent` and `waits` are by state.
struct Flattener {
  std::vector<Element>* elements;
  std::vector<bool>* absent;
  std::vector<TimeMs>* waits;
  bool sequence = false;
  int open = -1;  // where an `every` begins that the next element which is not empty completes

  void Flatten(const PatternNode& node) {
    using Kind = PatternNode::Kind;
    const size_t first = elements->size();
    Element element;
    element.kind = node.kind;
    switch (node.kind) {
      case Kind::kState:
      case Kind::kCount:
      case Kind::kAbsent:
        element.states = {node.state};
        element.min = node.min;
        element.max = node.max;
        NoteAbsence(node);
        Push(element);
        break;
      case Kind::kAnd:
      case Kind::kOr:
        for (const PatternNode& child : node.children) {
          NoteAbsence(child);
          const bool ahead = child.kind == Kind::kAbsent && !element.states.empty() &&
                             !(*absent)[element.states[0]];
          element.states.insert(ahead ? element.states.begin() : element.states.end(), child.state);
        }
        Push(element);
        break;
      case Kind::kNext:
        for (const PatternNode& child : node.children) Flatten(child);
        break;
      case Kind::kEvery:
        Flatten(node.children[0]);
        if (!sequence && std::all_of(elements->begin() + first, elements->end(), MayBeEmpty)) {
          open = open < 0 ? static_cast<int>(first) : open;
        } else {
          RearmAt(&elements->back(), static_cast<int>(first));
        }
        break;
    }
  }

 private:
  static bool MayBeEmpty(const Element& element) {
    return element.kind == PatternNode::Kind::kCount && element.min == 0;
  }
  static void RearmAt(Element* element, int first) {
    element->rearm = element->rearm < 0 ? first : std::min(element->rearm, first);
  }
  void Push(Element element) {
    if (open >= 0 && !MayBeEmpty(element)) {
      RearmAt(&element, open);
      open = -1;
    }
    elements->push_back(element);
  }
  void NoteAbsence(const PatternNode& node) const {
    if (node.kind != PatternNode::Kind::kAbsent) return;
    (*absent)[node.state] = true;
    if (node.for_ms) (*waits)[node.state] = *node.for_ms;
  }
};

// What a row says of each state.
inline CaseRow ValuesText(const std::vector<Element>& elements, const Match& match) {
  CaseRow row;
  for (uint32_t s = 0; s < match.events.size(); ++s) {
    const auto& events = match.events[s];
    const auto at = [&](size_t i) {
      return i < events.size() ? std::to_string(events[i].values[kAmount]) : "null";
    };
    row += " " + at(0);
    const bool counted = std::any_of(elements.begin(), elements.end(), [&](const Element& e) {
      return e.kind == PatternNode::Kind::kCount && e.states[0] == s;
    });
    if (!counted) continue;
    row += " " + (events.size() < 2 ? "null" : at(events.size() - 2)) + " [";
    for (size_t i = 0; i < events.size(); ++i) row += (i > 0 ? "," : "") + at(i);
    row += std::string("] ") + (events.size() > 1 ? "true" : "false");
  }
  return row;
}

}  // namespace weir::test::reference
