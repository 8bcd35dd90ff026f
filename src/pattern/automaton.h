#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pattern/pattern_spec.h"

namespace weir {

inline constexpr uint32_t kNone = UINT32_MAX;

// How a state takes part in its element: alone, counted, as an operand of `and` / `or`, or by the
// absence of events, alone or as an operand.
enum class StateKind : uint8_t { kSingle, kCount, kLogical, kAbsent, kAbsentLogical };

// A value of an event that a state matched, found in the store of that state.
struct StoredValue {
  uint32_t state;
  EventIndex index;
  uint32_t column;  // of the state's store
};

// `event op stored`: a part of a condition that compares a value of the arriving event with one
// value of an earlier event. Both have the same type.
struct Term {
  CompareOp op;
  ExprPtr event;  // over the arriving event
  StoredValue stored;
};

// An input of the residual condition that comes from the partial match.
struct ResidualInput {
  StoredValue value;
  bool presence;  // a bool: is there such an event
};

// The condition of a state, taken apart into what can be tested when.
struct Guard {
  ExprPtr unary;              // over the arriving event alone; null: true
  std::vector<Term> keys;     // equalities answered by the index over waiting partial matches
  std::optional<Term> range;  // an order, answered by a heap of those with the same keys
  std::vector<Term> terms;    // other comparisons, tested one candidate at a time
  // What is left, over the columns `residual_event` of the arriving event, then `residual_inputs`;
  // null: true.
  ExprPtr residual;
  std::vector<uint32_t> residual_event;
  std::vector<ResidualInput> residual_inputs;
  // The places of these columns, then of those inputs, among the columns of the residual; behind
  // all of them come the answers to look-ups over them.
  std::vector<uint32_t> residual_places;
  uint32_t residual_width = 0;
};

// What a state keeps of the events it matches: values over the arriving event's attributes.
struct StoredColumns {
  SchemaPtr schema;
  std::vector<ExprPtr> values;
};

struct AutomatonState {
  StateKind kind = StateKind::kSingle;
  uint32_t port = 0;
  uint32_t element = 0;
  uint32_t min = 1;
  uint32_t max = 1;
  bool is_or = false;
  TimeMs wait_ms = -1;  // `for`; -1: none
  std::vector<uint32_t> partners;
  Guard guard;
  StoredColumns stored;
  std::vector<LookupSpec> lookups;  // as PatternState has them
  std::vector<std::shared_ptr<TableLookup>> shared_lookups;
  SchemaPtr lookup_rows;

  bool absent() const { return kind == StateKind::kAbsent || kind == StateKind::kAbsentLogical; }
  bool logical() const { return kind == StateKind::kLogical || kind == StateKind::kAbsentLogical; }
};

// One step of `a -> b -> c`: a state, or the operands of `and` / `or`.
struct AutomatonElement {
  std::vector<uint32_t> states;  // in the order in which an event is offered to them
  uint32_t rearm = kNone;        // element that a match of this one arms again (`every`)
  // True if the element before is a first element that may stay empty in a sequence; see Machine.
  bool resets_start = false;
};

struct OutputColumn {
  enum class Kind { kValue, kList, kPresence } kind;
  StoredValue value;
};

// A pattern or sequence made ready to run: one row of elements with jumps back for `every`.
// Immutable, shared by all that run it.
struct Automaton {
  bool sequence = false;
  bool has_absent = false;
  bool gives_expired = false;          // partial matches that are given up are emitted
  TimeMs within_ms = -1;               // -1: none
  TimeMs lateness_ms = -1;             // -1: not known; without within_ms too
  std::vector<AutomatonState> states;  // numbered as in the pattern
  std::vector<AutomatonElement> elements;
  std::vector<std::vector<uint32_t>> states_of_port;  // in the order an event is offered to them
  std::vector<SchemaPtr> streams;
  std::vector<OutputColumn> outputs;
  SchemaPtr output;

  const AutomatonElement& element_of(uint32_t state) const {
    return elements[states[state].element];
  }
  bool is_start(uint32_t state) const { return states[state].element == 0; }
  // True if each partial match that waits at this absent operand has its own timer; else one timer
  // goes through all of them.
  bool own_silence(uint32_t state) const {
    return !sequence && !is_start(state) && element_of(state).rearm == kNone;
  }
  bool is_last(uint32_t state) const { return states[state].element + 1 == elements.size(); }
};

// Takes apart the conditions of all states and decides what each state keeps of its events.
void SplitConditions(const PatternSpec& spec, bool use_index, Automaton* automaton);

}  // namespace weir
