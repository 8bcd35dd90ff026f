#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pattern/pattern_spec.h"

namespace weir::test {

// Patterns over streams (k int, v int), small enough to be made at random and to be matched by a
// second, simple program.

inline constexpr uint32_t kKey = 0;
inline constexpr uint32_t kAmount = 1;

struct CaseEvent {
  uint32_t port;
  TimeMs timestamp;
  int32_t values[2];
  bool key_null = false;
};

// `attribute op constant`, `attribute op e[index].attribute`, or, with `or_missing`,
// `e[index].attribute is null or attribute op e[index].attribute`.
struct CaseTest {
  uint32_t attribute;
  CompareOp op;
  std::optional<Capture> other;
  int32_t constant = 0;
  bool or_missing = false;
};

struct PatternCase {
  bool sequence = false;
  uint32_t ports = 1;
  struct State {
    uint32_t port = 0;
    std::vector<CaseTest> tests;
  };
  std::vector<State> states;
  PatternNode root;
  std::optional<TimeMs> within;
  bool gives_expired = false;

  PatternSpec Spec() const;
  std::string Text() const;
};

// A match: its time, and for each output its value as text; `-` before a partial match given up.
using CaseRow = std::string;

using MakeOperator = std::function<std::unique_ptr<Operator>()>;

struct CaseRun {
  size_t epoch_size = 1;  // messages
  bool use_index = true;
  bool select_every_other = false;  // chunks with a selection: every second row is not visible
  // Called after each epoch; may put another operator in its place.
  std::function<void(const MakeOperator& make, std::unique_ptr<Operator>*)> between = nullptr;
};

// What the operator makes of the events, each a message of its own, and of the time up to `end`.
std::vector<CaseRow> RunOperator(const PatternCase& pattern, const std::vector<CaseEvent>& events,
                                 TimeMs start, TimeMs end, const CaseRun& run);

// The same by brute force: lists of partial matches that are scanned for each event. Nothing if
// there are too many of them to go on.
std::optional<std::vector<CaseRow>> RunReference(const PatternCase& pattern,
                                                 const std::vector<CaseEvent>& events, TimeMs start,
                                                 TimeMs end);

PatternNode StateNode(uint32_t state);
PatternNode CountNode(uint32_t state, uint32_t min, uint32_t max);
PatternNode AbsentNode(uint32_t state, std::optional<TimeMs> for_ms);
PatternNode GroupNode(PatternNode::Kind kind, std::vector<PatternNode> children);

}  // namespace weir::test
