#include "bind/aggregation_binder.h"

#include <algorithm>

#include "bind/lookup_binder.h"
#include "exec/aggregation_store.h"

namespace weir {
namespace {

std::optional<CalendarUnit> ToCalendarUnit(ast::TimeUnit unit) {
  switch (unit) {
    case ast::TimeUnit::kSecond:
      return CalendarUnit::kSecond;
    case ast::TimeUnit::kMinute:
      return CalendarUnit::kMinute;
    case ast::TimeUnit::kHour:
      return CalendarUnit::kHour;
    case ast::TimeUnit::kDay:
      return CalendarUnit::kDay;
    case ast::TimeUnit::kMonth:
      return CalendarUnit::kMonth;
    case ast::TimeUnit::kYear:
      return CalendarUnit::kYear;
    default:
      return std::nullopt;
  }
}

// `sec ... year`, or a list in any order. Empty if an error was reported.
std::vector<CalendarUnit> BindUnits(const ast::AggregationDefinition& definition,
                                    BindContext& context) {
  std::vector<CalendarUnit> units;
  for (const ast::TimeUnit written : definition.durations) {
    const auto unit = ToCalendarUnit(written);
    if (!unit) {
      context.Error(definition.durations_span, "an aggregation has no buckets of a week",
                    "use sec, min, hour, day, month, year");
      return {};
    }
    units.push_back(*unit);
  }
  if (definition.is_range) {
    const CalendarUnit first = units.front();
    const CalendarUnit last = units.back();
    if (last < first) {
      context.Error(definition.durations_span, "a range of durations goes from fine to coarse");
      return {};
    }
    units.clear();
    for (int u = static_cast<int>(first); u <= static_cast<int>(last); ++u) {
      units.push_back(static_cast<CalendarUnit>(u));
    }
  }
  std::sort(units.begin(), units.end());
  units.erase(std::unique(units.begin(), units.end()), units.end());
  return units;
}

bool CheckAggregates(const ast::AggregationDefinition& definition, const BoundSelect& select,
                     BindContext& context) {
  for (const BoundAggregate& aggregate : select.aggregates) {
    const std::string name = aggregate.spec->name;
    const bool readable =
        aggregate.spec->make(ToArguments(aggregate.arguments), /*expires=*/false)->can_read();
    if (aggregate.spec->keeps_forever || !readable) {
      context.Error(definition.selection.span, "an aggregation cannot have the aggregate " + name,
                    "it can have sum, avg, count, min, max, distinctCount, stdDev");
      return false;
    }
  }
  // What is computed when a bucket is read cannot depend on when that is.
  const size_t inputs = kAggregateBase;
  for (const ExprPtr& projection : select.projections) {
    std::vector<bool> used(kOutputBase, false);
    CollectColumns(*projection, &used);
    const auto first = used.begin() + static_cast<std::ptrdiff_t>(inputs);
    if (std::find(first, used.end(), true) != used.end() && projection->volatile_value()) {
      context.NotSupported(definition.selection.span,
                           "an aggregate beside a function of the time in one expression");
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<BoundAggregation> QueryBinder::BindAggregation(
    const ast::AggregationDefinition& definition) {
  BoundAggregation bound;
  bound.name = definition.name.text;
  const ast::StreamName& source = definition.input.source;
  const auto found = streams_.Find(source, std::nullopt);
  if (!found) {
    context_.UnknownName(source.span, "unknown stream '" + ShownName(source) + "'", source.name,
                         streams_.Names());
    return std::nullopt;
  }
  if (streams_.at(*found).named_window) {
    context_.Error(source.span, "'" + source.name + "' is a window, an aggregation reads a stream");
    return std::nullopt;
  }
  auto input = BindStream(definition.input, /*findable=*/false);
  if (!input) return std::nullopt;
  if (input->window) {
    context_.Error(definition.input.span, "an aggregation cannot have a window");
    return std::nullopt;
  }
  bound.input = std::move(*input);
  const SchemaPtr schema = bound.input.schema;
  RowScope scope(
      {{source.name, definition.input.alias ? definition.input.alias->text : "", schema, 0}});
  bool ok = BindSelection(&definition.selection, definition.selection.span, scope, ColumnsOf(scope),
                          nullptr, context_, &bound.select);
  ok = ok && CheckAggregates(definition, bound.select, context_);
  bound.input_columns = schema->size();
  if (ok) PlaceColumns(schema->size(), &bound.select);
  if (ok && bound.select.output->Find(kBucketAttribute)) {
    context_.Error(definition.selection.span,
                   std::string("the attribute ") + kBucketAttribute + " is the time of the bucket");
    ok = false;
  }
  if (definition.by) {
    bound.time = scope.Resolve(*definition.by, definition.by->name.span, context_);
    if (bound.time != nullptr && bound.time->type() != Type::kLong &&
        bound.time->type() != Type::kString) {
      context_.Error(definition.by->name.span, "'aggregate by' needs a long or a string, '" +
                                                   definition.by->name.text + "' is of type " +
                                                   std::string(TypeName(bound.time->type())));
      ok = false;
    }
    ok = ok && bound.time != nullptr;
  }
  bound.units = BindUnits(definition, context_);
  ok = ok && !bound.units.empty();
  ok = BindAggregationAnnotations(definition.annotations, context_, &bound) && ok;
  if (!ok) return std::nullopt;
  std::vector<Attribute> attributes{{kBucketAttribute, Type::kLong}};
  for (const Attribute& a : bound.select.output->attributes()) attributes.push_back(a);
  bound.output = std::make_shared<const Schema>(std::move(attributes));
  return bound;
}

bool BindAggregationRead(const ast::Expr* begin, const ast::Expr* end, const ast::Expr* per,
                         const ast::Span& span, const BoundAggregation& aggregation, Scope& scope,
                         BindContext& context, BoundAggregationRead* read) {
  if (begin == nullptr || per == nullptr) {
    context.Error(span,
                  "reading the aggregation '" + aggregation.name + "' needs 'within' and 'per'",
                  "write \"within '2020-**-** **:**:**' per 'days'\"");
    return false;
  }
  ExpressionBinder binder(context, scope);
  const auto bind = [&](const ast::Expr& written) {
    ExprPtr bound = binder.Bind(written);
    return bound == nullptr ? nullptr : FoldConstants(bound);
  };
  read->within_begin = bind(*begin);
  if (end != nullptr) read->within_end = bind(*end);
  read->per = bind(*per);
  if (read->within_begin == nullptr || read->per == nullptr ||
      (end != nullptr && read->within_end == nullptr)) {
    return false;
  }
  const auto is = [&](const ExprPtr& value, bool or_long) {
    return value->type() == Type::kString || (or_long && value->type() == Type::kLong);
  };
  if (!is(read->per, false)) {
    context.Error(per->span, "'per' needs a string, such as 'days', not " +
                                 std::string(TypeName(read->per->type())));
    return false;
  }
  if (end == nullptr && !is(read->within_begin, false)) {
    context.Error(begin->span,
                  "'within' with one value needs a string such as "
                  "'2020-06-** **:**:**', not " +
                      std::string(TypeName(read->within_begin->type())));
    return false;
  }
  for (const auto& [value, written] :
       {std::pair(&read->within_begin, begin), std::pair(&read->within_end, end)}) {
    if (*value == nullptr || is(*value, true)) continue;
    context.Error(written->span, "'within' needs strings or longs, not " +
                                     std::string(TypeName((*value)->type())));
    return false;
  }
  const Value* unit = read->per->constant();
  if (unit != nullptr && (unit->is_null() || !CalendarUnitFromName(unit->string_value()))) {
    context.Error(per->span,
                  "'" + unit->ToText() + "' is not one of sec, min, hour, day, month, year");
    return false;
  }
  return true;
}

// All but a join: nothing else can have an aggregation as its source.
bool QueryBinder::CheckNoAggregation(const ast::Query& query) {
  if (std::holds_alternative<ast::JoinInput>(query.input)) return true;
  for (const ast::StreamName* name : InputStreams(query)) {
    if (!streams_.FindAggregation(*name)) continue;
    context_.Error(name->span, "'" + name->name + "' is an aggregation, a query reads streams",
                   "join a stream with it");
    return false;
  }
  return true;
}

// What asks tables is a part by itself, which is tested on the pairs that the rest gives.
bool QueryBinder::BindReaderCondition(const ast::Expr& condition, RowScope& scope,
                                      BoundAggregationJoin* join) {
  const size_t columns = scope.sources()[1].offset + scope.sources()[1].schema->size();
  ExpressionBinder binder(context_, scope);
  Lookups lookups(scope, streams_, context_, static_cast<uint32_t>(columns), &join->lookups);
  binder.set_lookups(&lookups);
  const ExprPtr on = binder.BindCondition(condition, "the join condition");
  if (on == nullptr) return false;
  if (!join->lookups.empty() && join->keeps_unmatched) {
    context_.NotSupported(condition.span,
                          "'in' a table in the condition of an outer join with an aggregation");
    return false;
  }
  std::vector<ExprPtr> plain, asking;
  for (const ExprPtr& part : SplitConjunction(on)) {
    std::vector<bool> used(columns + join->lookups.size(), false);
    CollectColumns(*part, &used);
    const auto answers = used.begin() + static_cast<std::ptrdiff_t>(columns);
    const bool asks = std::find(answers, used.end(), true) != used.end();
    (asks ? asking : plain).push_back(part);
  }
  join->on = JoinConjunction(plain);
  join->asks = JoinConjunction(asking);
  return true;
}

bool QueryBinder::BindAggregationJoin(const ast::Query& query, const ast::JoinInput& join,
                                      BoundQuery* bound) {
  const auto right = streams_.FindAggregation(join.right.stream.source);
  const ast::JoinSide& rows = right ? join.left : join.right;
  const ast::JoinSide& found = right ? join.right : join.left;
  const auto aggregation = streams_.FindAggregation(found.stream.source);
  const ast::Span& place = found.stream.source.span;
  if (streams_.FindAggregation(rows.stream.source)) {
    context_.Error(join.span, "a join of two aggregations never happens: no rows arrive on them");
    return false;
  }
  if (found.unidirectional) {
    context_.Error(place, "an aggregation cannot be the unidirectional side: no rows arrive on it");
    return false;
  }
  if (!found.stream.handlers.empty()) {
    context_.Error(place, "an aggregation in a join has no filters or windows",
                   "put the condition behind 'on'");
    return false;
  }
  BoundAggregationJoin result;
  auto input = BindStream(rows.stream, /*findable=*/false);
  if (!input) return false;
  result.rows = std::move(*input);
  result.rows_first = right.has_value();
  const ast::JoinType outer = right ? ast::JoinType::kLeftOuter : ast::JoinType::kRightOuter;
  result.keeps_unmatched = join.type == outer || join.type == ast::JoinType::kFullOuter;
  result.read.aggregation = *aggregation;
  const SchemaPtr row_schema = result.rows.schema;
  const BoundAggregation& definition = streams_.aggregation(*aggregation);
  const auto source = [](const ast::SingleStream& s, const SchemaPtr& schema, size_t offset) {
    return ScopeSource{s.alias ? "" : ShownName(s.source), s.alias ? s.alias->text : "", schema,
                       static_cast<uint32_t>(offset)};
  };
  RowScope row_scope({source(rows.stream, row_schema, 0)});
  if (!BindAggregationRead(join.within_begin.get(), join.within_end.get(), join.per.get(),
                           join.span, definition, row_scope, context_, &result.read)) {
    return false;
  }
  const SchemaPtr& left = right ? row_schema : definition.output;
  const SchemaPtr& second = right ? definition.output : row_schema;
  RowScope scope(
      {source(join.left.stream, left, 0), source(join.right.stream, second, left->size())});
  if (join.on != nullptr && !BindReaderCondition(*join.on, scope, &result)) return false;
  std::vector<Attribute> attributes = left->attributes();
  attributes.insert(attributes.end(), second->attributes().begin(), second->attributes().end());
  bound->input_schema = std::make_shared<const Schema>(std::move(attributes));
  bound->input = std::move(result);
  return BindSelect(query, scope, ColumnsOf(scope), &streams_, context_, &bound->select);
}

}  // namespace weir
