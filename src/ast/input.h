// What a query reads: a stream, a join, a pattern or a sequence.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "ast/expression.h"
#include "ast/span.h"

namespace weir::ast {

// `[condition]` or `#[condition]`.
struct Filter {
  ExprPtr condition;
};

// `#name(args)` or `#ns:name(args)`. `#timeBatch(..)` is one of these as well.
struct StreamFunction {
  Call call;
};

// `#window.name(args)` or `#window.ns:name(args)`.
struct WindowHandler {
  Call call;
};

// One link of the chain behind a source. The parser does not count windows: two in one chain
// parse, and the binder refuses them. In a join a window is always the last link.
struct StreamHandler {
  Span span;
  std::variant<Filter, StreamFunction, WindowHandler> node;
};

// A source with its chain; also one side of a join and one state of a pattern.
struct SingleStream {
  Span span;
  StreamName source;
  std::vector<StreamHandler> handlers;
  std::optional<Name> alias;  // `as x`; never in a pattern
};

struct JoinSide {
  SingleStream stream;
  bool unidirectional = false;
};

enum class JoinType { kInner, kLeftOuter, kRightOuter, kFullOuter };

// `L join R on c within a, b per 'days'`.
struct JoinInput {
  Span span;
  JoinSide left;
  JoinType type = JoinType::kInner;
  JoinSide right;
  ExprPtr on;            // may be null: every pair
  ExprPtr within_begin;  // may be null; set if and only if per is
  ExprPtr within_end;    // may be null
  ExprPtr per;           // may be null
};

struct StateNode;
// Never null inside a tree.
using StateNodePtr = std::unique_ptr<StateNode>;

// `e1=S[filter]`: waits for one event.
struct StateStream {
  std::optional<Name> ref;  // the `e1`
  SingleStream stream;
};

// No upper bound in a count.
inline constexpr int32_t kUnbounded = -1;

// `S<2:5>`, `S<2:>`, `S<:5>`, `S<3>`, and `S*` = <0:>, `S+` = <1:>, `S?` = <0:1>.
struct StateCount {
  StateNodePtr child;  // a StateStream
  int32_t min = 0;
  int32_t max = kUnbounded;  // inclusive
};

// `not S[filter] [for 5 sec]`.
struct StateAbsent {
  SingleStream stream;
  std::optional<TimeLiteral> duration;
};

// `a and b`, `a or b`; `and` binds tighter.
struct StateLogical {
  LogicalOp op = LogicalOp::kAnd;
  std::vector<StateNodePtr> operands;  // two or more
};

// `every x`, where x is one element (with its `and`s and `or`s) or a group in parentheses.
struct StateEvery {
  StateNodePtr child;
};

// `a -> b -> c` in a pattern, `a, b, c` in a sequence. A group in parentheses is a nested node.
struct StateNext {
  std::vector<StateNodePtr> steps;  // two or more
};

struct StateNode {
  Span span;
  std::variant<StateStream, StateCount, StateAbsent, StateLogical, StateEvery, StateNext> node;
};

enum class StateKind { kPattern, kSequence };

// One element alone (`every e1=S`) is a pattern, unless it is counted with `*`, `+` or `?`.
struct StateInput {
  Span span;
  StateKind kind = StateKind::kPattern;
  StateNodePtr root;
  std::optional<TimeLiteral> within;
};

}  // namespace weir::ast
