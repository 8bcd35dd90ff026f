// Calls of built-in functions.
#include <algorithm>
#include <bit>

#include "expr/node.h"

namespace weir {
namespace {

class CallExpr : public Node {
 public:
  CallExpr(const FunctionSpec& spec, BoundFunction function, std::vector<ExprPtr> arguments,
           uint32_t call_site)
      : Node(function.result, std::move(arguments)),
        name_(spec.name),
        function_(std::move(function)),
        deterministic_(spec.deterministic),
        call_site_(call_site) {
    volatile_ = volatile_ || !deterministic_;
  }

  Vector Eval(const EvalContext& context) const override {
    std::vector<Vector> arguments;
    arguments.reserve(children_.size());
    for (const ExprPtr& child : children_) arguments.push_back(child->Eval(context));
    return function_.kernel(
        arguments, CallContext{context.chunk, context.timeline, call_site_, context.faults});
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    auto copy = std::make_shared<CallExpr>(*this);
    copy->children_ = std::move(children);
    copy->volatile_ = !deterministic_;
    for (const ExprPtr& child : copy->children_) copy->volatile_ |= child->volatile_value();
    return copy;
  }

  std::string Describe() const override {
    std::string text = name_ + "(";
    for (size_t i = 0; i < children_.size(); ++i) {
      if (i > 0) text += ", ";
      text += children_[i]->Describe();
    }
    return text + ")";
  }

 private:
  std::string name_;
  BoundFunction function_;
  bool deterministic_;
  uint32_t call_site_;
};

const Parameter& ParameterOf(const Overload& overload, size_t argument) {
  return overload[std::min(argument, overload.size() - 1)];
}

// The type for the null literal at `position`: that of the first other argument whose parameter
// takes the same types (`coalesce(null, 7)` gives int), else the only type its parameter takes.
Type TypeOfNull(const Overload& overload, const std::vector<ExprPtr>& arguments, size_t position) {
  const TypeSet types = ParameterOf(overload, position).types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!IsNullLiteral(*arguments[i]) && ParameterOf(overload, i).types == types) {
      return arguments[i]->type();
    }
  }
  for (int t = 0; t < 7; ++t) {
    const Type type = static_cast<Type>(t);
    if (types == OneType(type)) return type;
  }
  return (types & kObjectOnly) != 0 ? Type::kObject : static_cast<Type>(std::countr_zero(types));
}

}  // namespace

Result<ExprPtr> MakeCall(const FunctionSpec& spec, std::vector<ExprPtr> arguments,
                         uint32_t call_site) {
  const auto describe = [&arguments] {
    std::vector<Argument> described;
    for (const ExprPtr& argument : arguments) {
      Argument each{argument->type(), std::nullopt, std::nullopt};
      if (const Value* value = argument->constant()) each.constant = *value;
      if (argument->column() != Expr::kNoColumn) each.column = argument->column();
      described.push_back(std::move(each));
    }
    return described;
  };
  for (ExprPtr& argument : arguments) argument = FoldConstants(argument);
  const Result<size_t> overload = MatchOverload(spec.name, spec.overloads, describe());
  if (!overload.ok()) return overload.status();
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!IsNullLiteral(*arguments[i])) continue;
    const Type type = TypeOfNull(spec.overloads[overload.value()], arguments, i);
    arguments[i] = MakeConstant(Value::Null(type));
  }
  Result<BoundFunction> function = spec.bind(describe(), overload.value());
  if (!function.ok()) return function.status();
  return ExprPtr(std::make_shared<CallExpr>(spec, std::move(function).value(), std::move(arguments),
                                            call_site));
}

}  // namespace weir
