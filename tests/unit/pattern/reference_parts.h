#pragma once

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

}  // namespace weir::test::reference
