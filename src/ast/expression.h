// Expressions of the language. Plain data: types and meanings belong to the binder.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ast/span.h"

namespace weir::ast {

struct Expr;
// Never null inside a tree unless the member's comment says "may be null".
using ExprPtr = std::unique_ptr<Expr>;

enum class TimeUnit {
  kYear,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
};

// One `5 min` of a time literal.
struct TimePart {
  int64_t count = 0;
  TimeUnit unit = TimeUnit::kSecond;
};

// `1 hour 30 min`: a long, in milliseconds (month = 2 630 000 000, year = 31 556 900 000).
struct TimeLiteral {
  Span span;
  int64_t milliseconds = 0;
  std::vector<TimePart> parts;  // as written, units descending
};

struct Null {};

// A constant. The alternative is its type: int32_t = int, int64_t = long, TimeLiteral = long.
// A sign directly before a number is folded into it.
struct Literal {
  std::variant<Null, bool, int32_t, int64_t, float, double, std::string, TimeLiteral> value;
};

// How a stream is named: `S`, `#S` (inner stream of a partition) or `!S` (fault stream).
enum class StreamKind { kPlain, kInner, kFault };

struct StreamName {
  Span span;
  StreamKind kind = StreamKind::kPlain;
  std::string name;  // without '#' or '!'
};

// The place in a counted pattern state: `[3]`, `[last]`, `[last-2]`.
struct EventIndex {
  bool from_last = false;
  int32_t offset = 0;  // the number itself, or what is subtracted from `last`
};

// A stream, alias or pattern state inside an expression: `e1`, `e1[last]`, `#S`.
struct StreamRef {
  StreamName stream;
  std::optional<EventIndex> index;
};

// `price`, `S.price`, `e1[0].price`, `#S.price`, `!S.price`.
struct AttributeRef {
  std::optional<StreamRef> stream;
  Name name;
};

enum class UnaryOp { kNot, kNegate };

struct Unary {
  UnaryOp op = UnaryOp::kNot;
  ExprPtr operand;
};

enum class BinaryOp {
  kMultiply,
  kDivide,
  kModulo,
  kAdd,
  kSubtract,
  kConcat,  // `||`
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kNotEqual,
};

// Left-associative; `a - b - c` is Binary(Binary(a, b), c).
struct Binary {
  BinaryOp op = BinaryOp::kAdd;
  ExprPtr left;
  ExprPtr right;
};

enum class LogicalOp { kAnd, kOr };

// `a and b and c` is one node, so that a rule with a thousand alternatives is flat, not deep.
struct Logical {
  LogicalOp op = LogicalOp::kAnd;
  std::vector<ExprPtr> operands;  // two or more, in source order
};

// `x is null`, or `x is not null`. The operand is a StreamRef where only a stream can be meant
// (`e1[1] is null`, `#S is null`). A bare name (`e2 is null`) is an AttributeRef without a stream:
// whether it names a pattern state or an attribute is the binder's to decide, the state first.
// So it is with `x[1] is null`, a StreamRef.
struct IsNull {
  ExprPtr operand;
  bool negated = false;
};

// `condition in Table`: true if some row of the table satisfies the condition.
struct InTable {
  ExprPtr condition;
  Name table;
};

// `name(args)`, `ns:name(args)`, `name(*)`.
struct Call {
  Name ns;  // empty text = no namespace
  Name name;
  std::vector<ExprPtr> args;
  bool star = false;  // `(*)`; then args is empty
};

struct CaseBranch {
  ExprPtr when;
  ExprPtr then;
};

// `case when c then v ... [else v] end`, or `case x when v then ...`: the first branch whose value
// equals x.
struct Case {
  ExprPtr operand;                   // may be null
  std::vector<CaseBranch> branches;  // one or more
  ExprPtr otherwise;                 // may be null
};

// `x [not] between low and high`, both ends included.
struct Between {
  ExprPtr operand;
  ExprPtr low;
  ExprPtr high;
  bool negated = false;
};

// `x [not] in (a, b, c)`.
struct InList {
  ExprPtr operand;
  std::vector<ExprPtr> items;  // one or more
  bool negated = false;
};

// `x [not] like pattern`.
struct Like {
  ExprPtr operand;
  ExprPtr pattern;
  bool negated = false;
};

// `x[0]`, `x['key']`: an element of an object, a list or a map.
struct Access {
  ExprPtr operand;
  ExprPtr index;
};

// StreamRef occurs only directly under IsNull and as an argument of `eventTimestamp`.
using ExprNode = std::variant<Literal, AttributeRef, StreamRef, Unary, Binary, Logical, IsNull,
                              InTable, Call, Case, Between, InList, Like, Access>;

// The parser nests expressions at most limits.depth deep, so recursion over a tree is safe.
struct Expr {
  Span span;
  ExprNode node;
};

inline ExprPtr MakeExpr(Span span, ExprNode node) {
  return std::make_unique<Expr>(Expr{span, std::move(node)});
}

}  // namespace weir::ast
