#include <string>
#include <utility>

#include "parser/tree_builder.h"

namespace weir {

namespace {

using P = grammar::WeirParser;

template <class Node>
ast::StateNodePtr MakeState(const ast::Span& span, Node node) {
  return std::make_unique<ast::StateNode>(ast::StateNode{span, std::move(node)});
}

}  // namespace

ast::StateInput StatementBuilder::BuildState(P::InputContext* context) {
  separator_ = Separator::kNone;
  counted_by_sign_ = false;
  ast::StateInput input;
  input.span = SpanOf(*context);
  P::WithinContext* within = context->within();
  if (context->stateStart() != nullptr) {
    input.root = BuildStart(context->stateStart());
    if (context->chainTail() != nullptr)
      input.root = BuildChainTail(std::move(input.root), context->chainTail());
  } else {
    P::StateRestContext* rest = context->stateRest();
    input.root = BuildRest(BuildState(context->basicStream(), rest->stateCount()), rest);
    within = rest->within();
  }
  if (within != nullptr) input.within = Build(within->timeLiteral());
  const bool sequence =
      separator_ == Separator::kComma || (separator_ == Separator::kNone && counted_by_sign_);
  input.kind = sequence ? ast::StateKind::kSequence : ast::StateKind::kPattern;
  return input;
}

ast::StateNodePtr StatementBuilder::BuildStart(P::StateStartContext* context) {
  if (context->K_EVERY() != nullptr)
    return MakeState(SpanOf(*context), ast::StateEvery{BuildOr(context->stateOr())});
  ast::StateNodePtr first = BuildOperand(context->markedOperand());
  if (context->andTail() != nullptr) first = BuildAndTail(std::move(first), context->andTail());
  if (context->orTail() != nullptr) first = BuildOrTail(std::move(first), context->orTail());
  return first;
}

ast::StateNodePtr StatementBuilder::BuildRest(ast::StateNodePtr first,
                                              P::StateRestContext* context) {
  if (context->andTail() != nullptr) first = BuildAndTail(std::move(first), context->andTail());
  if (context->orTail() != nullptr) first = BuildOrTail(std::move(first), context->orTail());
  if (context->chainTail() != nullptr)
    first = BuildChainTail(std::move(first), context->chainTail());
  return first;
}

ast::StateNodePtr StatementBuilder::BuildChain(P::StateChainContext* context) {
  ast::StateNodePtr first = BuildElement(context->stateElement());
  if (context->chainTail() == nullptr) return first;
  return BuildChainTail(std::move(first), context->chainTail());
}

ast::StateNodePtr StatementBuilder::BuildChainTail(ast::StateNodePtr first,
                                                   P::ChainTailContext* context) {
  const bool arrow = !context->ARROW().empty();
  const Separator separator = arrow ? Separator::kArrow : Separator::kComma;
  if (separator_ != Separator::kNone && separator_ != separator) {
    Error(SpanOf(*context->getStart()), "'->' and ',' cannot be mixed",
          "a pattern is written with '->', a sequence with ','");
  }
  separator_ = separator;
  const ast::Span span = Cover(first->span, SpanOf(*context));
  ast::StateNext next;
  next.steps.push_back(std::move(first));
  for (P::StateElementContext* element : context->stateElement()) {
    next.steps.push_back(BuildElement(element));
    const ast::StateNode& step = *next.steps.back();
    if (!arrow && std::holds_alternative<ast::StateEvery>(step.node))
      Error(step.span, "in a sequence 'every' may stand only before the first element");
  }
  return MakeState(span, std::move(next));
}

ast::StateNodePtr StatementBuilder::BuildElement(P::StateElementContext* context) {
  ast::StateNodePtr node = BuildOr(context->stateOr());
  if (context->K_EVERY() == nullptr) return node;
  return MakeState(SpanOf(*context), ast::StateEvery{std::move(node)});
}

ast::StateNodePtr StatementBuilder::BuildOr(P::StateOrContext* context) {
  ast::StateNodePtr first = BuildAnd(context->stateAnd());
  if (context->orTail() == nullptr) return first;
  return BuildOrTail(std::move(first), context->orTail());
}

ast::StateNodePtr StatementBuilder::BuildOrTail(ast::StateNodePtr first,
                                                P::OrTailContext* context) {
  const ast::Span span = Cover(first->span, SpanOf(*context));
  ast::StateLogical logical{ast::LogicalOp::kOr, {}};
  logical.operands.push_back(std::move(first));
  for (P::StateAndContext* operand : context->stateAnd())
    logical.operands.push_back(BuildAnd(operand));
  return MakeState(span, std::move(logical));
}

ast::StateNodePtr StatementBuilder::BuildAnd(P::StateAndContext* context) {
  ast::StateNodePtr first = BuildOperand(context->stateOperand());
  if (context->andTail() == nullptr) return first;
  return BuildAndTail(std::move(first), context->andTail());
}

ast::StateNodePtr StatementBuilder::BuildAndTail(ast::StateNodePtr first,
                                                 P::AndTailContext* context) {
  const ast::Span span = Cover(first->span, SpanOf(*context));
  ast::StateLogical logical{ast::LogicalOp::kAnd, {}};
  logical.operands.push_back(std::move(first));
  for (P::StateOperandContext* operand : context->stateOperand())
    logical.operands.push_back(BuildOperand(operand));
  return MakeState(span, std::move(logical));
}

ast::StateNodePtr StatementBuilder::BuildOperand(P::StateOperandContext* context) {
  if (context->markedOperand() != nullptr) return BuildOperand(context->markedOperand());
  return BuildState(context->basicStream(), context->stateCount());
}

ast::StateNodePtr StatementBuilder::BuildOperand(P::MarkedOperandContext* context) {
  if (context->stateChain() != nullptr) return BuildChain(context->stateChain());
  if (context->K_NOT() != nullptr) {
    const ast::Span span = SpanOf(*context);
    Count(span);
    ast::StateAbsent absent{BuildStateStream(context->basicStream()), std::nullopt};
    if (context->timeLiteral() != nullptr) absent.duration = Build(context->timeLiteral());
    return MakeState(span, std::move(absent));
  }
  return BuildState(context->basicStream(), context->stateCount(), context->name());
}

ast::StateNodePtr StatementBuilder::BuildState(P::BasicStreamContext* stream,
                                               P::StateCountContext* count, P::NameContext* ref) {
  ast::StateStream state{std::nullopt, BuildStateStream(stream)};
  ast::Span span = state.stream.span;
  if (ref != nullptr) {
    state.ref = Build(ref);
    span = Cover(state.ref->span, span);
  }
  Count(span);
  ast::StateNodePtr node = MakeState(span, std::move(state));
  return count == nullptr ? std::move(node) : BuildCount(std::move(node), count);
}

ast::StateNodePtr StatementBuilder::BuildCount(ast::StateNodePtr child,
                                               P::StateCountContext* context) {
  const ast::Span span = Cover(child->span, SpanOf(*context));
  ast::StateCount count;
  count.child = std::move(child);
  const std::vector<antlr4::tree::TerminalNode*> numbers = context->INT_LITERAL();
  counted_by_sign_ = counted_by_sign_ || context->LESS() == nullptr;
  if (context->PLUS() != nullptr) count.min = 1;
  if (context->QUESTION() != nullptr) count.max = 1;
  if (context->LESS() != nullptr) {
    const bool from_start =
        context->getStart() != nullptr &&
        dynamic_cast<antlr4::tree::TerminalNode*>(context->children[1])->getSymbol()->getType() ==
            P::INT_LITERAL;
    if (from_start) count.min = BuildInt(numbers.front());
    if (numbers.size() == 2 || !from_start || context->COLON() == nullptr)
      count.max = BuildInt(numbers.back());
    if (count.max != ast::kUnbounded && count.min > count.max)
      Error(SpanOf(*context),
            "this count can never be reached, its bounds are the wrong way round");
  }
  return MakeState(span, std::move(count));
}

ast::SingleStream StatementBuilder::BuildStateStream(P::BasicStreamContext* context) {
  ast::SingleStream stream = BuildStream(context);
  for (const ast::StreamHandler& handler : stream.handlers) {
    if (std::holds_alternative<ast::WindowHandler>(handler.node))
      Error(handler.span, "the streams of a pattern or sequence have no windows");
  }
  return stream;
}

}  // namespace weir
