// Columns, constants and the widening of numbers.
#include "expr/node.h"
#include "expr/operand.h"

namespace weir {
namespace {

const std::vector<ExprPtr> kNoChildren;

class ColumnExpr : public Expr {
 public:
  ColumnExpr(uint32_t position, Type type, std::string name)
      : Expr(type), position_(position), name_(std::move(name)) {}

  Vector Eval(const EvalContext& context) const override {
    DCHECK(context.chunk.column(position_)->type() == type_);
    return {context.chunk.column(position_), false};
  }
  uint32_t column() const override { return position_; }
  const std::vector<ExprPtr>& children() const override { return kNoChildren; }
  ExprPtr WithChildren(std::vector<ExprPtr>) const override {
    return std::make_shared<ColumnExpr>(position_, type_, name_);
  }
  std::string Describe() const override { return name_; }

 private:
  uint32_t position_;
  std::string name_;
};

class ConstantExpr : public Expr {
 public:
  explicit ConstantExpr(Value value)
      : Expr(value.type()), vector_(ConstantVector(value)), value_(std::move(value)) {}

  Vector Eval(const EvalContext&) const override { return vector_; }
  const Value* constant() const override { return &value_; }
  const std::vector<ExprPtr>& children() const override { return kNoChildren; }
  ExprPtr WithChildren(std::vector<ExprPtr>) const override {
    return std::make_shared<ConstantExpr>(value_);
  }
  std::string Describe() const override {
    if (type_ != Type::kString || value_.is_null()) return value_.ToText();
    return "'" + value_.string_value() + "'";
  }

 private:
  Vector vector_;
  Value value_;
};

class WidenExpr : public Node {
 public:
  WidenExpr(ExprPtr operand, Type type) : Node(type, {std::move(operand)}) {}

  Vector Eval(const EvalContext& context) const override {
    return WidenVector(children_[0]->Eval(context), type_, RowSet::Visible(context.chunk));
  }
  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<WidenExpr>(std::move(children[0]), type_);
  }
  std::string Describe() const override { return children_[0]->Describe(); }
};

}  // namespace

ExprPtr MakeColumn(uint32_t position, Type type, std::string name) {
  return std::make_shared<ColumnExpr>(position, type, std::move(name));
}

ExprPtr MakeConstant(Value value) { return std::make_shared<ConstantExpr>(std::move(value)); }

ExprPtr WidenTo(ExprPtr expr, Type type) {
  if (expr->type() == type) return expr;
  if (IsNullLiteral(*expr)) return MakeConstant(Value::Null(type));
  CHECK(IsNumeric(expr->type()) && PromoteNumeric(expr->type(), type) == type);
  if (const Value* value = expr->constant()) return MakeConstant(WidenValue(*value, type));
  return std::make_shared<WidenExpr>(std::move(expr), type);
}

std::optional<Type> CommonType(const Expr& a, const Expr& b) {
  if (IsNullLiteral(a)) return b.type();
  if (IsNullLiteral(b) || a.type() == b.type()) return a.type();
  if (IsNumeric(a.type()) && IsNumeric(b.type())) return PromoteNumeric(a.type(), b.type());
  return std::nullopt;
}

}  // namespace weir
