#include "bind/expression_binder.h"

#include <type_traits>

#include "expr/element.h"

namespace weir {
namespace {

Value LiteralValue(const ast::Literal& literal) {
  return std::visit(
      [](const auto& v) -> Value {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, ast::Null>) {
          return Value::Null(Type::kObject);
        } else if constexpr (std::is_same_v<T, bool>) {
          return Value::Bool(v);
        } else if constexpr (std::is_same_v<T, int32_t>) {
          return Value::Int(v);
        } else if constexpr (std::is_same_v<T, int64_t>) {
          return Value::Long(v);
        } else if constexpr (std::is_same_v<T, float>) {
          return Value::Float(v);
        } else if constexpr (std::is_same_v<T, double>) {
          return Value::Double(v);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return Value::String(v);
        } else {
          return Value::Long(v.milliseconds);
        }
      },
      literal.value);
}

// Namespaces of functions that apps of this language use and that are not built in yet.
constexpr std::string_view kExtensionNamespaces[] = {"js", "env"};

std::string FullName(const ast::Call& call) {
  return call.ns.text.empty() ? call.name.text : call.ns.text + ":" + call.name.text;
}

}  // namespace

std::vector<Argument> ToArguments(const std::vector<ExprPtr>& arguments) {
  std::vector<Argument> result;
  for (const ExprPtr& expr : arguments) {
    Argument argument{expr->type(), std::nullopt, std::nullopt};
    const ExprPtr folded = FoldConstants(expr);
    if (folded->constant() != nullptr) argument.constant = *folded->constant();
    if (expr->column() != Expr::kNoColumn) argument.column = expr->column();
    result.push_back(std::move(argument));
  }
  return result;
}

ExprPtr ExpressionBinder::Bind(const ast::Expr& expr) {
  return std::visit([&](const auto& node) { return BindNode(node, expr.span); }, expr.node);
}

ExprPtr ExpressionBinder::BindCondition(const ast::Expr& expr, std::string_view what) {
  ExprPtr bound = Bind(expr);
  if (bound == nullptr || bound->type() == Type::kBool) return bound;
  context_.Error(expr.span, std::string(what) + " must be a bool, not " +
                                std::string(TypeName(bound->type())));
  return nullptr;
}

ExprPtr ExpressionBinder::Take(Result<ExprPtr> result, const ast::Span& span) {
  if (result.ok()) return std::move(result).value();
  if (result.status().code() == StatusCode::kNotSupported) {
    context_.NotSupported(span, result.status().message());
  } else {
    context_.Error(span, result.status().message());
  }
  return nullptr;
}

ExprPtr ExpressionBinder::BindNode(const ast::Literal& node, const ast::Span&) {
  return MakeConstant(LiteralValue(node));
}

ExprPtr ExpressionBinder::BindNode(const ast::AttributeRef& node, const ast::Span& span) {
  if (node.stream && node.stream->stream.kind != ast::StreamKind::kPlain) {
    const bool inner = node.stream->stream.kind == ast::StreamKind::kInner;
    ast::AttributeRef shown = node;
    shown.stream->stream.name = (inner ? "#" : "!") + node.stream->stream.name;
    return scope().Resolve(shown, span, context_);
  }
  return scope().Resolve(node, span, context_);
}

ExprPtr ExpressionBinder::BindNode(const ast::StreamRef& node, const ast::Span& span) {
  context_.Error(span, "'" + node.stream.name + "' is an event, not a value");
  return nullptr;
}

ExprPtr ExpressionBinder::BindNode(const ast::Unary& node, const ast::Span& span) {
  ExprPtr operand = Bind(*node.operand);
  if (operand == nullptr) return nullptr;
  return Take(
      node.op == ast::UnaryOp::kNot ? MakeNot(std::move(operand)) : MakeNegate(std::move(operand)),
      span);
}

