#pragma once

#include <algorithm>
#include <random>

#include "unit/pattern/pattern_case.h"

// Random patterns and events.
namespace weir::test {

struct Shape {
  bool sequence = false;
  bool absence = false;
  bool disorder = false;  // timestamps go back
  bool expired = false;   // partial matches that are given up are wanted
};

class CaseMaker {
 public:
  CaseMaker(uint64_t seed, Shape shape) : random_(seed), shape_(shape) {}

  PatternCase Pattern() {
    pattern_.sequence = shape_.sequence;
    pattern_.ports = 1 + Below(3);
    const uint32_t elements = 1 + Below(4);
    std::vector<PatternNode> steps;
    for (uint32_t made = 0; made < elements;) {
      if (!shape_.sequence && elements - made >= 2 && Below(4) == 0) {
        const uint32_t size = 1 + Below(elements - made);
        std::vector<PatternNode> group;
        for (uint32_t i = 0; i < size; ++i) group.push_back(Element(made + i == 0));
        steps.push_back(GroupNode(Kind::kEvery, {GroupNode(Kind::kNext, std::move(group))}));
        made += size;
        continue;
      }
      PatternNode element = Element(made == 0);
      const bool may_repeat =
          shape_.sequence ? made == 0 : element.kind != Kind::kCount || element.min > 0;
      if (may_repeat && Below(2) == 0) element = GroupNode(Kind::kEvery, {std::move(element)});
      steps.push_back(std::move(element));
      ++made;
    }
    pattern_.root = GroupNode(Kind::kNext, std::move(steps));
    pattern_.gives_expired = shape_.expired;
    if (Below(2) == 0) pattern_.within = 3 + Below(40);
    for (uint32_t s = 0; s < pattern_.states.size(); ++s) AddTests(s);
    return pattern_;
  }

  std::vector<CaseEvent> Events(TimeMs start) {
    std::vector<CaseEvent> events;
    TimeMs timestamp = start;
    const uint32_t count = 5 + Below(60);
    const uint32_t pace = 1 + Below(8);
    for (uint32_t i = 0; i < count; ++i) {
      timestamp += Below(pace);
      TimeMs own = timestamp;
      if (shape_.disorder && Below(4) == 0) own -= Below(30);
      events.push_back({Below(pattern_.ports),
                        own,
                        {static_cast<int32_t>(Below(3)), static_cast<int32_t>(Below(10))},
                        Below(20) == 0});
    }
    return events;
  }

 private:
  using Kind = PatternNode::Kind;

  uint32_t Below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

  uint32_t AddState() {
    PatternCase::State state;
    state.port = Below(pattern_.ports);
    pattern_.states.push_back(state);
    return static_cast<uint32_t>(pattern_.states.size()) - 1;
  }

  PatternNode Element(bool first) {
    const uint32_t pick = Below(shape_.absence ? 12 : 8);
    if (pick == 0 || pick == 1) {
      const uint32_t min = Below(3) + (first && pattern_.states.empty() ? 1 : 0);
      const uint32_t max = Below(3) == 0 ? PatternNode::kUnbounded : std::max(min, 1u) + Below(3);
      return CountNode(AddState(), min, max);
    }
    if (pick == 2 || pick == 3) {
      std::vector<PatternNode> operands;
      const uint32_t count = Below(4) == 0 ? 3 : 2;
      for (uint32_t i = 0; i < count; ++i) operands.push_back(StateNode(AddState()));
      return GroupNode(Below(2) == 0 ? Kind::kAnd : Kind::kOr, std::move(operands));
    }
    if (pick >= 10) return AbsentNode(AddState(), 2 + Below(10));
    if (pick >= 8) return AbsentLogical();
    return StateNode(AddState());
  }

  PatternNode AbsentLogical() {
    const bool both = Below(4) == 0;
    const Kind kind = Below(2) == 0 ? Kind::kAnd : Kind::kOr;
    std::optional<TimeMs> wait = 2 + Below(10);
    if (kind == Kind::kAnd && !both && Below(2) == 0) wait.reset();
    const uint32_t a = AddState(), b = AddState();
    std::vector<PatternNode> operands{AbsentNode(a, wait)};
    operands.push_back(both ? AbsentNode(b, 2 + Below(10)) : StateNode(b));
    if (Below(2) == 0) std::swap(operands[0], operands[1]);
    return GroupNode(kind, std::move(operands));
  }

  void AddTests(uint32_t s) {
    std::vector<CaseTest>& tests = pattern_.states[s].tests;
    const CompareOp ops[] = {CompareOp::kEqual,     CompareOp::kNotEqual, CompareOp::kLess,
                             CompareOp::kLessEqual, CompareOp::kGreater,  CompareOp::kGreaterEqual};
    if (Below(3) > 0) {
      tests.push_back(
          {kAmount, ops[2 + Below(4)], std::nullopt, static_cast<int32_t>(2 + Below(6))});
    }
    if (Below(2) == 0) {
      Capture other{Below(s + 1), {EventIndex::Kind::kFirst, 0}, kKey};
      if (other.state != s || Below(2) == 0) {
        tests.push_back({kKey, CompareOp::kEqual, Indexed(other, s)});
      }
    }
    if (Below(3) == 0) {
      Capture other{Below(static_cast<uint32_t>(pattern_.states.size())),
                    {EventIndex::Kind::kFirst, 0},
                    kAmount};
      tests.push_back({kAmount, ops[Below(6)], Indexed(other, s), 0, Below(2) == 0});
    }
  }

  Capture Indexed(Capture capture, uint32_t own) {
    const uint32_t pick = Below(4);
    if (pick == 0) capture.index = {EventIndex::Kind::kLast, Below(2)};
    if (pick == 1) capture.index = {EventIndex::Kind::kAt, Below(3)};
    // `e1.x` in its own condition is a plain attribute.
    if (capture.state == own && capture.index.kind == EventIndex::Kind::kFirst) {
      capture.index = {EventIndex::Kind::kLast, 0};
    }
    return capture;
  }

  std::mt19937_64 random_;
  const Shape shape_;
  PatternCase pattern_;
};

inline std::string EventsText(const std::vector<CaseEvent>& events) {
  std::string text;
  for (const CaseEvent& event : events) {
    text += "  S" + std::to_string(event.port) + " @" + std::to_string(event.timestamp) +
            " k=" + (event.key_null ? "null" : std::to_string(event.values[kKey])) +
            " v=" + std::to_string(event.values[kAmount]) + "\n";
  }
  return text;
}

}  // namespace weir::test
