#include <string>
#include <utility>

#include "parser/literals.h"
#include "parser/tree_builder.h"

namespace weir {

namespace {

using P = grammar::WeirParser;

// What both kinds of Element have in common is set here.
template <class Node>
ast::Element Finish(Node node, std::vector<ast::Annotation> annotations, const ast::Span& span) {
  node.annotations = std::move(annotations);
  node.span = span;
  return node;
}

ast::AttributeType TypeOf(P::AttributeTypeContext* context) {
  // The types stand in this order in the grammar.
  static constexpr ast::AttributeType kTypes[] = {
      ast::AttributeType::kString, ast::AttributeType::kInt,    ast::AttributeType::kLong,
      ast::AttributeType::kFloat,  ast::AttributeType::kDouble, ast::AttributeType::kBool,
      ast::AttributeType::kObject};
  return kTypes[context->getStart()->getType() - P::K_STRING];
}

}  // namespace

ast::App StatementBuilder::Build(P::AppContext* context, const Syntax& syntax) {
  ast::App app;
  for (P::StatementContext* statement : context->statement())
    if (!syntax.Failed(statement)) BuildStatement(statement, &app);
  return app;
}

void StatementBuilder::BuildStatement(P::StatementContext* context, ast::App* app) {
  std::vector<ast::Annotation> annotations = BuildAnnotations(context->annotation(), app);
  P::ElementContext* element = context->element();
  if (element == nullptr) {
    if (!annotations.empty()) {
      Error(annotations.back().span, "nothing follows this annotation",
            "an annotation stands before 'define', 'from' or 'partition'");
    }
    return;
  }
  ast::Span span = SpanOf(*element);
  if (!annotations.empty()) span = Cover(annotations.front().span, span);
  Count(span);
  ast::Element built;
  if (element->query() != nullptr) {
    built = BuildQuery(element->query());
  } else if (element->partition() != nullptr) {
    built = BuildPartition(element->partition());
  } else {
    built = BuildDefinition(element->definition());
  }
  app->elements.push_back(std::visit(
      [&](auto& node) { return Finish(std::move(node), std::move(annotations), span); }, built));
}

// ------------------------------------------------------------------------------- annotations

// Those of the whole app go to `app`; where that is null they are out of place.
std::vector<ast::Annotation> StatementBuilder::BuildAnnotations(const Annotations& contexts,
                                                                ast::App* app) {
  std::vector<ast::Annotation> annotations;
  for (P::AnnotationContext* context : contexts) {
    ast::Annotation annotation = BuildAnnotation(context);
    if (context->K_APP() == nullptr) {
      annotations.push_back(std::move(annotation));
    } else if (app == nullptr) {
      Error(annotation.span, "an '@app:' annotation is for the whole app, it cannot stand here");
    } else {
      app->annotations.push_back(std::move(annotation));
    }
  }
  return annotations;
}

ast::Annotation StatementBuilder::BuildAnnotation(P::AnnotationContext* context) {
  ast::Annotation annotation;
  annotation.span = SpanOf(*context);
  annotation.name = Build(context->name());
  Count(annotation.span);
  for (P::AnnotationItemContext* item : context->annotationItem()) {
    if (item->annotation() == nullptr) {
      annotation.elements.push_back(BuildAnnotationElement(item));
    } else {
      std::vector<ast::Annotation> nested = BuildAnnotations({item->annotation()}, nullptr);
      for (ast::Annotation& inner : nested) annotation.nested.push_back(std::move(inner));
    }
  }
  return annotation;
}

ast::AnnotationElement StatementBuilder::BuildAnnotationElement(P::AnnotationItemContext* context) {
  ast::AnnotationElement element;
  element.span = SpanOf(*context);
  Count(element.span);
  if (P::AnnotationKeyContext* key = context->annotationKey(); key != nullptr) {
    element.key.span = SpanOf(*key);
    if (key->STRING_LITERAL() != nullptr) element.key.text = BuildString(key->STRING_LITERAL());
    for (antlr4::tree::ParseTree* part : key->children) {
      if (auto* name = dynamic_cast<P::NameContext*>(part); name != nullptr)
        element.key.text += Build(name).text;
      else if (key->STRING_LITERAL() == nullptr)
        element.key.text += part->getText();
    }
    if (element.key.text.empty()) Error(element.key.span, "a key cannot be empty");
  }
  element.value = BuildString(context->STRING_LITERAL());
  element.value_span = SpanOf(*context->STRING_LITERAL()->getSymbol());
  return element;
}

// ------------------------------------------------------------------------------- partitions

ast::Partition StatementBuilder::BuildPartition(P::PartitionContext* context) {
  ast::Partition partition;
  for (P::PartitionKeyContext* key : context->partitionKey())
    partition.keys.push_back(BuildPartitionKey(key));
  for (P::PartitionQueryContext* query : context->partitionQuery()) {
    std::vector<ast::Annotation> annotations = BuildAnnotations(query->annotation(), nullptr);
    partition.queries.push_back(BuildQuery(query->query()));
    partition.queries.back().annotations = std::move(annotations);
    partition.queries.back().span = SpanOf(*query);
  }
  if (partition.queries.empty())
    Error(SpanOf(*context->K_BEGIN()->getSymbol()), "a partition needs at least one query");
  return partition;
}

ast::PartitionKey StatementBuilder::BuildPartitionKey(P::PartitionKeyContext* context) {
  ast::PartitionKey key;
  key.span = SpanOf(*context);
  key.stream = Build(context->name());
  Count(key.span);
  if (context->STRING_LITERAL() == nullptr) {
    key.node = ast::ValueKey{Build(context->expression())};
    return key;
  }
  ast::RangeKey ranges;
  ranges.ranges.push_back(BuildRange(context->expression(), context->STRING_LITERAL()));
  for (P::LabelledRangeContext* range : context->labelledRange())
    ranges.ranges.push_back(BuildRange(range->expression(), range->STRING_LITERAL()));
  key.node = std::move(ranges);
  return key;
}

ast::LabelledRange StatementBuilder::BuildRange(P::ExpressionContext* condition,
                                                antlr4::tree::TerminalNode* label) {
  ast::LabelledRange range;
  range.span = Cover(SpanOf(*condition), SpanOf(*label->getSymbol()));
  range.condition = Build(condition);
  range.label = BuildString(label);
  return range;
}

// ------------------------------------------------------------------------------- definitions

ast::Element StatementBuilder::BuildDefinition(P::DefinitionContext* context) {
  if (auto* stream = dynamic_cast<P::DefineStreamContext*>(context); stream != nullptr)
    return BuildStream(stream);
  if (auto* table = dynamic_cast<P::DefineTableContext*>(context); table != nullptr)
    return BuildTable(table);
  if (auto* window = dynamic_cast<P::DefineWindowContext*>(context); window != nullptr)
    return BuildWindow(window);
  if (auto* trigger = dynamic_cast<P::DefineTriggerContext*>(context); trigger != nullptr)
    return BuildTrigger(trigger);
  if (auto* function = dynamic_cast<P::DefineFunctionContext*>(context); function != nullptr)
    return BuildFunction(function);
  return BuildAggregation(dynamic_cast<P::DefineAggregationContext*>(context));
}

std::vector<ast::AttributeDefinition> StatementBuilder::BuildAttributes(
    P::AttributeListContext* context) {
  std::vector<ast::AttributeDefinition> attributes;
  for (P::AttributeContext* attribute : context->attribute()) {
    attributes.push_back(
        {SpanOf(*attribute), Build(attribute->name()), TypeOf(attribute->attributeType())});
    Count(attributes.back().span);
  }
  return attributes;
}

ast::StreamDefinition StatementBuilder::BuildStream(P::DefineStreamContext* context) {
  ast::StreamDefinition definition;
  definition.name = Build(context->name());
  definition.attributes = BuildAttributes(context->attributeList());
  return definition;
}

ast::TableDefinition StatementBuilder::BuildTable(P::DefineTableContext* context) {
  ast::TableDefinition definition;
  definition.name = Build(context->name());
  definition.attributes = BuildAttributes(context->attributeList());
  return definition;
}

ast::WindowDefinition StatementBuilder::BuildWindow(P::DefineWindowContext* context) {
  ast::WindowDefinition definition;
  definition.name = Build(context->name());
  definition.attributes = BuildAttributes(context->attributeList());
  definition.window = Build(context->call());
  definition.window_span = SpanOf(*context->call());
  definition.output = BuildEventType(context->eventType());
  return definition;
}

ast::TriggerDefinition StatementBuilder::BuildTrigger(P::DefineTriggerContext* context) {
  ast::TriggerDefinition definition;
  definition.name = Build(context->name());
  if (context->timeLiteral() != nullptr) {
    definition.at = Build(context->timeLiteral());
    definition.at_span = SpanOf(*context->timeLiteral());
  } else {
    definition.at = BuildString(context->STRING_LITERAL());
    definition.at_span = SpanOf(*context->STRING_LITERAL()->getSymbol());
  }
  return definition;
}

ast::FunctionDefinition StatementBuilder::BuildFunction(P::DefineFunctionContext* context) {
  ast::FunctionDefinition definition;
  definition.name = Build(context->name(0));
  definition.language = Build(context->name(1));
  definition.return_type = TypeOf(context->attributeType());
  const antlr4::Token& body = *context->SCRIPT()->getSymbol();
  const std::string_view text = TextOf(body);
  definition.body = std::string(text.substr(1, text.size() - 2));
  definition.body_span = SpanOf(body);
  return definition;
}

ast::AggregationDefinition StatementBuilder::BuildAggregation(
    P::DefineAggregationContext* context) {
  ast::AggregationDefinition definition;
  definition.name = Build(context->name());
  definition.input = BuildStream(context->basicStream());
  definition.selection.span = SpanOf(*context->selectClause());
  BuildSelectClause(context->selectClause(), &definition.selection);
  BuildGroupBy(context->groupBy(), &definition.selection);
  if (context->attributeReference() != nullptr)
    definition.by = Build(context->attributeReference());
  BuildDurations(context->durations(), &definition);
  return definition;
}

void StatementBuilder::BuildDurations(P::DurationsContext* context,
                                      ast::AggregationDefinition* definition) {
  definition->durations_span = SpanOf(*context);
  definition->is_range = context->ELLIPSIS() != nullptr;
  for (P::TimeUnitContext* unit : context->timeUnit()) {
    definition->durations.push_back(Build(unit));
    if (definition->durations.back() == ast::TimeUnit::kMillisecond)
      Error(SpanOf(*unit), "the smallest unit of an aggregation is a second");
  }
}

// ------------------------------------------------------------------------------- entry points

ast::Query StatementBuilder::Build(P::SingleQueryContext* context) {
  std::vector<ast::Annotation> annotations = BuildAnnotations(context->annotation(), nullptr);
  ast::Query query = BuildQuery(context->query());
  if (!annotations.empty()) query.span = Cover(annotations.front().span, query.span);
  query.annotations = std::move(annotations);
  return query;
}

ast::OnDemandQuery StatementBuilder::Build(P::OnDemandBodyContext* context) {
  ast::OnDemandQuery query;
  query.span = SpanOf(*context);
  if (P::StoreInputContext* store = context->storeInput(); store != nullptr) {
    ast::StoreInput input;
    input.span = SpanOf(*store);
    input.source = Build(store->name(0));
    if (store->name().size() > 1) input.alias = Build(store->name(1));
    input.on = BuildOptional(store->expression());
    BuildRange(store->joinRange(), &input);
    query.input = std::move(input);
  }
  if (context->selection() != nullptr) query.selection = BuildSelection(context->selection());
  if (context->outputAction() == nullptr) return query;

  const ast::Span span = SpanOf(*context->outputAction());
  query.action = BuildAction(context->outputAction());
  const bool needs_rows = std::visit(
      [&](const auto& action) {
        using Action = std::decay_t<decltype(action)>;
        if (action.events) Error(span, "an on-demand query has no expired events to choose from");
        if constexpr (std::is_same_v<Action, ast::ReturnRows>)
          Error(span, "an on-demand query returns its rows without 'return'");
        if constexpr (std::is_same_v<Action, ast::UpdateTable>) return action.or_insert;
        return std::is_same_v<Action, ast::InsertInto>;
      },
      query.action->node);
  if (needs_rows && !query.selection)
    Error(span, "nothing is selected that could be inserted", "begin with 'select ...'");
  return query;
}

}  // namespace weir
