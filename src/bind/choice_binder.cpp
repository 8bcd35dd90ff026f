// case, between, in (...), like, and elements of objects.
#include "bind/expression_binder.h"
#include "expr/element.h"
#include "expr/node.h"

namespace weir {

ExprPtr ExpressionBinder::Negated(ExprPtr value, bool negated, const ast::Span& span) {
  if (value == nullptr || !negated) return value;
  return Take(MakeNot(std::move(value)), span);
}

// The condition of one branch; `operand` is what `case x` compares, or null.
ExprPtr ExpressionBinder::BindWhen(const ExprPtr& operand, const ast::Expr& when) {
  if (operand == nullptr) return BindCondition(when, "a condition of case");
  ExprPtr value = Bind(when);
  if (value == nullptr) return nullptr;
  return Take(MakeCompare(CompareOp::kEqual, operand, std::move(value)), when.span);
}

ExprPtr ExpressionBinder::BindNode(const ast::Case& node, const ast::Span& span) {
  ExprPtr operand;
  bool failed = false;
  if (node.operand != nullptr) {
    operand = Bind(*node.operand);
    // The branches are looked at all the same, with a value that fits everything.
    failed = operand == nullptr;
    if (failed) operand = MakeConstant(Value::Null(Type::kObject));
  }
  std::vector<CaseBranchExpr> branches;
  ExprPtr typed;  // a value of the type that the values have so far
  const auto add_value = [&](const ast::Expr& written) {
    ExprPtr value = Bind(written);
    if (value == nullptr) {
      failed = true;
    } else if (typed == nullptr) {
      typed = value;
    } else if (const auto common = CommonType(*typed, *value)) {
      typed = WidenTo(IsNullLiteral(*typed) ? value : typed, *common);
    } else {
      context_.Error(written.span, "the values of case have different types, " + TypeText(*typed) +
                                       " and " + TypeText(*value));
      failed = true;
    }
    return value;
  };
  for (const ast::CaseBranch& branch : node.branches) {
    ExprPtr condition = BindWhen(operand, *branch.when);
    failed = failed || condition == nullptr;
    branches.push_back({std::move(condition), add_value(*branch.then)});
  }
  ExprPtr otherwise = node.otherwise != nullptr ? add_value(*node.otherwise) : nullptr;
  if (failed) return nullptr;
  return Take(MakeCase(std::move(branches), std::move(otherwise)), span);
}

ExprPtr ExpressionBinder::BindNode(const ast::Between& node, const ast::Span& span) {
  ExprPtr operand = Bind(*node.operand);
  ExprPtr low = Bind(*node.low);
  ExprPtr high = Bind(*node.high);
  if (operand == nullptr || low == nullptr || high == nullptr) return nullptr;
  return Negated(Take(MakeBetween(std::move(operand), std::move(low), std::move(high)), span),
                 node.negated, span);
}

ExprPtr ExpressionBinder::BindNode(const ast::InList& node, const ast::Span& span) {
  ExprPtr operand = Bind(*node.operand);
  std::vector<ExprPtr> items;
  bool failed = operand == nullptr;
  for (const ast::ExprPtr& written : node.items) {
    ExprPtr item = Bind(*written);
    if (item != nullptr && operand != nullptr) {
      // Compared once here, so that a wrong item is shown where it stands.
      if (Take(MakeCompare(CompareOp::kEqual, operand, item), written->span) == nullptr) {
        failed = true;
      }
    }
    failed = failed || item == nullptr;
    items.push_back(std::move(item));
  }
  if (failed) return nullptr;
  return Negated(Take(MakeInList(std::move(operand), std::move(items)), span), node.negated, span);
}

ExprPtr ExpressionBinder::BindNode(const ast::Like& node, const ast::Span& span) {
  ExprPtr operand = Bind(*node.operand);
  ExprPtr pattern = Bind(*node.pattern);
  if (operand == nullptr || pattern == nullptr) return nullptr;
  return Negated(Take(MakeLike(std::move(operand), std::move(pattern)), span), node.negated, span);
}

ExprPtr ExpressionBinder::BindNode(const ast::Access& node, const ast::Span& span) {
  const auto* name = std::get_if<ast::AttributeRef>(&node.operand->node);
  if (name != nullptr && !name->stream) {
    const ast::StreamRef event{{name->name.span, ast::StreamKind::kPlain, name->name.text}, {}};
    if (scope().ResolveEvent(event, context_)) {
      context_.Error(span, "'" + name->name.text + "' is an event here, not a value",
                     "name one of its attributes, as in e1[0].price");
      return nullptr;
    }
  }
  ExprPtr operand = Bind(*node.operand);
  ExprPtr index = Bind(*node.index);
  if (operand == nullptr || index == nullptr) return nullptr;
  return Take(MakeElement(std::move(operand), std::move(index)), span);
}

}  // namespace weir
