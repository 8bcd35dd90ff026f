// Turns parse trees into the AST. Private to the few files that see ANTLR.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ast/app.h"
#include "ast/diagnostic.h"
#include "parser/syntax.h"

namespace weir {

// What the grammar lets through and the language does not have becomes a diagnostic; the node
// built in its place is of the right shape and of no meaning. Throws LimitPassed.
class ExpressionBuilder {
 public:
  // Refers to all of its arguments.
  ExpressionBuilder(const SourceText& source, const ParseLimits& limits,
                    std::vector<ast::Diagnostic>* diagnostics)
      : source_(source), limits_(limits), diagnostics_(diagnostics) {}

  using P = grammar::WeirParser;

  ast::ExprPtr Build(P::ExpressionContext* context) { return BuildTier(context, false); }
  ast::Call Build(P::CallContext* context);
  ast::TimeLiteral Build(P::TimeLiteralContext* context) {
    return BuildTime(context->INT_LITERAL(), context->timeRest());
  }
  ast::AttributeRef Build(P::AttributeReferenceContext* context);
  ast::Name Build(P::NameContext* context) { return BuildName(*context->getStart()); }
  ast::TimeUnit Build(P::TimeUnitContext* context);

  // Null where the context is.
  ast::ExprPtr BuildOptional(P::ExpressionContext* context) {
    return context == nullptr ? nullptr : Build(context);
  }

 protected:
  using Context = antlr4::ParserRuleContext;

  // Deepens the tree while it lives.
  class Depth {
   public:
    Depth(ExpressionBuilder* builder, size_t levels, const Context& at);
    ~Depth() { builder_->depth_ -= levels_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    ExpressionBuilder* builder_;
    size_t levels_;
  };

  std::string_view TextOf(const antlr4::Token& token) const;
  ast::Span SpanOf(const antlr4::Token& token) const;
  ast::Span SpanOf(const Context& context) const;
  // From the begin of one to the end of the other.
  static ast::Span Cover(const ast::Span& first, const ast::Span& last);

  ast::Name BuildName(const antlr4::Token& token);
  ast::TimeLiteral BuildTime(antlr4::tree::TerminalNode* first, P::TimeRestContext* rest);
  int32_t BuildInt(antlr4::tree::TerminalNode* node);
  std::string BuildString(antlr4::tree::TerminalNode* node);

  // Counts one node of the AST.
  void Count(const ast::Span& span, size_t nodes = 1);
  void Error(const ast::Span& span, std::string message, std::string help = "");

 private:
  void WarnAboutNot(Context* chain);
  ast::ExprPtr Make(const ast::Span& span, ast::ExprNode node);
  ast::ExprPtr BuildTier(Context* context, bool stream_allowed);
  ast::ExprPtr BuildTier(antlr4::tree::ParseTree* node);
  ast::ExprPtr BuildLogical(Context* context, ast::LogicalOp op);
  ast::ExprPtr BuildInTable(P::InExpressionContext* context);
  ast::ExprPtr BuildBinary(Context* context);
  ast::ExprPtr BuildComparison(P::ComparisonContext* context);
  ast::ExprPtr BuildComparisonTail(ast::ExprPtr left, P::ComparisonTailContext* context);
  ast::ExprPtr BuildUnary(P::UnaryContext* context);
  ast::ExprPtr BuildPostfix(P::PostfixContext* context);
  ast::ExprPtr BuildCase(P::CaseExpressionContext* context);
  ast::ExprPtr BuildLiteral(P::LiteralContext* context);
  ast::ExprPtr BuildNumber(const antlr4::Token& token, const antlr4::Token* sign);
  ast::ExprPtr BuildReference(P::ReferenceContext* context);
  ast::ExprPtr ToValue(ast::ExprPtr stream);
  void BuildArguments(P::ArgumentsContext* context, ast::Call* call);
  ast::EventIndex BuildIndex(P::EventIndexContext* context);

  const SourceText& source_;
  const ParseLimits& limits_;
  std::vector<ast::Diagnostic>* diagnostics_;
  size_t depth_ = 0;
  size_t nodes_ = 0;
  size_t errors_ = 0;
};

// Definitions, queries, partitions and apps.
class StatementBuilder : public ExpressionBuilder {
 public:
  using ExpressionBuilder::Build;
  using ExpressionBuilder::ExpressionBuilder;

  // Leaves out the statements that have failed.
  ast::App Build(P::AppContext* context, const Syntax& syntax);
  ast::Query Build(P::SingleQueryContext* context);
  ast::OnDemandQuery Build(P::OnDemandBodyContext* context);

