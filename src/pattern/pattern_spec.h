#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/step_operator.h"
#include "exec/table_lookup.h"
#include "expr/expr.h"

namespace weir {

// Which of the events that a state collected is meant.
struct EventIndex {
  enum class Kind {
    kFirst,  // e1.price (same as kAt 0)
    kAt,     // e1[n].price
    kLast,   // e1[last], e1[last-n]: n back from the last
    kAll,    // the list of all, as an object; only in outputs
  } kind = Kind::kFirst;
  uint32_t n = 0;
};

// An attribute of an event that a state matched; null if there is no such event.
struct Capture {
  uint32_t state;
  EventIndex index;
  uint32_t attribute;
  // True for `e2 is null`-style tests: the capture is a bool, true if there is an event.
  bool presence = false;
  // True for `eventTimestamp(e2)`: the capture is the event's timestamp, a long.
  bool timestamp = false;
};

// One `e1=S[condition]` of the pattern as written, in order of writing.
struct PatternState {
  uint32_t port;     // position of its stream among PatternSpec::streams
  std::string name;  // `e1`, or empty
  // Over the arriving event's attributes, then one column per capture; null: always true. In a
  // state's own condition `e1.x` is the arriving event, `e1[last].x` the one collected before it.
  ExprPtr condition;
  std::vector<Capture> captures;  // of any state; null while that state has not matched
  // Look-ups over those columns (see ConditionRows), whose answers follow them in the condition.
  std::vector<LookupSpec> lookups;
  // The look-ups themselves, if MakeLookupTableOperators keep them for all keys of a partition.
  std::vector<std::shared_ptr<TableLookup>> shared_lookups;
  std::string description;  // `e1=S[price > 50]`, for plans
};

// The shape of the pattern as written.
struct PatternNode {
  enum class Kind {
    kState,   // one event of states[state]
    kCount,   // states[state], min..max times
    kNext,    // children one after the other
    kEvery,   // child, armed again
    kAnd,     // children (each kState or kAbsent) in any order
    kOr,      // one of the children
    kAbsent,  // no event of states[state] (for `for_ms`, if given)
  } kind = Kind::kState;
  uint32_t state = 0;
  uint32_t min = 1;
  uint32_t max = 1;
  static constexpr uint32_t kUnbounded = UINT32_MAX;
  std::optional<TimeMs> for_ms;
  std::vector<PatternNode> children;
};

struct PatternSpec {
  bool sequence = false;
  // Distinct streams in order of first use; port p of the operator carries streams[p].
  std::vector<SchemaPtr> streams;
  std::vector<PatternState> states;
  PatternNode root;
  std::optional<TimeMs> within;
  // No row is stamped more than this before the clock: so long after `within` is over the clock
  // drops what waits. A row that is later all the same may find nothing.
  std::optional<TimeMs> lateness;
  // Partial matches that are given up (see MayGiveUp) are emitted too, as expired rows.
  bool gives_expired = false;
  // The output row: one column per capture, with these names and types.
  std::vector<Capture> outputs;
  SchemaPtr output;
};

// What the condition of a state is over, without the answers to look-ups.
SchemaPtr ConditionRows(const PatternSpec& spec, const PatternState& state);

// Checks what is supported; a message without a place, or "not supported yet: ...".
Status ValidatePattern(const PatternSpec& spec);

// True if a partial match may be given up: its `within` is over, or an event came whose absence it
// waited for.
bool MayGiveUp(const PatternSpec& spec);

// A pattern made ready to run; shared by the operators of all partition keys. A failure is as of
// ValidatePattern. Without an index the results are the same.
struct Automaton;
Result<std::shared_ptr<const Automaton>> BuildAutomaton(const PatternSpec& spec,
                                                        bool use_index = true);

// Behind the ports of the streams come those for the tables of the states' look-ups that are not
// shared, as find rows (see LookupPort), in order of the states.
//
// One emission per match; the row has the timestamp of the last matched event. With gives_expired
// one more for each partial match that took an event and is given up, with what it has so far; its
// time is that of the step: of the timer that fires one millisecond after the last at which the
// pattern could still be within its time, or of the event that broke the absence. Matches are the
// same as without: an event stamped earlier that arrives after that may still complete one that
// was given up. A multi_emitter.
std::unique_ptr<Operator> MakePatternOperator(OrderPlace place, PatternSpec spec);
std::unique_ptr<Operator> MakePatternOperator(OrderPlace place,
                                              std::shared_ptr<const Automaton> automaton);

// The automaton for plans: format "text" or "dot".
std::string DescribeAutomaton(const PatternSpec& spec, const std::string& format);

}  // namespace weir