ExprPtr ExpressionBinder::BindNode(const ast::Binary& node, const ast::Span& span) {
  ExprPtr left = Bind(*node.left);
  ExprPtr right = Bind(*node.right);
  if (left == nullptr || right == nullptr) return nullptr;
  const auto arithmetic = [&](ArithmeticOp op) {
    return Take(MakeArithmetic(op, std::move(left), std::move(right)), span);
  };
  const auto compare = [&](CompareOp op) {
    return Take(MakeCompare(op, std::move(left), std::move(right)), span);
  };
  switch (node.op) {
    case ast::BinaryOp::kMultiply:
      return arithmetic(ArithmeticOp::kMultiply);
    case ast::BinaryOp::kDivide:
      return arithmetic(ArithmeticOp::kDivide);
    case ast::BinaryOp::kModulo:
      return arithmetic(ArithmeticOp::kModulo);
    case ast::BinaryOp::kAdd:
      return arithmetic(ArithmeticOp::kAdd);
    case ast::BinaryOp::kSubtract:
      return arithmetic(ArithmeticOp::kSubtract);
    case ast::BinaryOp::kConcat:
      return MakeConcat(std::move(left), std::move(right));
    case ast::BinaryOp::kLess:
      return compare(CompareOp::kLess);
    case ast::BinaryOp::kLessEqual:
      return compare(CompareOp::kLessEqual);
    case ast::BinaryOp::kGreater:
      return compare(CompareOp::kGreater);
    case ast::BinaryOp::kGreaterEqual:
      return compare(CompareOp::kGreaterEqual);
    case ast::BinaryOp::kEqual:
      return compare(CompareOp::kEqual);
    case ast::BinaryOp::kNotEqual:
      return compare(CompareOp::kNotEqual);
  }
  return nullptr;
}

ExprPtr ExpressionBinder::BindNode(const ast::Logical& node, const ast::Span& span) {
  const LogicalOp op = node.op == ast::LogicalOp::kAnd ? LogicalOp::kAnd : LogicalOp::kOr;
  std::vector<ExprPtr> operands;
  bool failed = false;
  for (const ast::ExprPtr& operand : node.operands) {
    operands.push_back(Bind(*operand));
    failed = failed || operands.back() == nullptr;
  }
  if (failed) return nullptr;
  // A balanced tree keeps a chain of ten thousand operands shallow; `and` and `or` are associative
  // and nothing in an operand has an effect.
  while (operands.size() > 1) {
    std::vector<ExprPtr> pairs;
    for (size_t i = 0; i + 1 < operands.size(); i += 2) {
      ExprPtr pair = Take(MakeLogical(op, operands[i], operands[i + 1]), span);
      if (pair == nullptr) return nullptr;
      pairs.push_back(std::move(pair));
    }
    if (operands.size() % 2 == 1) pairs.push_back(operands.back());
    operands = std::move(pairs);
  }
  return operands.front();
}

ExprPtr ExpressionBinder::BindNode(const ast::IsNull& node, const ast::Span& span) {
  std::optional<ExprPtr> absent;
  if (const auto* stream = std::get_if<ast::StreamRef>(&node.operand->node)) {
    absent = scope().ResolveEvent(*stream, context_);
    if (!absent) absent = BindIndexed(*stream, node.operand->span);
  } else if (const auto* name = std::get_if<ast::AttributeRef>(&node.operand->node)) {
    if (!name->stream) {
      const ast::StreamRef ref{{name->name.span, ast::StreamKind::kPlain, name->name.text}, {}};
      absent = scope().ResolveEvent(ref, context_);
    }
  }
  ExprPtr result;
  if (absent) {
    result = std::move(*absent);
    if (result == nullptr) return nullptr;
  } else if (ExprPtr operand = Bind(*node.operand)) {
    result = MakeIsNull(std::move(operand));
  }
  if (result == nullptr || !node.negated) return result;
  return Take(MakeNot(std::move(result)), span);
}

// `x[1] is null` where x is no event: an element of an attribute.
ExprPtr ExpressionBinder::BindIndexed(const ast::StreamRef& ref, const ast::Span& span) {
  const bool element =
      ref.stream.kind == ast::StreamKind::kPlain && ref.index && !ref.index->from_last;
  const ast::AttributeRef name{std::nullopt, {ref.stream.name, ref.stream.span}};
  if (!element) {
    context_.Error(span, "unknown event '" + ref.stream.name + "'");
    return nullptr;
  }
  ExprPtr object = scope().Resolve(name, ref.stream.span, context_);
  if (object == nullptr) return nullptr;
  ExprPtr value =
      Take(MakeElement(std::move(object), MakeConstant(Value::Int(ref.index->offset))), span);
  return value == nullptr ? nullptr : MakeIsNull(std::move(value));
}

ExprPtr ExpressionBinder::BindNode(const ast::InTable& node, const ast::Span& span) {
  if (lookups_ != nullptr) return lookups_->BindIn(node, span);
  context_.NotSupported(span, "'in' a table here");
  return nullptr;
}