 private:
  using Annotations = std::vector<P::AnnotationContext*>;

  // statements
  void BuildStatement(P::StatementContext* context, ast::App* app);
  ast::Annotation BuildAnnotation(P::AnnotationContext* context);
  ast::AnnotationElement BuildAnnotationElement(P::AnnotationItemContext* context);
  std::vector<ast::Annotation> BuildAnnotations(const Annotations& contexts, ast::App* app);
  ast::Partition BuildPartition(P::PartitionContext* context);
  ast::PartitionKey BuildPartitionKey(P::PartitionKeyContext* context);
  ast::LabelledRange BuildRange(P::ExpressionContext* condition, antlr4::tree::TerminalNode* label);

  // definitions; the callers add annotations and span
  ast::Element BuildDefinition(P::DefinitionContext* context);
  ast::StreamDefinition BuildStream(P::DefineStreamContext* context);
  ast::TableDefinition BuildTable(P::DefineTableContext* context);
  ast::WindowDefinition BuildWindow(P::DefineWindowContext* context);
  ast::TriggerDefinition BuildTrigger(P::DefineTriggerContext* context);
  ast::FunctionDefinition BuildFunction(P::DefineFunctionContext* context);
  ast::AggregationDefinition BuildAggregation(P::DefineAggregationContext* context);
  std::vector<ast::AttributeDefinition> BuildAttributes(P::AttributeListContext* context);
  void BuildDurations(P::DurationsContext* context, ast::AggregationDefinition* definition);

  // queries
  ast::Query BuildQuery(P::QueryContext* context);
  void BuildInput(P::InputContext* context, ast::Query* query);
  ast::AnonymousInput BuildAnonymous(P::AnonymousInputContext* context);
  ast::SingleStream BuildStream(P::BasicStreamContext* context);
  ast::StreamName BuildSource(P::SourceContext* context);
  ast::StreamHandler BuildHandler(P::HandlerContext* context);
  ast::JoinInput BuildJoin(ast::JoinSide left, P::JoinContext* context);
  ast::JoinType BuildJoinType(P::JoinTypeContext* context);
  void CheckJoinSide(const ast::JoinSide& side);
  template <class Node>
  void BuildRange(P::JoinRangeContext* context, Node* node);
  ast::Selection BuildSelection(P::SelectionContext* context);
  void BuildSelectClause(P::SelectClauseContext* context, ast::Selection* selection);
  void BuildGroupBy(P::GroupByContext* context, ast::Selection* selection);
  ast::OutputRate BuildRate(P::OutputRateContext* context);
  ast::OutputAction BuildAction(P::OutputActionContext* context);
  ast::UpdateTable BuildUpdate(P::UpdateActionContext* context);
  std::optional<ast::EventType> BuildEventType(P::EventTypeContext* context);

  // patterns and sequences
  ast::StateInput BuildState(P::InputContext* context);
  ast::StateNodePtr BuildStart(P::StateStartContext* context);
  ast::StateNodePtr BuildRest(ast::StateNodePtr first, P::StateRestContext* context);
  ast::StateNodePtr BuildChain(P::StateChainContext* context);
  ast::StateNodePtr BuildChainTail(ast::StateNodePtr first, P::ChainTailContext* context);
  ast::StateNodePtr BuildElement(P::StateElementContext* context);
  ast::StateNodePtr BuildOr(P::StateOrContext* context);
  ast::StateNodePtr BuildOrTail(ast::StateNodePtr first, P::OrTailContext* context);
  ast::StateNodePtr BuildAnd(P::StateAndContext* context);
  ast::StateNodePtr BuildAndTail(ast::StateNodePtr first, P::AndTailContext* context);
  ast::StateNodePtr BuildOperand(P::StateOperandContext* context);
  ast::StateNodePtr BuildOperand(P::MarkedOperandContext* context);
  ast::StateNodePtr BuildState(P::BasicStreamContext* stream, P::StateCountContext* count,
                               P::NameContext* ref = nullptr);
  ast::StateNodePtr BuildCount(ast::StateNodePtr child, P::StateCountContext* context);
  ast::SingleStream BuildStateStream(P::BasicStreamContext* context);

  // What the separators seen so far make of the input that is being built.
  enum class Separator { kNone, kArrow, kComma };
  Separator separator_ = Separator::kNone;
  bool counted_by_sign_ = false;  // a `*`, `+` or `?` was seen
};

}  // namespace weir
