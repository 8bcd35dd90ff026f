#include <optional>
#include <string>
#include <utility>

#include "parser/literals.h"
#include "parser/tree_builder.h"

namespace weir {

namespace {

using antlr4::ParserRuleContext;
using antlr4::Token;
using antlr4::tree::ParseTree;
using antlr4::tree::TerminalNode;
using P = grammar::WeirParser;

const Token* TokenOf(ParseTree* node) {
  auto* terminal = dynamic_cast<TerminalNode*>(node);
  return terminal == nullptr ? nullptr : terminal->getSymbol();
}

// The rules of the expression ladder come one after the other in the grammar.
bool IsTier(const ParserRuleContext* context) {
  const size_t rule = context->getRuleIndex();
  return rule >= P::RuleExpression && rule <= P::RulePrimary;
}

// Goes down the ladder as long as there is nothing but the next rung.
ParserRuleContext* Descend(ParserRuleContext* context) {
  while (IsTier(context) && context->children.size() == 1) {
    auto* child = dynamic_cast<ParserRuleContext*>(context->children[0]);
    if (child == nullptr) break;
    context = child;
  }
  return context;
}

std::optional<NumberKind> NumberKindOf(const Token& token) {
  switch (token.getType()) {
    case P::INT_LITERAL:
      return NumberKind::kInt;
    case P::LONG_LITERAL:
      return NumberKind::kLong;
    case P::FLOAT_LITERAL:
      return NumberKind::kFloat;
    case P::DOUBLE_LITERAL:
      return NumberKind::kDouble;
    default:
      return std::nullopt;
  }
}

const char* TypeName(NumberKind kind) {
  switch (kind) {
    case NumberKind::kInt:
      return "an int";
    case NumberKind::kLong:
      return "a long";
    case NumberKind::kFloat:
      return "a float";
    case NumberKind::kDouble:
      return "a double";
  }
  return "";
}

ast::BinaryOp BinaryOpOf(const Token& token) {
  switch (token.getType()) {
    case P::STAR:
      return ast::BinaryOp::kMultiply;
    case P::SLASH:
      return ast::BinaryOp::kDivide;
    case P::PERCENT:
      return ast::BinaryOp::kModulo;
    case P::PLUS:
      return ast::BinaryOp::kAdd;
    case P::MINUS:
      return ast::BinaryOp::kSubtract;
    case P::CONCAT:
      return ast::BinaryOp::kConcat;
    case P::LESS:
      return ast::BinaryOp::kLess;
    case P::LESS_EQUAL:
      return ast::BinaryOp::kLessEqual;
    case P::GREATER:
      return ast::BinaryOp::kGreater;
    case P::GREATER_EQUAL:
      return ast::BinaryOp::kGreaterEqual;
    case P::NOT_EQUAL:
      return ast::BinaryOp::kNotEqual;
    default:
      return ast::BinaryOp::kEqual;
  }
}

ast::StreamKind StreamKindOf(TerminalNode* hash, TerminalNode* bang) {
  if (hash != nullptr) return ast::StreamKind::kInner;
  return bang != nullptr ? ast::StreamKind::kFault : ast::StreamKind::kPlain;
}

}  // namespace

// ------------------------------------------------------------------------------- small things

ExpressionBuilder::Depth::Depth(ExpressionBuilder* builder, size_t levels, const Context& at)
    : builder_(builder), levels_(levels) {
  builder->depth_ += levels;
  if (builder->depth_ <= builder->limits_.depth) return;
  builder->depth_ -= levels;
  throw LimitPassed{{builder->SpanOf(*at.start), ast::Severity::kError,
                     "expressions are nested deeper than limits.depth = " +
                         std::to_string(builder->limits_.depth),
                     ""}};
}

std::string_view ExpressionBuilder::TextOf(const Token& token) const {
  return source_.Slice(token.getStartIndex(), token.getStopIndex() + 1);
}

ast::Span ExpressionBuilder::SpanOf(const Token& token) const {
  return source_.SpanOf(token.getStartIndex(), token.getStopIndex() + 1);
}

ast::Span ExpressionBuilder::SpanOf(const Context& context) const {
  const Token* last = context.stop == nullptr ? context.start : context.stop;
  return source_.SpanOf(context.start->getStartIndex(), last->getStopIndex() + 1);
}

ast::Span ExpressionBuilder::Cover(const ast::Span& first, const ast::Span& last) {
  ast::Span span = first;
  span.end = last.end;
  return span;
}

void ExpressionBuilder::Count(const ast::Span& span, size_t nodes) {
  nodes_ += nodes;
  if (nodes_ <= limits_.nodes) return;
  throw LimitPassed{{span, ast::Severity::kError,
                     "the text has more nodes than limits.nodes = " + std::to_string(limits_.nodes),
                     ""}};
}

void ExpressionBuilder::Error(const ast::Span& span, std::string message, std::string help) {
  if (++errors_ > kErrorsMax) throw LimitPassed{TooManyErrors(span)};
  diagnostics_->push_back({span, ast::Severity::kError, std::move(message), std::move(help)});
}

// `not a == b` is `(not a) == b`, which few writers mean.
void ExpressionBuilder::WarnAboutNot(Context* chain) {
  Context* first = Descend(static_cast<Context*>(chain->children[0]));
  if (first->getRuleIndex() != P::RuleUnary || first->getStart()->getType() != P::K_NOT) return;
  diagnostics_->push_back({SpanOf(*first), ast::Severity::kWarning,
                           "'not' binds tighter than the operator behind it",
                           "write not (...) to negate the whole, or (not ...) to keep this"});
}

ast::ExprPtr ExpressionBuilder::Make(const ast::Span& span, ast::ExprNode node) {
  Count(span);
  return ast::MakeExpr(span, std::move(node));
}

ast::Name ExpressionBuilder::BuildName(const Token& token) {
  std::string_view text = TextOf(token);
  if (token.getType() == P::QUOTED_ID) text = text.substr(1, text.size() - 2);
  if (text.empty()) Error(SpanOf(token), "a name cannot be empty");
  return {std::string(text), SpanOf(token)};
}

int32_t ExpressionBuilder::BuildInt(TerminalNode* node) {
  const Token& token = *node->getSymbol();
  const std::optional<int32_t> value = ReadInt(TextOf(token));
  if (!value) Error(SpanOf(token), "this number is too large for an int");
  return value.value_or(0);
}

std::string ExpressionBuilder::BuildString(TerminalNode* node) {
  return std::string(ReadString(TextOf(*node->getSymbol())));
}

ast::TimeUnit ExpressionBuilder::Build(P::TimeUnitContext* context) {
  // The units stand in the same order in the grammar and in the enum.
  return static_cast<ast::TimeUnit>(context->getStart()->getType() - P::K_YEAR);
}

ast::TimeLiteral ExpressionBuilder::BuildTime(TerminalNode* first, P::TimeRestContext* rest) {
  ast::TimeLiteral time;
  time.span = Cover(SpanOf(*first->getSymbol()), SpanOf(*rest));
  std::vector<TerminalNode*> counts = rest->INT_LITERAL();
  counts.insert(counts.begin(), first);
  const std::vector<P::TimeUnitContext*> units = rest->timeUnit();
  bool ordered = true;
  bool fits = true;
  for (size_t i = 0; i < counts.size(); ++i) {
    const auto number = ReadNumber(TextOf(*counts[i]->getSymbol()), NumberKind::kLong, false);
    const ast::TimePart part{number ? std::get<int64_t>(number->value) : 0, Build(units[i])};
    int64_t milliseconds = 0;
    fits = fits && number &&
           !__builtin_mul_overflow(part.count, UnitMilliseconds(part.unit), &milliseconds) &&
           !__builtin_add_overflow(time.milliseconds, milliseconds, &time.milliseconds);
    ordered = ordered && (time.parts.empty() || time.parts.back().unit < part.unit);
    time.parts.push_back(part);
  }
  if (!fits) Error(time.span, "this time is too long for a long in milliseconds");
  if (!ordered) {
    Error(time.span, "the units of a time must be written from the largest to the smallest",
          "for example 1 hour 30 min");
  }
  return time;
}

// ------------------------------------------------------------------------------- the ladder

ast::ExprPtr ExpressionBuilder::BuildTier(ParseTree* node) {
  return BuildTier(static_cast<ParserRuleContext*>(node), false);
}

ast::ExprPtr ExpressionBuilder::BuildTier(Context* context, bool stream_allowed) {
  context = Descend(context);
  switch (context->getRuleIndex()) {
    case P::RuleExpression:
      return BuildLogical(context, ast::LogicalOp::kOr);
    case P::RuleAndExpression:
      return BuildLogical(context, ast::LogicalOp::kAnd);
    case P::RuleInExpression:
      return BuildInTable(static_cast<P::InExpressionContext*>(context));
    case P::RuleComparison:
      return BuildComparison(static_cast<P::ComparisonContext*>(context));
    case P::RuleUnary:
      return BuildUnary(static_cast<P::UnaryContext*>(context));
    case P::RulePostfix:
      return BuildPostfix(static_cast<P::PostfixContext*>(context));
    case P::RulePrimary:  // in parentheses
      return BuildTier(context->children[1]);
    case P::RuleLiteral:
      return BuildLiteral(static_cast<P::LiteralContext*>(context));
    case P::RuleCaseExpression:
      return BuildCase(static_cast<P::CaseExpressionContext*>(context));
    case P::RuleReference:
      break;
    default:
      return BuildBinary(context);
  }
  ast::ExprPtr reference = BuildReference(static_cast<P::ReferenceContext*>(context));
  const bool stream = std::holds_alternative<ast::StreamRef>(reference->node);
  return stream && !stream_allowed ? ToValue(std::move(reference)) : std::move(reference);
}

// `x[0]` where a value is wanted is an element of an attribute.
ast::ExprPtr ExpressionBuilder::ToValue(ast::ExprPtr stream) {
  const auto& ref = std::get<ast::StreamRef>(stream->node);
  if (ref.stream.kind == ast::StreamKind::kPlain && ref.index && !ref.index->from_last) {
    const int32_t at = ref.index->offset;
    ast::Name name{ref.stream.name, ref.stream.span};
    ast::ExprPtr operand = Make(name.span, ast::AttributeRef{std::nullopt, std::move(name)});
    ast::ExprPtr index = Make(stream->span, ast::Literal{at});
    return Make(stream->span, ast::Access{std::move(operand), std::move(index)});
  }
  Error(stream->span, "'" + ref.stream.name + "' is a stream here, not a value",
        "name one of its attributes, as in e1[0].price");
  return stream;
}

ast::ExprPtr ExpressionBuilder::BuildLogical(Context* context, ast::LogicalOp op) {
  const Depth depth(this, 1, *context);
  ast::Logical logical{op, {}};
  for (size_t i = 0; i < context->children.size(); i += 2)
    logical.operands.push_back(BuildTier(context->children[i]));
  return Make(SpanOf(*context), std::move(logical));
}

// An operand, then `in` and a table, or a comparison and an operand, in turn.
ast::ExprPtr ExpressionBuilder::BuildInTable(P::InExpressionContext* context) {
  WarnAboutNot(context);
  const Depth depth(this, context->children.size() / 2, *context);
  ast::ExprPtr result = BuildTier(context->children[0]);
  for (size_t i = 1; i + 1 < context->children.size(); i += 2) {
    const Token& op = *TokenOf(context->children[i]);
    if (op.getType() == P::K_IN) {
      const ast::Name table = Build(static_cast<P::NameContext*>(context->children[i + 1]));
      const ast::Span span = Cover(SpanOf(*context), table.span);
      result = Make(span, ast::InTable{std::move(result), table});
    } else {
      ast::ExprPtr right = BuildTier(context->children[i + 1]);
      const ast::Span span = Cover(SpanOf(*context), right->span);
      result = Make(span, ast::Binary{BinaryOpOf(op), std::move(result), std::move(right)});
    }
  }
  return result;
}

// equality, sum and product: operands and operators in turn, from left to right.
ast::ExprPtr ExpressionBuilder::BuildBinary(Context* context) {
  WarnAboutNot(context);
  const Depth depth(this, context->children.size() / 2, *context);
  ast::ExprPtr result = BuildTier(context->children[0]);
  for (size_t i = 1; i + 1 < context->children.size(); i += 2) {
    const ast::BinaryOp op = BinaryOpOf(*TokenOf(context->children[i]));
    ast::ExprPtr right = BuildTier(context->children[i + 1]);
    const ast::Span span = Cover(SpanOf(*context), right->span);
    result = Make(span, ast::Binary{op, std::move(result), std::move(right)});
  }
  return result;
}

ast::ExprPtr ExpressionBuilder::BuildComparison(P::ComparisonContext* context) {
  WarnAboutNot(context);
  const std::vector<P::ComparisonTailContext*> tails = context->comparisonTail();
  const Depth depth(this, tails.size(), *context);
  ast::ExprPtr result = BuildTier(context->children[0]);
  for (P::ComparisonTailContext* tail : tails)
    result = BuildComparisonTail(std::move(result), tail);
  return result;
}

ast::ExprPtr ExpressionBuilder::BuildComparisonTail(ast::ExprPtr left,
                                                    P::ComparisonTailContext* context) {
  const ast::Span span = Cover(left->span, SpanOf(*context));
  const std::vector<P::SumContext*> sums = context->sum();
  const bool negated = context->K_NOT() != nullptr;
  if (context->K_IN() != nullptr) {
    ast::InList in{std::move(left), {}, negated};
    for (P::ExpressionContext* item : context->expression()) in.items.push_back(Build(item));
    return Make(span, std::move(in));
  }
  ast::ExprPtr first = BuildTier(sums[0]);
  if (context->K_LIKE() != nullptr)
    return Make(span, ast::Like{std::move(left), std::move(first), negated});
  if (context->K_BETWEEN() != nullptr) {
    ast::ExprPtr high = BuildTier(sums[1]);
    return Make(span, ast::Between{std::move(left), std::move(first), std::move(high), negated});
  }
  const ast::BinaryOp op = BinaryOpOf(*context->getStart());
  return Make(span, ast::Binary{op, std::move(left), std::move(first)});
}

ast::ExprPtr ExpressionBuilder::BuildUnary(P::UnaryContext* context) {
  size_t prefixes = context->children.size() - 1;
  const Depth depth(this, prefixes, *context);
  Context* operand = Descend(context->postfix());
  const Token* number = operand->getRuleIndex() == P::RuleLiteral ? operand->getStart() : nullptr;
  const Token* sign = TokenOf(context->children[prefixes - 1]);

  ast::ExprPtr result;
  if (number != nullptr && operand->getStart() == operand->getStop() && NumberKindOf(*number) &&
      sign->getType() != P::K_NOT) {
    result = BuildNumber(*number, sign);
    --prefixes;
  } else {
    result = BuildTier(operand);
  }
  for (size_t i = prefixes; i > 0; --i) {
    const Token& prefix = *TokenOf(context->children[i - 1]);
    const ast::Span span = Cover(SpanOf(prefix), result->span);
    if (prefix.getType() == P::PLUS) Error(span, "a '+' sign may stand only before a number");
    const auto op = prefix.getType() == P::K_NOT ? ast::UnaryOp::kNot : ast::UnaryOp::kNegate;
    result = Make(span, ast::Unary{op, std::move(result)});
  }
  return result;
}

ast::ExprPtr ExpressionBuilder::BuildPostfix(P::PostfixContext* context) {
  const std::vector<TerminalNode*> tests = context->K_NULL();
  const std::vector<P::ElementAccessContext*> elements = context->elementAccess();
  const Depth depth(this, tests.size() + elements.size(), *context);
  ast::ExprPtr result = BuildTier(context->primary(), elements.empty());
  for (P::ElementAccessContext* element : elements) {
    const ast::Span span = Cover(result->span, SpanOf(*element));
    result = Make(span, ast::Access{std::move(result), Build(element->expression())});
  }
  bool negated = false;
  for (ParseTree* child : context->children) {
    const Token* token = TokenOf(child);
    if (token == nullptr) continue;
    if (token->getType() == P::K_NOT) negated = true;
    if (token->getType() != P::K_NULL) continue;
    const ast::Span span = Cover(result->span, SpanOf(*token));
    result = Make(span, ast::IsNull{std::move(result), negated});
    negated = false;
  }
  return result;
}

ast::ExprPtr ExpressionBuilder::BuildCase(P::CaseExpressionContext* context) {
  const Depth depth(this, 1, *context);
  ast::Case result;
  const std::vector<P::ExpressionContext*> others = context->expression();
  const bool has_operand = context->K_CASE_OF() != nullptr;
  if (has_operand) result.operand = Build(others[0]);
  for (P::CaseBranchContext* branch : context->caseBranch()) {
    ast::ExprPtr when = Build(branch->expression(0));
    result.branches.push_back({std::move(when), Build(branch->expression(1))});
  }
  if (others.size() > (has_operand ? 1 : 0)) result.otherwise = Build(others.back());
  return Make(SpanOf(*context), std::move(result));
}

// ------------------------------------------------------------------------------- leaves

ast::ExprPtr ExpressionBuilder::BuildLiteral(P::LiteralContext* context) {
  const ast::Span span = SpanOf(*context);
  if (context->timeRest() != nullptr)
    return Make(span, ast::Literal{BuildTime(context->INT_LITERAL(), context->timeRest())});
  if (context->STRING_LITERAL() != nullptr)
    return Make(span, ast::Literal{BuildString(context->STRING_LITERAL())});
  if (context->K_TRUE() != nullptr) return Make(span, ast::Literal{true});
  if (context->K_FALSE() != nullptr) return Make(span, ast::Literal{false});
  if (context->K_NULL() != nullptr) return Make(span, ast::Literal{ast::Null{}});
  return BuildNumber(*context->getStart(), nullptr);
}

ast::ExprPtr ExpressionBuilder::BuildNumber(const Token& token, const Token* sign) {
  const NumberKind kind = NumberKindOf(token).value_or(NumberKind::kInt);
  const bool negative = sign != nullptr && sign->getType() == P::MINUS;
  const ast::Span span = sign == nullptr ? SpanOf(token) : Cover(SpanOf(*sign), SpanOf(token));
  std::optional<ast::Literal> literal = ReadNumber(TextOf(token), kind, negative);
  if (!literal) {
    Error(span, std::string("this number is too large for ") + TypeName(kind),
          kind == NumberKind::kInt ? "a long is written with an L: 3000000000L" : "");
    literal = ast::Literal{0};
  }
  return Make(span, std::move(*literal));
}

ast::ExprPtr ExpressionBuilder::BuildReference(P::ReferenceContext* context) {
  const ast::Span span = SpanOf(*context);
  const std::vector<P::NameContext*> names = context->name();
  if (context->arguments() != nullptr) {
    const Depth depth(this, 1, *context);
    const ast::Name first = BuildName(*context->word()->getStart());
    ast::Call call;
    if (!names.empty()) call.ns = first;
    call.name = names.empty() ? first : Build(names[0]);
    BuildArguments(context->arguments(), &call);
    return Make(span, std::move(call));
  }
  const bool marked = context->word() == nullptr;
  const ast::Name first = marked ? Build(names[0]) : BuildName(*context->word()->getStart());
  P::NameContext* attribute = names.size() > (marked ? 1 : 0) ? names.back() : nullptr;
  if (!marked && attribute == nullptr && context->eventIndex() == nullptr)
    return Make(span, ast::AttributeRef{std::nullopt, first});

  ast::StreamRef stream;
  stream.stream = {Cover(span, first.span), StreamKindOf(context->HASH(), context->BANG()),
                   first.text};
  if (context->eventIndex() != nullptr) stream.index = BuildIndex(context->eventIndex());
  if (attribute == nullptr) return Make(span, std::move(stream));
  return Make(span, ast::AttributeRef{std::move(stream), Build(attribute)});
}

ast::AttributeRef ExpressionBuilder::Build(P::AttributeReferenceContext* context) {
  const std::vector<P::NameContext*> names = context->name();
  Count(SpanOf(*context));
  if (names.size() == 1) return {std::nullopt, Build(names[0])};
  ast::StreamRef stream;
  const ast::Name name = Build(names[0]);
  stream.stream = {Cover(SpanOf(*context), name.span),
                   StreamKindOf(context->HASH(), context->BANG()), name.text};
  if (context->eventIndex() != nullptr) stream.index = BuildIndex(context->eventIndex());
  return {std::move(stream), Build(names[1])};
}

ast::EventIndex ExpressionBuilder::BuildIndex(P::EventIndexContext* context) {
  ast::EventIndex index;
  index.from_last = context->K_LAST() != nullptr;
  if (context->INT_LITERAL() != nullptr) index.offset = BuildInt(context->INT_LITERAL());
  return index;
}

ast::Call ExpressionBuilder::Build(P::CallContext* context) {
  const Depth depth(this, 1, *context);
  Count(SpanOf(*context));
  ast::Call call;
  const std::vector<P::NameContext*> names = context->name();
  if (names.size() > 1) call.ns = Build(names[0]);
  call.name = Build(names.back());
  BuildArguments(context->arguments(), &call);
  return call;
}

void ExpressionBuilder::BuildArguments(P::ArgumentsContext* context, ast::Call* call) {
  call->star = context->STAR() != nullptr;
  // The only function that takes an event.
  const bool event = call->ns.text.empty() && call->name.text == "eventTimestamp";
  for (P::ExpressionContext* argument : context->expression())
    call->args.push_back(BuildTier(static_cast<Context*>(argument), event));
}

}  // namespace weir
