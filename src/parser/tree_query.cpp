#include <string>
#include <utility>

#include "parser/literals.h"
#include "parser/tree_builder.h"

namespace weir {

namespace {

using P = grammar::WeirParser;

}  // namespace

ast::Query StatementBuilder::BuildQuery(P::QueryContext* context) {
  ast::Query query;
  query.span = SpanOf(*context);
  Count(query.span);
  BuildInput(context->input(), &query);
  if (context->selection() != nullptr) query.selection = BuildSelection(context->selection());
  if (context->outputRate() != nullptr) query.rate = BuildRate(context->outputRate());
  query.output = BuildAction(context->outputAction());
  return query;
}

// ------------------------------------------------------------------------------- inputs

void StatementBuilder::BuildInput(P::InputContext* context, ast::Query* query) {
  if (context->anonymousInput() != nullptr) {
    query->input = BuildAnonymous(context->anonymousInput());
    return;
  }
  if (context->stateRest() != nullptr || context->stateStart() != nullptr) {
    query->input = BuildState(context);
    return;
  }
  P::StreamRestContext* rest = context->streamRest();
  ast::JoinSide side;
  side.stream = BuildStream(context->basicStream());
  if (rest->name() != nullptr) side.stream.alias = Build(rest->name());
  side.unidirectional = rest->K_UNIDIRECTIONAL() != nullptr;
  if (rest->join() != nullptr) {
    ast::JoinInput join = BuildJoin(std::move(side), rest->join());
    join.span = SpanOf(*context);
    query->input = std::move(join);
    return;
  }
  if (side.unidirectional) {
    Error(SpanOf(*rest->K_UNIDIRECTIONAL()->getSymbol()),
          "'unidirectional' has a meaning only in a join");
  }
  query->input = std::move(side.stream);
}

ast::AnonymousInput StatementBuilder::BuildAnonymous(P::AnonymousInputContext* context) {
  const ast::Span span = SpanOf(*context);
  while (context->anonymousInput() != nullptr) context = context->anonymousInput();
  ast::AnonymousInput input{span, std::make_unique<ast::Query>(BuildQuery(context->query()))};
  if (!std::holds_alternative<ast::ReturnRows>(input.query->output.node)) {
    Error(input.query->output.span, "a query in parentheses gives its rows to the outer query",
          "end it with 'return'");
  }
  return input;
}

ast::SingleStream StatementBuilder::BuildStream(P::BasicStreamContext* context) {
  ast::SingleStream stream;
  stream.span = SpanOf(*context);
  Count(stream.span);
  stream.source = BuildSource(context->source());
  for (P::HandlerContext* handler : context->handler())
    stream.handlers.push_back(BuildHandler(handler));
  return stream;
}

ast::StreamName StatementBuilder::BuildSource(P::SourceContext* context) {
  ast::StreamName name{SpanOf(*context), ast::StreamKind::kPlain, Build(context->name()).text};
  if (context->HASH() != nullptr) name.kind = ast::StreamKind::kInner;
  if (context->BANG() != nullptr) name.kind = ast::StreamKind::kFault;
  return name;
}

ast::StreamHandler StatementBuilder::BuildHandler(P::HandlerContext* context) {
  ast::StreamHandler handler;
  handler.span = SpanOf(*context);
  Count(handler.span);
  if (context->expression() != nullptr) {
    handler.node = ast::Filter{Build(context->expression())};
  } else if (context->K_WINDOW() != nullptr) {
    handler.node = ast::WindowHandler{Build(context->call())};
  } else {
    handler.node = ast::StreamFunction{Build(context->call())};
  }
  return handler;
}

ast::JoinInput StatementBuilder::BuildJoin(ast::JoinSide left, P::JoinContext* context) {
  ast::JoinInput join;
  join.left = std::move(left);
  join.type = BuildJoinType(context->joinType());
  join.right.stream = BuildStream(context->basicStream());
  if (context->name() != nullptr) join.right.stream.alias = Build(context->name());
  join.right.unidirectional = context->K_UNIDIRECTIONAL() != nullptr;
  if (join.left.unidirectional && join.right.unidirectional) {
    Error(SpanOf(*context->K_UNIDIRECTIONAL()->getSymbol()),
          "only one side of a join can be unidirectional");
  }
  CheckJoinSide(join.left);
  CheckJoinSide(join.right);
  join.on = BuildOptional(context->expression());
  BuildRange(context->joinRange(), &join);
  return join;
}

ast::JoinType StatementBuilder::BuildJoinType(P::JoinTypeContext* context) {
  if (context->K_LEFT() != nullptr) return ast::JoinType::kLeftOuter;
  if (context->K_RIGHT() != nullptr) return ast::JoinType::kRightOuter;
  if (context->K_OUTER() != nullptr) return ast::JoinType::kFullOuter;
  return ast::JoinType::kInner;
}

void StatementBuilder::CheckJoinSide(const ast::JoinSide& side) {
  bool windowed = false;
  for (const ast::StreamHandler& handler : side.stream.handlers) {
    if (windowed) {
      Error(handler.span, "in a join nothing may follow the window of a stream",
            "put filters and functions before the window");
      return;
    }
    windowed = std::holds_alternative<ast::WindowHandler>(handler.node);
  }
}

template <class Node>
void StatementBuilder::BuildRange(P::JoinRangeContext* context, Node* node) {
  if (context == nullptr) return;
  const std::vector<P::ExpressionContext*> parts = context->expression();
  node->within_begin = Build(parts.front());
  if (parts.size() > 2) node->within_end = Build(parts[1]);
  node->per = Build(parts.back());
}

template void StatementBuilder::BuildRange(P::JoinRangeContext* context, ast::StoreInput* node);

// ------------------------------------------------------------------------------- selection

ast::Selection StatementBuilder::BuildSelection(P::SelectionContext* context) {
  ast::Selection selection;
  selection.span = SpanOf(*context);
  BuildSelectClause(context->selectClause(), &selection);
  BuildGroupBy(context->groupBy(), &selection);
  if (context->having() != nullptr) selection.having = Build(context->having()->expression());
  if (context->orderBy() != nullptr) {
    for (P::OrderKeyContext* key : context->orderBy()->orderKey()) {
      selection.order_by.push_back(
          {SpanOf(*key), Build(key->expression()), key->K_DESC() != nullptr});
    }
  }
  if (context->limit() != nullptr) selection.limit = Build(context->limit()->expression());
  if (context->offset() != nullptr) selection.offset = Build(context->offset()->expression());
  return selection;
}

void StatementBuilder::BuildSelectClause(P::SelectClauseContext* context,
                                         ast::Selection* selection) {
  selection->distinct = context->K_DISTINCT() != nullptr;
  selection->star = context->STAR() != nullptr;
  for (P::SelectItemContext* item : context->selectItem()) {
    ast::SelectItem built{SpanOf(*item), Build(item->expression()), std::nullopt};
    Count(built.span);
    if (item->name() != nullptr) {
      built.alias = Build(item->name());
    } else if (!std::holds_alternative<ast::AttributeRef>(built.value->node)) {
      Error(built.span, "this expression needs a name", "add 'as' and a name");
    }
    selection->items.push_back(std::move(built));
  }
}

void StatementBuilder::BuildGroupBy(P::GroupByContext* context, ast::Selection* selection) {
  if (context == nullptr) return;
  for (P::ExpressionContext* key : context->expression()) selection->group_by.push_back(Build(key));
}

// ------------------------------------------------------------------------------- output

ast::OutputRate StatementBuilder::BuildRate(P::OutputRateContext* context) {
  ast::OutputRate rate;
  rate.span = SpanOf(*context);
  if (context->K_FIRST() != nullptr) rate.kind = ast::RateKind::kFirst;
  if (context->K_LAST() != nullptr) rate.kind = ast::RateKind::kLast;
  if (context->K_SNAPSHOT() != nullptr) rate.kind = ast::RateKind::kSnapshot;
  if (context->timeRest() != nullptr) {
    rate.every = BuildTime(context->INT_LITERAL(), context->timeRest());
    return rate;
  }
  rate.every = BuildInt(context->INT_LITERAL());
  if (rate.kind == ast::RateKind::kSnapshot) {
    Error(rate.span, "a snapshot is put out every so much time, not every so many events",
          "for example output snapshot every 5 sec");
  }
  return rate;
}

std::optional<ast::EventType> StatementBuilder::BuildEventType(P::EventTypeContext* context) {
  if (context == nullptr) return std::nullopt;
  if (context->K_ALL() != nullptr) return ast::EventType::kAll;
  return context->K_EXPIRED() != nullptr ? ast::EventType::kExpired : ast::EventType::kCurrent;
}

ast::OutputAction StatementBuilder::BuildAction(P::OutputActionContext* context) {
  ast::OutputAction action;
  action.span = SpanOf(*context);
  if (auto* insert = dynamic_cast<P::InsertActionContext*>(context); insert != nullptr) {
    action.node =
        ast::InsertInto{BuildSource(insert->source()), BuildEventType(insert->eventType())};
  } else if (auto* remove = dynamic_cast<P::DeleteActionContext*>(context); remove != nullptr) {
    action.node =
        ast::DeleteFrom{BuildSource(remove->source()), BuildEventType(remove->eventType()),
                        BuildOptional(remove->expression())};
  } else if (auto* update = dynamic_cast<P::UpdateActionContext*>(context); update != nullptr) {
    action.node = BuildUpdate(update);
  } else {
    auto* give = dynamic_cast<P::ReturnActionContext*>(context);
    action.node = ast::ReturnRows{BuildEventType(give->eventType())};
  }
  return action;
}

ast::UpdateTable StatementBuilder::BuildUpdate(P::UpdateActionContext* context) {
  ast::UpdateTable update;
  update.target = BuildSource(context->source());
  update.or_insert = context->K_INSERT() != nullptr;
  update.events = BuildEventType(context->eventType());
  if (context->setClause() != nullptr) {
    for (P::SetAssignmentContext* assignment : context->setClause()->setAssignment()) {
      ast::AttributeRef target = Build(assignment->attributeReference());
      update.set.push_back(
          {SpanOf(*assignment), std::move(target), Build(assignment->expression())});
    }
  }
  update.on = Build(context->expression());
  return update;
}

}  // namespace weir
