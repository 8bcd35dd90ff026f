#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "catalog/function.h"

namespace weir {

// What an expression is evaluated over.
struct EvalContext {
  const Chunk& chunk;
  const Timeline* timeline = nullptr;
  RowFaults* faults = nullptr;  // takes the rows that fail; may be null
};

class Expr;
using ExprPtr = std::shared_ptr<const Expr>;

// A bound expression: names are positions, types are known. Immutable and shareable. Evaluation is
// column at a time over the visible rows of a chunk; results are indexed by physical row. Values
// of rows that are not visible are unspecified.
class Expr {
 public:
  virtual ~Expr() = default;
  Type type() const { return type_; }

  virtual Vector Eval(const EvalContext& context) const = 0;
  // The visible physical rows for which this, a bool, is true; null counts as false. Overridden
  // where that is faster than to compute all values first.
  virtual Selection Filter(const EvalContext& context) const;

  // The value if this is a constant, else null.
  virtual const Value* constant() const { return nullptr; }
  // The position if this is a plain column, else kNoColumn.
  static constexpr uint32_t kNoColumn = UINT32_MAX;
  virtual uint32_t column() const { return kNoColumn; }

  virtual const std::vector<ExprPtr>& children() const = 0;
  // The same node over other children (same types, same number).
  virtual ExprPtr WithChildren(std::vector<ExprPtr> children) const = 0;
  // True if the value depends on more than the row's columns and constants.
  virtual bool volatile_value() const { return false; }
  // Text for plans, e.g. `(price > 50)`.
  virtual std::string Describe() const = 0;

 protected:
  explicit Expr(Type type) : type_(type) {}
  Type type_;
};

enum class ArithmeticOp { kAdd, kSubtract, kMultiply, kDivide, kModulo };
enum class CompareOp { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
enum class LogicalOp { kAnd, kOr };

// Constructors check types with the language's rules and give messages without a place; the binder
// adds it. `name` is for Describe. The literal `null` is MakeConstant(Value::Null(Type::kObject)):
// it takes the type of the operands or arguments beside it. Numeric operands of different types
// are converted to the common one, so the children of arithmetic and comparison have equal types.
ExprPtr MakeColumn(uint32_t position, Type type, std::string name);
ExprPtr MakeConstant(Value value);
Result<ExprPtr> MakeArithmetic(ArithmeticOp op, ExprPtr left, ExprPtr right);
Result<ExprPtr> MakeNegate(ExprPtr operand);
Result<ExprPtr> MakeCompare(CompareOp op, ExprPtr left, ExprPtr right);
Result<ExprPtr> MakeLogical(LogicalOp op, ExprPtr left, ExprPtr right);
Result<ExprPtr> MakeNot(ExprPtr operand);
ExprPtr MakeIsNull(ExprPtr operand);
// `case when c then v ... else v end`: the value of the first branch whose condition is true, else
// `otherwise` (null pointer: null). Numbers of different types are converted to the common one.
struct CaseBranchExpr {
  ExprPtr condition;
  ExprPtr value;
};
Result<ExprPtr> MakeCase(std::vector<CaseBranchExpr> branches, ExprPtr otherwise);
// Both ends included; false if one of the three is null.
Result<ExprPtr> MakeBetween(ExprPtr operand, ExprPtr low, ExprPtr high);
// True if the operand equals one of the items; a null equals nothing.
Result<ExprPtr> MakeInList(ExprPtr operand, std::vector<ExprPtr> items);
// SQL patterns: `%` stands for any text, `_` for one character. Null gives false.
Result<ExprPtr> MakeLike(ExprPtr operand, ExprPtr pattern);
// `||`: the texts of both operands, one after the other; null if one is null.
ExprPtr MakeConcat(ExprPtr left, ExprPtr right);
// Matches the overloads and binds. `call_site` numbers the call in the app as written.
Result<ExprPtr> MakeCall(const FunctionSpec& spec, std::vector<ExprPtr> arguments,
                         uint32_t call_site);

// Evaluates to a column with one value per physical row (constants spread out).
ColumnPtr EvalColumn(const Expr& expr, const EvalContext& context);
// The visible physical rows for which a bool expression is true (null counts as false).
Selection EvalFilter(const Expr& condition, const EvalContext& context);

// Constant sub-trees replaced by their values; the same results always.
ExprPtr FoldConstants(const ExprPtr& expr);
// Columns renumbered: position p becomes mapping[p].
ExprPtr RemapColumns(const ExprPtr& expr, const std::vector<uint32_t>& mapping);
// Sets used[p] for every column the expression reads.
void CollectColumns(const Expr& expr, std::vector<bool>* used);
// The operands of a chain of `and`, in order.
std::vector<ExprPtr> SplitConjunction(const ExprPtr& expr);
// For `a and b and ...` back into one expression; empty list gives null.
ExprPtr JoinConjunction(const std::vector<ExprPtr>& conditions);

// How an expression compares, for planning of indexes: set only for a comparison. Both
// sides have the same type.
struct Comparison {
  CompareOp op;
  ExprPtr left;
  ExprPtr right;
};
std::optional<Comparison> AsComparison(const Expr& expr);

}  // namespace weir