ExprPtr ExpressionBinder::BindNode(const ast::Call& node, const ast::Span& span) {
  if (auto own = scope().ResolveCall(node)) return *own;
  const std::string name = FullName(node);
  if (name == "eventTimestamp" && node.args.size() == 1) return BindTimestamp(*node.args[0]);
  const FunctionSpec* function = context_.FindFunction(name);
  const AggregateSpec* aggregate =
      context_.FindOwnFunction(name) != nullptr ? nullptr : context_.registry().FindAggregate(name);
  if (aggregate == nullptr && function == nullptr) {
    for (const ast::ExprPtr& arg : node.args) Bind(*arg);
    ReportUnknownFunction(name, node.name.span);
    return nullptr;
  }
  const bool nested = in_aggregate_;
  in_aggregate_ = in_aggregate_ || aggregate != nullptr;
  std::vector<ExprPtr> arguments;
  // `count(*)` counts rows, however many attributes they have.
  if (node.star && name != "count") arguments = scope().Everything();
  bool failed = false;
  for (const ast::ExprPtr& arg : node.args) {
    arguments.push_back(Bind(*arg));
    failed = failed || arguments.back() == nullptr;
  }
  in_aggregate_ = nested;
  if (failed) return nullptr;
  if (aggregate == nullptr) {
    return Take(MakeCall(*function, std::move(arguments), context_.NextCallSite()), span);
  }
  if (aggregates_ == nullptr) {
    context_.Error(span,
                   "the aggregate '" + name + "' can be used only in select, having and order by");
    return nullptr;
  }
  if (nested) {
    context_.Error(span, "the aggregate '" + name + "' stands inside another aggregate");
    return nullptr;
  }
  return BindAggregate(*aggregate, std::move(arguments), span);
}

// `eventTimestamp(e1)`, `eventTimestamp(e1[last])`.
ExprPtr ExpressionBinder::BindTimestamp(const ast::Expr& event) {
  std::optional<ExprPtr> found;
  if (const auto* ref = std::get_if<ast::StreamRef>(&event.node)) {
    found = scope().ResolveTimestamp(*ref, context_);
  } else if (const auto* name = std::get_if<ast::AttributeRef>(&event.node)) {
    const ast::StreamRef plain{{event.span, ast::StreamKind::kPlain, name->name.text}, {}};
    if (!name->stream) found = scope().ResolveTimestamp(plain, context_);
  }
  if (found) return *found;
  context_.Error(event.span, "eventTimestamp takes nothing, or an event of a pattern",
                 "write eventTimestamp(), or eventTimestamp(e1)");
  return nullptr;
}

ExprPtr ExpressionBinder::BindAggregate(const AggregateSpec& spec, std::vector<ExprPtr> arguments,
                                        const ast::Span& span) {
  const std::vector<Argument> written = ToArguments(arguments);
  const auto overload = MatchOverload(spec.name, spec.overloads, written);
  if (!overload.ok()) {
    context_.Error(span, overload.status().message());
    return nullptr;
  }
  if (spec.check) {
    if (const Status status = spec.check(written); !status.ok()) {
      context_.Error(span, status.message());
      return nullptr;
    }
  }
  BoundAggregate bound;
  bound.spec = &spec;
  bound.result = spec.result_type(written);
  bound.text = std::string(spec.name) + "(";
  for (size_t i = 0; i < arguments.size(); ++i) {
    bound.text += (i > 0 ? ", " : "") + arguments[i]->Describe();
  }
  bound.text += ")";
  bound.arguments = std::move(arguments);
  const uint32_t column = kAggregateBase + static_cast<uint32_t>(aggregates_->size());
  ExprPtr result = MakeColumn(column, bound.result, bound.text);
  aggregates_->push_back(std::move(bound));
  return result;
}

void ExpressionBinder::ReportUnknownFunction(const std::string& name, const ast::Span& span) {
  const std::string_view ns = std::string_view(name).substr(0, name.find(':'));
  for (const std::string_view known : kExtensionNamespaces) {
    if (ns.size() < name.size() && ns == known) {
      context_.NotSupported(span, "function " + name);
      return;
    }
  }
  std::vector<std::string> names;
  for (const FunctionSpec& spec : context_.registry().functions()) names.push_back(spec.name);
  for (const AggregateSpec& spec : context_.registry().aggregates()) names.push_back(spec.name);
  if (context_.functions() != nullptr) {
    for (const FunctionSpec& spec : *context_.functions()) names.push_back(spec.name);
  }
  // A name without its namespace: str:upper for upper.
  std::string written = name;
  for (const std::string& known : names) {
    if (ns.size() == name.size() && known.ends_with(":" + name)) written = known;
  }
  context_.UnknownName(span, "unknown function '" + name + "'", written, names);
}

}  // namespace weir
