#include "bind/query_binder.h"

#include <algorithm>

#include "base/same_text.h"
#include "bind/annotations.h"
#include "bind/asked_timestamps.h"
#include "bind/condition_binder.h"
#include "bind/lookup_binder.h"
#include "bind/table_binder.h"

namespace weir {
namespace {

void CollectStates(const ast::StateNode& node, std::vector<const ast::StreamName*>* out) {
  std::visit(
      [out](const auto& n) {
        using T = std::decay_t<decltype(n)>;
        if constexpr (std::is_same_v<T, ast::StateStream> || std::is_same_v<T, ast::StateAbsent>) {
          out->push_back(&n.stream.source);
        } else if constexpr (std::is_same_v<T, ast::StateLogical>) {
          for (const auto& operand : n.operands) CollectStates(*operand, out);
        } else if constexpr (std::is_same_v<T, ast::StateNext>) {
          for (const auto& step : n.steps) CollectStates(*step, out);
        } else {
          CollectStates(*n.child, out);
        }
      },
      node.node);
}

}  // namespace

std::vector<NamedColumn> ColumnsOf(const RowScope& scope) {
  std::vector<NamedColumn> columns;
  for (const ScopeSource& source : scope.sources()) {
    for (uint32_t a = 0; a < source.schema->size(); ++a) {
      const Attribute& attribute = (*source.schema)[a];
      if (attribute.name.empty()) continue;  // a row number
      columns.push_back(
          {attribute.name, MakeColumn(source.offset + a, attribute.type, attribute.name)});
    }
  }
  return columns;
}

namespace {

SchemaPtr Appended(const Schema& schema, const std::vector<Attribute>& more) {
  std::vector<Attribute> attributes = schema.attributes();
  attributes.insert(attributes.end(), more.begin(), more.end());
  return std::make_shared<const Schema>(std::move(attributes));
}

ScopeSource SourceOf(const ast::SingleStream& stream, const BoundStreamInput& input) {
  return {ShownName(stream.source), stream.alias ? stream.alias->text : "", input.schema, 0};
}

// With an alias only that names the side: both may be of one stream.
ScopeSource JoinSourceOf(const ast::SingleStream& stream, const BoundStreamInput& input,
                         size_t offset) {
  return {stream.alias ? "" : ShownName(stream.source), stream.alias ? stream.alias->text : "",
          input.schema, static_cast<uint32_t>(offset), input.time};
}

bool HasStreamFunction(const ast::SingleStream& stream, const Registry& registry) {
  for (const ast::StreamHandler& handler : stream.handlers) {
    const auto* function = std::get_if<ast::StreamFunction>(&handler.node);
    if (function == nullptr) continue;
    if (!NamesWindow(function->call, registry)) return true;
  }
  return false;
}

}  // namespace

std::optional<uint32_t> StreamTable::Find(std::string_view name) const {
  for (uint32_t i = 0; i < streams_->size(); ++i) {
    if ((*streams_)[i].name == name) return i;
  }
  return std::nullopt;
}

std::optional<uint32_t> StreamTable::Find(const ast::StreamName& name,
                                          std::optional<uint32_t> partition) const {
  const bool inner = name.kind == ast::StreamKind::kInner;
  const std::string shown = ShownName(name);
  for (uint32_t i = 0; i < streams_->size(); ++i) {
    const BoundStream& stream = (*streams_)[i];
    if (stream.name != shown || (stream.takes_faults && stream.stores_faults)) continue;
    if (inner ? stream.partition && stream.partition == partition : !stream.partition) return i;
  }
  return std::nullopt;
}

std::optional<uint32_t> StreamTable::FindAggregation(const ast::StreamName& name) const {
  if (aggregations_ == nullptr || name.kind != ast::StreamKind::kPlain) return std::nullopt;
  for (uint32_t i = 0; i < aggregations_->size(); ++i) {
    if ((*aggregations_)[i].name == name.name) return i;
  }
  return std::nullopt;
}

std::string ShownName(const ast::StreamName& name) {
  switch (name.kind) {
    case ast::StreamKind::kPlain:
      return name.name;
    case ast::StreamKind::kInner:
      return "#" + name.name;
    case ast::StreamKind::kFault:
      return "!" + name.name;
  }
  return name.name;
}

void ReportNoFaultStream(const ast::StreamName& name, BindContext& context) {
  context.Error(name.span, "there is no fault stream '" + ShownName(name) + "'",
                "write @OnError(action='STREAM') before the definition of '" + name.name + "'");
}

uint32_t StreamTable::Add(BoundStream stream) {
  streams_->push_back(std::move(stream));
  return static_cast<uint32_t>(streams_->size()) - 1;
}

std::vector<std::string> StreamTable::Names() const {
  std::vector<std::string> names;
  for (const BoundStream& stream : *streams_) names.push_back(stream.name);
  return names;
}

std::vector<const ast::StreamName*> InputStreams(const ast::Query& query) {
  std::vector<const ast::StreamName*> names;
  if (const auto* single = std::get_if<ast::SingleStream>(&query.input)) {
    names.push_back(&single->source);
  } else if (const auto* join = std::get_if<ast::JoinInput>(&query.input)) {
    names.push_back(&join->left.stream.source);
    names.push_back(&join->right.stream.source);
  } else if (const auto* state = std::get_if<ast::StateInput>(&query.input)) {
    CollectStates(*state->root, &names);
  }
  return names;
}

std::optional<BoundWindow> QueryBinder::BindWindow(const ast::Call& call, const ast::Span& span,
                                                   RowScope& scope) {
  std::string name = call.name.text;
  if (!call.ns.text.empty()) name = call.ns.text + ":" + name;
  const WindowSpec* spec = context_.registry().FindWindow(name);
  ExpressionBinder binder(context_, scope);
  std::vector<ExprPtr> arguments;
  for (const ast::ExprPtr& arg : call.args) {
    arguments.push_back(binder.Bind(*arg));
    if (arguments.back() == nullptr) return std::nullopt;
  }
  if (spec == nullptr) {
    if (!call.ns.text.empty()) {
      context_.NotSupported(span, "window " + name);
      return std::nullopt;
    }
    std::vector<std::string> names;
    for (const WindowSpec& known : context_.registry().windows()) names.push_back(known.name);
    context_.UnknownName(call.name.span, "unknown window '" + name + "'", name, names);
    return std::nullopt;
  }
  BoundWindow window;
  window.spec = spec;
  window.arguments = ToArguments(arguments);
  window.text = name + "(";
  for (size_t i = 0; i < arguments.size(); ++i) {
    // A parameter is a literal or an attribute; `1/2` is neither, though it could be computed.
    if (arguments[i]->constant() == nullptr) window.arguments[i].constant.reset();
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    window.text += (i > 0 ? ", " : "") + arguments[i]->Describe();
  }
  window.text += ")";
  const auto overload = MatchOverload(name, spec->overloads, window.arguments);
  if (!overload.ok()) {
    context_.Error(span, overload.status().message());
    return std::nullopt;
  }
  window.overload = overload.value();
  if (spec->make_conditional) {
    const ScopeSource& source = scope.sources().front();
    const std::vector<FunctionSpec>* functions = context_.functions();
    window.conditions = MakeConditionCompiler(
        context_.registry(), functions == nullptr ? std::vector<FunctionSpec>() : *functions,
        source.alias.empty() ? source.name : source.alias, source.schema);
  }
  // Made once here so that values out of range are found by `check`.
  const auto made = window.Make(window.arguments);
  if (!made.ok()) {
    if (made.status().code() == StatusCode::kNotSupported) {
      context_.NotSupported(span, made.status().message());
    } else {
      context_.Error(span, made.status().message());
    }
    return std::nullopt;
  }
  return window;
}

bool QueryBinder::BindHandlers(const ast::SingleStream& stream, RowScope& scope,
                               BoundStreamInput* input) {
  bool ok = true;
  for (const ast::StreamHandler& handler : stream.handlers) {
    if (const auto* filter = std::get_if<ast::Filter>(&handler.node)) {
      ok = BindFilter(*filter->condition, scope, input) && ok;
      continue;
    }
    const auto* function = std::get_if<ast::StreamFunction>(&handler.node);
    const ast::Call& call =
        function != nullptr ? function->call : std::get<ast::WindowHandler>(handler.node).call;
    if (function != nullptr && !NamesWindow(call, context_.registry())) {
      ok = BindStreamFunction(*function, handler.span, scope, input) && ok;
      continue;
    }
    if (input->window) {
      context_.Error(handler.span, "a stream can have only one window in a query");
      ok = false;
      continue;
    }
    input->window = BindWindow(call, handler.span, scope);
    ok = ok && input->window.has_value();
  }
  return ok;
}

bool QueryBinder::BindFilter(const ast::Expr& condition, RowScope& scope, BoundStreamInput* input) {
  ExpressionBinder binder(context_, scope);
  const bool after = input->window.has_value();
  std::vector<BoundLookup>& known = after ? input->lookups_after : input->lookups;
  size_t functions = 0;
  for (const BoundStreamFunctionCall& call : input->functions) {
    functions += call.after_window == after ? 1 : 0;
  }
  // Answers stand where the next stream function will put what it appends.
  size_t answers = scope.sources().front().schema->size();
  for (const BoundLookup& lookup : known) answers += lookup.functions_ahead == functions ? 1 : 0;
  std::vector<BoundLookup> asked;
  Lookups lookups(scope, streams_, context_, static_cast<uint32_t>(answers), &asked);
  binder.set_lookups(&lookups);
  ExprPtr bound = binder.BindCondition(condition, "a filter");
  const bool ok = bound != nullptr;
  for (BoundLookup& lookup : asked) {
    lookup.functions_ahead = functions;
    known.push_back(std::move(lookup));
  }
  (after ? input->filters_after : input->filters_before).push_back(std::move(bound));
  return ok;
}

std::optional<BoundStreamInput> QueryBinder::BindStream(const ast::SingleStream& stream,
                                                        bool findable,
                                                        const std::vector<std::string>& timed) {
  const auto found = streams_.Find(stream.source, partition_);
  CHECK(found.has_value());  // the binder has checked it
  BoundStreamInput input;
  input.stream = *found;
  input.alias = stream.alias ? stream.alias->text : ShownName(stream.source);
  input.schema = streams_.at(*found).schema;
  if (streams_.at(*found).fault_stream) {
    input.schema = Appended(*input.schema, {{"", Type::kInt}});
    input.numbered = true;
  }
  const bool keeps_rows = streams_.at(*found).table || streams_.at(*found).named_window;
  if (!keeps_rows && std::find(timed.begin(), timed.end(), input.alias) != timed.end()) {
    AppendTimestamp(&input);
  }
  RowScope scope({SourceOf(stream, input)});
  if (!BindHandlers(stream, scope, &input)) return std::nullopt;
  return CheckFound(stream, findable, input) ? std::optional(std::move(input)) : std::nullopt;
}

// What may stand where a table or a named window does.
bool QueryBinder::CheckFound(const ast::SingleStream& stream, bool findable,
                             const BoundStreamInput& input) {
  const BoundStream& found = streams_.at(input.stream);
  const ast::Span& span = stream.source.span;
  if (found.table && !findable) {
    context_.Error(span, "'" + found.name + "' is a table, a query reads streams",
                   "join a stream with it");
    return false;
  }
  if ((found.table || found.named_window) && input.window) {
    context_.Error(span, "'" + found.name + "' cannot have a window on top");
    return false;
  }
  if (found.table && !input.functions.empty()) {
    context_.Error(span,
                   "'" + found.name + "' is a table, stream functions take the rows of streams");
    return false;
  }
  return true;
}

// What is found of a table or a named window passes its filters too: they become a part of the
// condition. `offset` is the side's first column of the join's `columns`.
void QueryBinder::MoveFilters(uint32_t offset, uint32_t columns, BoundStreamInput* input,
                              BoundJoin* join) {
  const BoundStream& found = streams_.at(input->stream);
  if ((!found.table && !found.named_window) || input->filters_before.empty()) return;
  std::vector<uint32_t> mapping;
  for (uint32_t c = 0; c < found.schema->size(); ++c) mapping.push_back(offset + c);
  std::vector<ExprPtr> conditions;
  if (join->on != nullptr) conditions.push_back(join->on);
  for (const BoundLookup& lookup : input->lookups) {
    join->lookups.push_back(RemapRowColumns(lookup, mapping));
  }
  const auto first = static_cast<uint32_t>(join->lookups.size() - input->lookups.size());
  for (uint32_t i = 0; i < input->lookups.size(); ++i) mapping.push_back(columns + first + i);
  for (const ExprPtr& filter : input->filters_before) {
    conditions.push_back(RemapColumns(filter, mapping));
  }
  join->on = JoinConjunction(conditions);
  if (!found.table) return;  // rows of a named window do not trigger either unless they pass
  input->filters_before.clear();
  input->lookups.clear();
}

std::optional<BoundJoin> QueryBinder::BindJoin(const ast::JoinInput& join,
                                               const std::vector<std::string>& timed,
                                               BoundQuery* query) {
  if (join.per != nullptr) {
    context_.Error(join.span, "within ... per ... is for a join with an aggregation");
    return std::nullopt;
  }
  auto left = BindStream(join.left.stream, /*findable=*/true, timed);
  auto right = BindStream(join.right.stream, /*findable=*/true, timed);
  if (!left || !right) return std::nullopt;
  const bool left_table = streams_.at(left->stream).table.has_value();
  const bool right_table = streams_.at(right->stream).table.has_value();
  if (left_table && right_table) {
    context_.Error(join.span, "a join of two tables never happens: no rows arrive on a table");
    return std::nullopt;
  }
  if ((left_table && join.left.unidirectional) || (right_table && join.right.unidirectional)) {
    context_.Warn(join.span, "the join never happens: no rows arrive on a table",
                  "leave out 'unidirectional'");
  }
  if (join.left.unidirectional && join.right.unidirectional) {
    context_.Error(join.span, "only one side of a join can be unidirectional");
    return std::nullopt;
  }
  BoundJoin bound;
  bound.left_triggers = !join.right.unidirectional && !left_table;
  bound.right_triggers = !join.left.unidirectional && !right_table;
  const bool full = join.type == ast::JoinType::kFullOuter;
  bound.keeps_left = full || join.type == ast::JoinType::kLeftOuter;
  bound.keeps_right = full || join.type == ast::JoinType::kRightOuter;
  if (!CheckJoinFunctions(join.left.stream, *left)) return std::nullopt;
  if (!CheckJoinFunctions(join.right.stream, *right)) return std::nullopt;
  const SchemaPtr ls = left->schema;
  const SchemaPtr rs = right->schema;
  if (left->stream == right->stream && left->alias == right->alias) {
    context_.Error(join.right.stream.span, "the two sides of a self join need different names",
                   "write '... as name'");
    return std::nullopt;
  }
  RowScope scope({JoinSourceOf(join.left.stream, *left, 0),
                  JoinSourceOf(join.right.stream, *right, ls->size())});
  const auto left_columns = static_cast<uint32_t>(ls->size());
  const auto columns = static_cast<uint32_t>(ls->size() + rs->size());
  if (join.on != nullptr) {
    ExpressionBinder binder(context_, scope);
    Lookups lookups(scope, streams_, context_, columns, &bound.lookups);
    binder.set_lookups(&lookups);
    bound.on = binder.BindCondition(*join.on, "the join condition");
    if (bound.on == nullptr) return std::nullopt;
  }
  bound.left = std::move(*left);
  bound.right = std::move(*right);
  MoveFilters(0, columns, &bound.left, &bound);
  MoveFilters(left_columns, columns, &bound.right, &bound);
  std::vector<Attribute> attributes = ls->attributes();
  attributes.insert(attributes.end(), rs->attributes().begin(), rs->attributes().end());
  query->input_schema = std::make_shared<const Schema>(std::move(attributes));
  return bound;
}

bool QueryBinder::BindPattern(const ast::Query& query, const ast::StateInput& input,
                              BoundQuery* bound) {
  auto pattern = std::make_shared<BoundPattern>();
  std::vector<StateName> names;
  auto shape = BindPatternShape(input, streams_, partition_, context_, &names);
  if (!shape) return false;
  PatternScope scope(names, PatternScope::kNoState);
  std::vector<NamedColumn> all;
  if (!query.selection || query.selection->star) {
    for (uint32_t s = 0; s < names.size(); ++s) {
      for (uint32_t a = 0; a < names[s].schema->size(); ++a) {
        const Attribute& attribute = (*names[s].schema)[a];
        if (attribute.name.empty()) continue;  // of another state
        Capture capture{s, {}, a, false};
        if (names[s].counted) capture.index.kind = EventIndex::Kind::kAll;
        const Type type = names[s].counted ? Type::kObject : attribute.type;
        all.push_back(
            {attribute.name, MakeColumn(scope.CaptureColumn(capture, type), type, attribute.name)});
      }
    }
  }
  if (!BindSelect(query, scope, all, &streams_, context_, &bound->select)) return false;
  if (bound->select.distinct != Distinct::kNo) bound->select.distinct = Distinct::kForever;
  *pattern = std::move(*shape);
  std::vector<Attribute> attributes;
  for (size_t i = 0; i < scope.captures().size(); ++i) {
    attributes.push_back({"capture_" + std::to_string(i), scope.capture_types()[i]});
  }
  pattern->spec.outputs = std::move(scope.captures());
  pattern->spec.output = std::make_shared<const Schema>(std::move(attributes));
  bound->input_schema = pattern->spec.output;
  const Status valid = ValidatePattern(pattern->spec);
  if (!valid.ok()) {
    const std::string& message = valid.message();
    context_.Error(input.span, message);
    return false;
  }
  bound->input = std::shared_ptr<const BoundPattern>(std::move(pattern));
  return true;
}

bool QueryBinder::BindInput(const ast::Query& query, BoundQuery* bound) {
  if (!CheckNoAggregation(query)) return false;
  if (const auto* single = std::get_if<ast::SingleStream>(&query.input)) {
    auto input = BindStream(*single, /*findable=*/false);
    // The select clause is bound even if the input failed, to report all errors at once; but not
    // if what stream functions append may be missing.
    if (!input && HasStreamFunction(*single, context_.registry())) return false;
    BoundStreamInput plain;
    plain.schema = streams_.at(*streams_.Find(single->source, partition_)).schema;
    const BoundStreamInput& seen = input ? *input : plain;
    RowScope scope({SourceOf(*single, seen)});
    bound->input_schema = seen.schema;
    const bool ok =
        BindSelect(query, scope, ColumnsOf(scope), &streams_, context_, &bound->select) &&
        input.has_value();
    if (!ok) return false;
    const bool windowed = input->window || streams_.at(input->stream).named_window;
    if (bound->select.distinct != Distinct::kNo && !windowed) {
      bound->select.distinct = Distinct::kForever;
    }
    bound->input = std::move(*input);
    return true;
  }
  if (const auto* join = std::get_if<ast::JoinInput>(&query.input)) {
    if (streams_.FindAggregation(join->left.stream.source) ||
        streams_.FindAggregation(join->right.stream.source)) {
      return BindAggregationJoin(query, *join, bound);
    }
    auto input = BindJoin(*join, TimestampsOf(query, *join), bound);
    if (!input) return false;
    RowScope scope({JoinSourceOf(join->left.stream, input->left, 0),
                    JoinSourceOf(join->right.stream, input->right, input->left.schema->size())});
    bound->input = std::move(*input);
    return BindSelect(query, scope, ColumnsOf(scope), &streams_, context_, &bound->select);
  }
  if (const auto* state = std::get_if<ast::StateInput>(&query.input)) {
    return BindPattern(query, *state, bound);
  }
  context_.NotSupported(std::get<ast::AnonymousInput>(query.input).span, "queries inside from");
  return false;
}

void QueryBinder::BindAnnotations(const ast::Query& query, BoundQuery* bound) {
  for (const ast::Annotation& annotation : query.annotations) {
    if (SameText(annotation.name.text, "info")) {
      for (const ast::AnnotationElement& element : annotation.elements) {
        if (SameText(element.key.text, "name")) bound->name = element.value;
      }
    } else {
      WarnAboutAnnotation(annotation, AnnotationPlace::kQuery, context_);
    }
  }
}

bool QueryBinder::InsertInto(const ast::InsertInto& insert, BoundQuery* bound) {
  const bool inner = insert.target.kind == ast::StreamKind::kInner;
  if (inner && !partition_) {
    context_.Error(insert.target.span, "inner streams exist only inside a partition");
    return false;
  }
  if (streams_.FindAggregation(insert.target)) {
    context_.Error(insert.target.span, "'" + insert.target.name +
                                           "' is an aggregation, which takes what its own stream "
                                           "brings");
    return false;
  }
  const auto found = streams_.Find(insert.target, partition_);
  if (!found && insert.target.kind == ast::StreamKind::kFault) {
    ReportNoFaultStream(insert.target, context_);
    return false;
  }
  if (!found) {
    BoundStream made;
    made.name = ShownName(insert.target);
    if (inner) made.partition = partition_;
    made.schema = bound->select.output;
    made.written = true;
    bound->target = streams_.Add(std::move(made));
    return true;
  }
  BoundStream& target = streams_.at(*found);
  if (!(*target.schema == *bound->select.output)) {
    const char* what = target.table ? "table" : target.named_window ? "window" : "stream";
    context_.Error(insert.target.span, "the query's output " +
                                           DescribeSchema(*bound->select.output) +
                                           " differs from " + what + " '" + target.name + "' " +
                                           DescribeSchema(*target.schema));
    return false;
  }
  if (target.table) bound->write = BoundTableWrite{*found, TableAction::kInsert, nullptr, {}, {}};
  target.written = true;
  bound->target = *found;
  return true;
}

bool QueryBinder::BindRate(const ast::OutputRate& rate, BoundQuery* bound) {
  BoundRate result;
  result.kind = rate.kind;
  if (const auto* events = std::get_if<int32_t>(&rate.every)) {
    if (*events < 1) {
      context_.Error(rate.span, "a rate needs at least 1 event");
      return false;
    }
    if (rate.kind == ast::RateKind::kSnapshot) {
      context_.Error(rate.span, "a snapshot is put out by time, not by number of events");
      return false;
    }
    result.every_events = static_cast<uint64_t>(*events);
  } else {
    result.every_ms = std::get<ast::TimeLiteral>(rate.every).milliseconds;
    if (*result.every_ms < 1) {
      context_.Error(rate.span, "a rate needs a time of at least 1 millisecond");
      return false;
    }
  }
  bound->rate = result;
  return true;
}

bool QueryBinder::BindOutput(const ast::Query& query, BoundQuery* bound) {
  std::optional<ast::EventType> events;
  bool ok = !query.rate || BindRate(*query.rate, bound);
  if (const auto* insert = std::get_if<ast::InsertInto>(&query.output.node)) {
    events = insert->events;
    ok = InsertInto(*insert, bound) && ok;
  } else if (const auto* rows = std::get_if<ast::ReturnRows>(&query.output.node)) {
    events = rows->events;
  } else {
    const auto* removal = std::get_if<ast::DeleteFrom>(&query.output.node);
    events =
        removal != nullptr ? removal->events : std::get<ast::UpdateTable>(query.output.node).events;
    bound->write = BindTableWrite(query.output, bound->select.output, streams_, context_);
    ok = bound->write.has_value() && ok;
    if (ok) bound->target = bound->write->table;
  }
  const ast::EventType kind = events.value_or(ast::EventType::kCurrent);
  bound->emits_current = kind != ast::EventType::kExpired;
  bound->emits_expired = kind != ast::EventType::kCurrent;
  if (ok && bound->rate && bound->rate->kind == ast::RateKind::kSnapshot &&
      kind != ast::EventType::kAll) {
    context_.Error(query.rate->span, "a snapshot has to see rows come and go",
                   "write 'insert all events into'");
    return false;
  }
  return ok;
}

bool QueryBinder::GiveExpired(const ast::Query& query, BoundQuery* bound) {
  auto* pattern = std::get_if<std::shared_ptr<const BoundPattern>>(&bound->input);
  const bool snapshot = bound->rate && bound->rate->kind == ast::RateKind::kSnapshot;
  if (pattern == nullptr || !bound->emits_expired || snapshot || !MayGiveUp((*pattern)->spec)) {
    return true;
  }
  if (!bound->select.aggregates.empty()) {
    context_.NotSupported(query.output.span,
                          "aggregates with the expired events (partial matches) of a pattern");
    return false;
  }
  auto changed = std::make_shared<BoundPattern>(**pattern);
  changed->spec.gives_expired = true;
  *pattern = std::move(changed);
  return true;
}

std::optional<BoundQuery> QueryBinder::Bind(const ast::Query& query, size_t number) {
  BoundQuery bound;
  bound.span = query.span;
  bound.name = "query_" + std::to_string(number);
  bound.partition = partition_;
  BindAnnotations(query, &bound);
  if (!BindInput(query, &bound)) return std::nullopt;
  PlaceColumns(bound.input_schema->size(), &bound.select);
  if (!BindOutput(query, &bound)) return std::nullopt;
  if (!GiveExpired(query, &bound)) return std::nullopt;
  return bound;
}

}  // namespace weir
