// Operators on text: like and ||.
#include "expr/like_matcher.h"
#include "expr/node.h"
#include "expr/scalar_function.h"

namespace weir {
namespace {

class LikeExpr : public Node {
 public:
  explicit LikeExpr(std::vector<ExprPtr> children) : Node(Type::kBool, std::move(children)) {
    const Value* pattern = children_[1]->constant();
    if (pattern != nullptr && !pattern->is_null()) {
      matcher_ = std::make_shared<const LikeMatcher>(pattern->string_value());
    }
  }

  Vector Eval(const EvalContext& context) const override {
    const Vector text = children_[0]->Eval(context);
    const Vector pattern = children_[1]->Eval(context);
    if (IsConstantNull(text) || IsConstantNull(pattern)) return ConstantVector(Value::Bool(false));
    const bool constant = text.constant && pattern.constant;
    const RowSet rows = constant ? RowSet::One() : RowSet::Visible(context.chunk);
    auto out = std::make_shared<Column>(Type::kBool, rows.physical);
    uint8_t* result = out->mutable_values<uint8_t>();
    const Operand<StringRef> texts(text);
    const Operand<StringRef> patterns(pattern);
    rows.ForEach([&](uint32_t row) {
      bool matches = false;
      if (texts.IsValid(row) && patterns.IsValid(row)) {
        matches = matcher_ != nullptr
                      ? matcher_->Matches(texts[row].view())
                      : LikeMatcher(patterns[row].view()).Matches(texts[row].view());
      }
      result[row] = matches ? 1 : 0;
    });
    return {std::move(out), constant};
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<LikeExpr>(std::move(children));
  }
  std::string Describe() const override {
    return "(" + children_[0]->Describe() + " like " + children_[1]->Describe() + ")";
  }

 private:
  std::shared_ptr<const LikeMatcher> matcher_;  // set if the pattern is constant
};

// The text of any value, null staying null.
class TextExpr : public Node {
 public:
  explicit TextExpr(ExprPtr operand) : Node(Type::kString, {std::move(operand)}) {}

  Vector Eval(const EvalContext& context) const override {
    const Vector operand = children_[0]->Eval(context);
    const BoundFunction function = BindValues(Type::kString, [](std::span<const Value> values) {
      return values[0].is_null() ? Value::Null(Type::kString) : Value::String(values[0].ToText());
    });
    return function.kernel({&operand, 1}, CallContext{context.chunk, context.timeline, 0});
  }
  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<TextExpr>(std::move(children[0]));
  }
  std::string Describe() const override { return children_[0]->Describe(); }
};

class ConcatExpr : public Node {
 public:
  explicit ConcatExpr(std::vector<ExprPtr> children) : Node(Type::kString, std::move(children)) {}

  Vector Eval(const EvalContext& context) const override {
    const Vector operands[] = {children_[0]->Eval(context), children_[1]->Eval(context)};
    static const BoundFunction kConcat =
        BindScalar([](std::string_view a, std::string_view b) { return std::string(a).append(b); });
    return kConcat.kernel(operands, CallContext{context.chunk, context.timeline, 0});
  }
  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<ConcatExpr>(std::move(children));
  }
  std::string Describe() const override {
    return "(" + children_[0]->Describe() + " || " + children_[1]->Describe() + ")";
  }
};

ExprPtr AsText(ExprPtr expr) {
  if (expr->type() == Type::kString) return expr;
  if (IsNullLiteral(*expr)) return WidenTo(std::move(expr), Type::kString);
  return std::make_shared<TextExpr>(std::move(expr));
}

}  // namespace

Result<ExprPtr> MakeLike(ExprPtr operand, ExprPtr pattern) {
  for (ExprPtr* side : {&operand, &pattern}) {
    if (IsNullLiteral(**side)) *side = WidenTo(*side, Type::kString);
  }
  if (operand->type() != Type::kString || pattern->type() != Type::kString) {
    return Status::Invalid("like takes string and string, not " + TypeText(*operand) + " and " +
                           TypeText(*pattern));
  }
  return ExprPtr(
      std::make_shared<LikeExpr>(std::vector<ExprPtr>{std::move(operand), FoldConstants(pattern)}));
}

ExprPtr MakeConcat(ExprPtr left, ExprPtr right) {
  return std::make_shared<ConcatExpr>(
      std::vector<ExprPtr>{AsText(std::move(left)), AsText(std::move(right))});
}

}  // namespace weir
