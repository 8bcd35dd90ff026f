#include "plan/lowering.h"

#include <algorithm>
#include <bit>

#include "bind/expression_binder.h"
#include "bind/lookup_binder.h"
#include "exec/join_operator.h"
#include "exec/join_side.h"
#include "exec/keyed_window.h"
#include "exec/lookup_operator.h"
#include "exec/partition_split.h"
#include "exec/rate_operator.h"
#include "exec/select_operator.h"
#include "exec/window_operator.h"
#include "plan/partition_lowering.h"
#include "plan/table_lowering.h"

namespace weir {
namespace {

ExprPtr Remapped(const ExprPtr& expr, const std::vector<uint32_t>& mapping) {
  return expr == nullptr ? nullptr : RemapColumns(expr, mapping);
}

std::string JoinNames(const Schema& schema) {
  std::string text;
  for (const Attribute& attribute : schema.attributes()) {
    if (attribute.name.empty()) continue;  // the engine's own
    text += (text.empty() ? "" : ", ") + attribute.name;
  }
  return text;
}

// Splits `left.a == right.b and rest` into keys on both sides and the rest.
struct JoinCondition {
  std::vector<ExprPtr> left_keys, right_keys;
  ExprPtr residual;
};

// A look-up's answer, behind the columns of both sides, needs both.
enum class Reads { kNothing, kLeft, kRight, kBoth };

Reads SidesRead(const Expr& expr, size_t left_columns, size_t columns, size_t answers) {
  std::vector<bool> used(columns + answers, false);
  CollectColumns(expr, &used);
  bool left = false, right = false;
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    left = left || i < left_columns || i >= columns;
    right = right || i >= left_columns;
  }
  if (left) return right ? Reads::kBoth : Reads::kLeft;
  return right ? Reads::kRight : Reads::kNothing;
}

JoinCondition SplitJoinCondition(const ExprPtr& on, size_t left_columns, size_t right_columns,
                                 size_t answers) {
  JoinCondition result;
  if (on == nullptr) return result;
  const size_t columns = left_columns + right_columns;
  std::vector<uint32_t> to_right(columns, 0);
  for (size_t i = left_columns; i < columns; ++i) {
    to_right[i] = static_cast<uint32_t>(i - left_columns);
  }
  std::vector<ExprPtr> rest;
  for (const ExprPtr& condition : SplitConjunction(on)) {
    const auto comparison = AsComparison(*condition);
    if (comparison && comparison->op == CompareOp::kEqual &&
        comparison->left->type() == comparison->right->type() && !condition->volatile_value()) {
      const Reads first = SidesRead(*comparison->left, left_columns, columns, answers);
      const Reads second = SidesRead(*comparison->right, left_columns, columns, answers);
      if (first == Reads::kLeft && second == Reads::kRight) {
        result.left_keys.push_back(comparison->left);
        result.right_keys.push_back(RemapColumns(comparison->right, to_right));
        continue;
      }
      if (first == Reads::kRight && second == Reads::kLeft) {
        result.left_keys.push_back(comparison->right);
        result.right_keys.push_back(RemapColumns(comparison->left, to_right));
        continue;
      }
    }
    rest.push_back(condition);
  }
  result.residual = JoinConjunction(rest);
  return result;
}

}  // namespace

std::vector<uint32_t> ConcatenateMappings(const ColumnSubset& left, const ColumnSubset& right,
                                          size_t left_columns) {
  std::vector<uint32_t> mapping = left.new_position;
  for (uint32_t position : right.new_position) {
    mapping.push_back(static_cast<uint32_t>(left_columns) + position);
  }
  return mapping;
}

RootNumbers::RootNumbers(size_t operators)
    : width_(operators <= 1 ? 0 : std::bit_width(operators - 1)) {}

NodeId DagWriter::AddSource(const std::string& name, const SchemaPtr& schema) {
  graph_.push_back({"stream", name + " (" + JoinNames(*schema) + ")", "", {}, ""});
  const NodeId id = builder_.AddSource(name, schema);
  CHECK_EQ(id + 1, graph_.size());
  return id;
}

NodeId DagWriter::AddPartition(PlanNode node, PartitionSpec spec) {
  const std::string name = node.detail.substr(0, node.detail.find('\n'));
  const NodeId id = builder_.AddPartition(name, std::move(spec));
  node.owner = builder_.name(id);
  graph_.push_back(std::move(node));
  CHECK_EQ(id + 1, graph_.size());
  return id;
}

NodeId DagWriter::AddNode(PlanNode node, OperatorFactory make, int ports, bool multi_emitter) {
  // Without what follows the name in a definition, which may be long.
  const std::string name = node.query.empty()
                               ? node.kind + " " + node.detail.substr(0, node.detail.find(':'))
                               : node.query + "." + node.kind;
  const NodeId id = builder_.AddNode(name, make(), ports, multi_emitter);
  node.owner = builder_.name(id);
  graph_.push_back(std::move(node));
  CHECK_EQ(id + 1, graph_.size());
  return id;
}

void DagWriter::Connect(NodeId to, int port, Edge from) {
  graph_[to].inputs.push_back(from.node);
  builder_.Connect(to, port, from);
}

void DagWriter::Finish(Plan* plan) && {
  plan->dag = std::move(builder_).Build();
  plan->graph = std::move(graph_);
}

QueryLowering::Chain QueryLowering::Append(Chain chain, std::string kind, std::string detail,
                                           OperatorFactory make, SchemaPtr schema,
                                           bool multi_emitter) {
  const NodeId node = graph_->AddNode({std::move(kind), std::move(detail), query_.name, {}, ""},
                                      std::move(make), 1, multi_emitter);
  graph_->Connect(node, 0, chain.edge);
  return {{node, 0, 0}, std::move(schema)};
}

QueryLowering::Chain QueryLowering::Filter(Chain chain, std::span<const ExprPtr> conditions) {
  if (conditions.empty()) return chain;
  std::vector<ExprPtr> filters(conditions.begin(), conditions.end());
  if (optimize_) filters = {FoldConstants(JoinConjunction(filters))};
  for (const ExprPtr& filter : filters) {
    const SchemaPtr schema = chain.schema;
    chain = Append(
        std::move(chain), "filter", filter->Describe(),
        [spec = FilterSpec{filter, faults_, number_column_}] { return MakeFilterOperator(spec); },
        schema);
  }
  return chain;
}

QueryLowering::Chain QueryLowering::Narrow(Chain chain, const ColumnSubset& subset) {
  if (subset.keeps_all()) return chain;
  const SchemaPtr wide = chain.schema;
  const SchemaPtr narrow = subset.Narrow(*wide);
  auto make = [wide, narrow, kept = subset.kept] {
    SelectSpec spec;
    spec.input = wide;
    spec.output = narrow;
    for (uint32_t position : kept) {
      const Attribute& attribute = (*wide)[position];
      spec.projections.push_back(MakeColumn(position, attribute.type, attribute.name));
    }
    return MakeSelectOperator(std::move(spec));
  };
  return Append(std::move(chain), "keep", JoinNames(*narrow), std::move(make), narrow);
}

QueryLowering::Chain QueryLowering::Window(Chain chain, const BoundWindow& window,
                                           const ColumnSubset& subset, bool needs_expired,
                                           bool needs_find_rows) {
  std::vector<Argument> arguments = window.arguments;
  for (Argument& argument : arguments) {
    if (argument.column) argument.column = subset.new_position[*argument.column];
  }
  const SchemaPtr schema = chain.schema;
  const bool multi = window.spec->multi_emitter;
  auto make_window = [window, arguments] {
    auto made = window.Make(arguments);
    CHECK(made.ok());  // the binder has made it once
    return std::move(made).value();
  };
  auto make = [make_window, schema, needs_expired, needs_find_rows, place = roots_->Next(multi),
               keyed = keyed_]() -> std::unique_ptr<Operator> {
    if (keyed) return MakeKeyedWindowOperator(place, {make_window, schema, needs_expired});
    return MakeWindowOperator(place, {make_window(), schema, needs_expired, needs_find_rows});
  };
  return Append(std::move(chain), "window",
                window.text + (needs_expired ? "" : " (expired rows dropped)"), std::move(make),
                schema, multi);
}

ColumnSubset KeptColumns(const BoundApp& app, const BoundStreamInput& input, bool optimize,
                         std::vector<bool> used) {
  const bool is_table = app.streams[input.stream].table.has_value();
  const bool functions_after = !input.functions.empty() && input.functions.back().after_window;
  if (!optimize || (!input.window && !is_table) || functions_after ||
      (input.window && input.window->spec->reads_whole_row)) {
    used.assign(used.size(), true);
  }
  const size_t columns = used.size();
  used.resize(columns + input.lookups_after.size(), false);
  for (const ExprPtr& filter : input.filters_after) CollectColumns(*filter, &used);
  used.resize(columns);
  for (const BoundLookup& lookup : input.lookups_after) CollectRowColumns(lookup, &used);
  if (input.window) {
    for (const Argument& argument : input.window->arguments) {
      if (argument.column) used[*argument.column] = true;
    }
  }
  return ColumnSubset::Of(used);
}

QueryLowering::Chain QueryLowering::StreamSide(const BoundStreamInput& input, Edge from,
                                               const ColumnSubset& subset, bool needs_expired,
                                               bool needs_find_rows) {
  Chain chain{from, RowsOf(app_.streams[input.stream])};
  if (input.numbered) chain = NumberRows(std::move(chain));
  chain = Handlers(std::move(chain), input, /*after=*/false, input.filters_before, input.lookups);
  if (!input.window) return chain;
  const size_t columns = chain.schema->size();
  chain = Narrow(std::move(chain), subset);
  number_column_.reset();
  chain = Window(std::move(chain), *input.window, subset, needs_expired, needs_find_rows);
  // Where stream functions follow the window nothing was left out.
  if (!input.functions.empty() && input.functions.back().after_window) {
    return Handlers(std::move(chain), input, /*after=*/true, input.filters_after,
                    input.lookups_after);
  }
  std::vector<uint32_t> mapping(subset.new_position.begin(),
                                subset.new_position.begin() + static_cast<std::ptrdiff_t>(columns));
  const std::vector<BoundLookup> lookups = RemapRowColumns(input.lookups_after, mapping);
  for (uint32_t i = 0; i < lookups.size(); ++i) {
    mapping.push_back(static_cast<uint32_t>(chain.schema->size()) + i);
  }
  std::vector<ExprPtr> after;
  for (const ExprPtr& filter : input.filters_after) {
    after.push_back(RemapColumns(filter, mapping));
  }
  return Handlers(std::move(chain), input, /*after=*/true, after, lookups);
}

// The tables' side of look-ups over `rows`: one node for each.
std::vector<NodeId> QueryLowering::ConnectLookups(const SchemaPtr& rows,
                                                  const std::vector<BoundLookup>& lookups,
                                                  std::vector<LookupSpec>* specs,
                                                  std::string* detail) {
  std::vector<NodeId> tables;
  for (const BoundLookup& lookup : lookups) {
    LoweredLookup lowered =
        LowerLookup(app_, rows, lookup, [this](uint32_t table) { return DiskOf(table); });
    ConnectLookup(lowered, &tables, detail);
    specs->push_back(std::move(lowered.spec));
  }
  return tables;
}

// The table of one look-up, then those of the look-ups nested in it.
void QueryLowering::ConnectLookup(const LoweredLookup& lowered, std::vector<NodeId>* tables,
                                  std::string* detail) {
  Chain found{lookup_edges_.front(), nullptr};
  lookup_edges_.erase(lookup_edges_.begin());
  const SchemaPtr& schema = lowered.spec.table;
  found = Append(
      found, "keep", JoinNames(*schema) + " of " + app_.streams[lowered.table].name,
      [schema, columns = lowered.columns] { return MakeColumnsOperator(schema, columns); }, schema);
  tables->push_back(found.edge.node);
  NoteRead(lowered.table, lowered.description);
  *detail += (detail->empty() ? "" : "; ") + lowered.description;
  for (const LoweredLookup& nested : lowered.nested) ConnectLookup(nested, tables, detail);
}

QueryLowering::Chain QueryLowering::Lookups(Chain chain, const std::vector<BoundLookup>& lookups) {
  if (lookups.empty()) return chain;
  std::vector<LookupSpec> specs;
  std::string detail;
  const std::vector<NodeId> tables = ConnectLookups(chain.schema, lookups, &specs, &detail);
  const SchemaPtr output = WithAnswerColumns(*chain.schema, lookups.size());
  auto make = [rows = chain.schema, specs, output] {
    return MakeLookupOperator(rows, specs, output);
  };
  const NodeId node = graph_->AddNode({"look up", detail, query_.name, {}, ""}, std::move(make),
                                      static_cast<int>(tables.size()) + 1, false);
  graph_->Connect(node, 0, chain.edge);
  for (size_t i = 0; i < tables.size(); ++i) {
    graph_->Connect(node, static_cast<int>(i) + 1, {tables[i], 0, 0});
  }
  return {{node, 0, 0}, output};
}

QueryLowering::Chain QueryLowering::DropAnswers(Chain chain, const SchemaPtr& schema) {
  std::vector<uint32_t> columns(schema->size());
  for (uint32_t i = 0; i < columns.size(); ++i) columns[i] = i;
  return Append(
      std::move(chain), "keep", JoinNames(*schema),
      [schema, columns] { return MakeColumnsOperator(schema, columns); }, schema);
}

// The side of a join that is a table, or a named window.
Edge QueryLowering::FoundSide(const BoundStreamInput& input, Edge from, const ColumnSubset& subset,
                              JoinSide* side) {
  side->find_set = FindSet::kExplicit;
  const BoundStream& stream = app_.streams[input.stream];
  if (stream.named_window) {
    const Chain chain = StreamSide(input, from, subset, true, true);
    side->schema = chain.schema;
    return chain.edge;
  }
  const TableSide table = MakeTableSide(stream, subset);
  side->schema = table.schema;
  side->order_column = table.order_column;
  const auto& join = std::get<BoundJoin>(query_.input);
  const size_t begin = &input == &join.right ? join.left.schema->size() : 0;
  const auto index = FoundInOrderOf(stream, join.on, static_cast<uint32_t>(begin));
  if (index) {
    const auto at = std::find(table.columns.begin(), table.columns.end(), *index);
    side->index_order = static_cast<uint32_t>(at - table.columns.begin());
  }
  side->disk = {DiskOf(input.stream), table.columns, {}};
  return Append(
             {from, nullptr}, "keep", JoinNames(*subset.Narrow(*stream.schema)) + " of table",
             [schema = table.schema, columns = table.columns] {
               return MakeColumnsOperator(schema, columns);
             },
             table.schema)
      .edge;
}

// Keeps what a side finds of a table or a named window once for all keys.
void QueryLowering::ShareFound(const BoundStreamInput& input, Edge table, JoinSide* side) {
  const BoundStream& stream = app_.streams[input.stream];
  if (!graph_->per_key() || (!stream.table && !stream.named_window)) return;
  const auto found = std::make_shared<JoinInput>(*side);
  side->found = found;
  Append(
      {stream.table ? table : Edge{contents_->at(input.stream), 0, 0}, nullptr}, "found",
      "of " + stream.name, [found] { return MakeFoundOperator(found); }, nullptr);
}

// Look-ups over `rows` that are kept once for all keys; takes their tables off `*tables`.
std::vector<std::shared_ptr<TableLookup>> QueryLowering::ShareLookups(
    const SchemaPtr& rows, const std::vector<LookupSpec>& specs, std::vector<NodeId>* tables) {
  std::vector<std::shared_ptr<TableLookup>> shared;
  for (const LookupSpec& spec : specs) {
    const auto lookup = std::make_shared<TableLookup>(rows, spec);
    for (size_t table = 0; table < lookup->table_count(); ++table) {
      Append(
          {{tables->front(), 0, 0}, nullptr}, "found", "by a look-up",
          [lookup, table] { return MakeLookupTableOperator(lookup, table); }, nullptr);
      tables->erase(tables->begin());
    }
    shared.push_back(lookup);
  }
  return shared;
}

void QueryLowering::ConnectSide(NodeId join, int port, const BoundStreamInput& input,
                                const JoinSide& side, Edge edge) {
  if (side.found == nullptr || side.triggers) graph_->Connect(join, port, edge);
  // Finds see what a named window holds before any of its readers goes on.
  if (side.found == nullptr && app_.streams[input.stream].named_window) {
    graph_->Connect(join, port, {contents_->at(input.stream), 0, 0});
  }
}

bool QueryLowering::AggregatesNeedExpired(const BoundStreamInput& input) const {
  // A batch window resets the aggregates before each batch, so what left does not matter.
  return !query_.select.aggregates.empty() && !input.window->spec->batch;
}

// What arrives of a stream.
SchemaPtr QueryLowering::RowsOf(const BoundStream& stream) const {
  return keyed_ ? WithKeyNumber(stream.schema) : stream.schema;
}

NodeId QueryLowering::LowerStream(const BoundStreamInput& input, Edge from) {
  std::vector<bool> used = ColumnsRead(query_.select, input.schema->size());
  if (keyed_) used.push_back(true);
  const ColumnSubset subset = KeptColumns(app_, input, optimize_, std::move(used));
  const auto& named = app_.streams[input.stream].named_window;
  const bool expires = named ? named->emits_expired
                             : input.window.has_value() && (!optimize_ || query_.emits_expired ||
                                                            AggregatesNeedExpired(input));
  Chain chain = StreamSide(input, from, subset, expires, /*needs_find_rows=*/false);
  if (subset.keeps_all() && !keyed_) return Select(std::move(chain), query_.select, expires);
  // The select clause does not know of the key's number, which stands before what is computed.
  std::vector<uint32_t> mapping = subset.new_position;
  if (keyed_) mapping.pop_back();
  return Select(std::move(chain), RemapSelect(query_.select, mapping, subset.kept.size()), expires);
}

// Makes keys, bounds and the rest of the condition; says how the rows of a table are found.
std::string QueryLowering::SplitCondition(const BoundJoin& join, const ColumnSubset& left,
                                          const ColumnSubset& right, const ExprPtr& on,
                                          JoinSpec* spec) {
  spec->residual = on;
  const bool table_left = app_.streams[join.left.stream].table.has_value();
  const uint32_t stream = (table_left ? join.left : join.right).stream;
  const BoundStream& table = app_.streams[stream];
  if (!optimize_ || on == nullptr) {
    if (table.table) NoteRead(stream, "join by scan");
    return "";
  }
  const auto left_columns = static_cast<uint32_t>(spec->left.schema->size());
  const auto columns = left_columns + static_cast<uint32_t>(spec->right.schema->size());
  JoinCondition condition =
      SplitJoinCondition(on, left_columns, columns - left_columns, join.lookups.size());
  spec->left.keys = std::move(condition.left_keys);
  spec->right.keys = std::move(condition.right_keys);
  spec->residual = std::move(condition.residual);
  if (!table.table) return spec->left.keys.empty() ? "" : ", hash index on the equal keys";
  const ColumnSubset& subset = table_left ? left : right;
  JoinSide& side = table_left ? spec->left : spec->right;
  std::vector<uint32_t> keys;
  const auto is_computed = [](const ExprPtr& key) { return key->column() == Expr::kNoColumn; };
  if (side.disk.table != nullptr && std::any_of(side.keys.begin(), side.keys.end(), is_computed)) {
    spec->left.keys.clear();  // on disk there are indexes over attributes only
    spec->right.keys.clear();
    spec->residual = on;
  }
  for (const ExprPtr& key : side.keys) {
    if (is_computed(key)) {
      NoteRead(stream, "join on " + on->Describe() + " by hash index on the equal keys");
      return ", hash index on the equal keys";
    }
    keys.push_back(subset.kept[key->column()]);
  }
  std::optional<uint32_t> ordered;
  if (keys.empty()) {
    std::vector<uint32_t> candidates;
    for (const uint32_t attribute : OrderedAttributes(table)) {
      const auto kept = std::find(subset.kept.begin(), subset.kept.end(), attribute);
      if (kept == subset.kept.end()) continue;
      candidates.push_back(static_cast<uint32_t>(kept - subset.kept.begin()));
    }
    OrderedPart part =
        SplitOrderedPart(candidates, table_left ? 0 : left_columns,
                         table_left ? left_columns : columns, columns, &spec->residual);
    side.ordered_column = part.column;
    side.bounds = std::move(part.bounds);
    if (part.column) ordered = subset.kept[*part.column];
    std::vector<uint32_t> to_right(columns, 0);
    for (uint32_t c = left_columns; c < columns; ++c) to_right[c] = c - left_columns;
    for (OrderedBound& bound : side.bounds) {
      if (table_left) bound.probe = RemapColumns(bound.probe, to_right);
    }
  }
  if (side.disk.table != nullptr) {
    side.disk.access = MakeDiskAccess(side.disk.table.get(), keys, ordered);
  }
  const std::string access = DescribeAccess(table, keys, ordered);
  NoteRead(stream, "join on " + on->Describe() + " by " + access);
  return ", " + table.name + " by " + access;
}

std::shared_ptr<DiskTable> QueryLowering::DiskOf(uint32_t table) const {
  return table_uses_ == nullptr ? nullptr : (*table_uses_)[table].disk;
}

void QueryLowering::NoteRead(uint32_t table, std::string how) {
  if (table_uses_ != nullptr)
    (*table_uses_)[table].readers.push_back({query_.name, std::move(how)});
}

NodeId QueryLowering::LowerJoin(const BoundJoin& join, const std::vector<Edge>& inputs) {
  const size_t left_size = join.left.schema->size();
  std::vector<bool> used = ColumnsRead(query_.select, query_.input_schema->size());
  const size_t input_columns = used.size();
  used.resize(input_columns + join.lookups.size(), false);
  if (join.on != nullptr) CollectColumns(*join.on, &used);
  used.resize(input_columns);
  for (const BoundLookup& lookup : join.lookups) CollectRowColumns(lookup, &used);
  const auto middle = used.begin() + static_cast<std::ptrdiff_t>(left_size);
  const ColumnSubset left =
      KeptColumns(app_, join.left, optimize_, std::vector<bool>(used.begin(), middle));
  const ColumnSubset right =
      KeptColumns(app_, join.right, optimize_, std::vector<bool>(middle, used.end()));
  const bool expired = query_.emits_expired || !query_.select.aggregates.empty();

  JoinSpec spec;
  const auto side = [&](const BoundStreamInput& input, Edge from, const ColumnSubset& subset,
                        bool triggers, bool keeps, JoinSide* out) {
    const bool only_found = graph_->per_key() && app_.streams[input.stream].named_window &&
                            !IsSplit(app_, *query_.partition, input.stream);
    out->triggers = triggers && !only_found;
    out->keeps_unmatched = keeps;
    if (app_.streams[input.stream].table || app_.streams[input.stream].named_window) {
      return FoundSide(input, from, subset, out);
    }
    Chain chain = StreamSide(input, from, subset, /*needs_expired=*/true, /*needs_find_rows=*/true);
    out->schema = chain.schema;
    out->has_window = input.window.has_value();
    if (input.window) out->find_set = input.window->spec->find_set;
    return chain.edge;
  };
  const Edge left_edge =
      side(join.left, inputs[0], left, join.left_triggers, join.keeps_left, &spec.left);
  const Edge right_edge =
      side(join.right, inputs[1], right, join.right_triggers, join.keeps_right, &spec.right);
  const auto columns = static_cast<uint32_t>(spec.left.schema->size() + spec.right.schema->size());
  const std::vector<uint32_t> mapping = ConcatenateMappings(left, right, spec.left.schema->size());
  std::vector<uint32_t> on_mapping = mapping;
  for (uint32_t i = 0; i < join.lookups.size(); ++i) on_mapping.push_back(columns + i);
  const ExprPtr on = Remapped(join.on, on_mapping);
  const std::string access = SplitCondition(join, left, right, on, &spec);
  std::string detail = on == nullptr ? "every pair" : "on " + on->Describe() + access;
  spec.needs_expired = expired;
  std::vector<Attribute> attributes = spec.left.schema->attributes();
  for (const Attribute& a : spec.right.schema->attributes()) attributes.push_back(a);
  spec.output = std::make_shared<const Schema>(std::move(attributes));
  const SchemaPtr output = spec.output;
  std::vector<NodeId> tables =
      ConnectLookups(output, RemapRowColumns(join.lookups, mapping), &spec.lookups, &detail);

  ShareFound(join.left, left_edge, &spec.left);
  ShareFound(join.right, right_edge, &spec.right);
  // What look-ups find is kept once for all keys of a partition.
  if (graph_->per_key()) spec.shared_lookups = ShareLookups(output, spec.lookups, &tables);
  auto make = [spec, place = roots_->Next(true)] { return MakeJoinOperator(place, spec); };
  const size_t ports = tables.size() + 2;
  const NodeId node = graph_->AddNode({"join", detail, query_.name, {}, ""}, std::move(make),
                                      static_cast<int>(ports), true);
  ConnectSide(node, 0, join.left, spec.left, left_edge);
  ConnectSide(node, 1, join.right, spec.right, right_edge);
  for (size_t i = 2; i < ports; ++i) {
    graph_->Connect(node, static_cast<int>(i), {tables[i - 2], 0, 0});
  }
  return Select({{node, 0, 0}, output}, RemapSelect(query_.select, mapping, columns), expired);
}

NodeId QueryLowering::Lower(const std::vector<Edge>& inputs) {
  return LowerMarked(MarkEmissions(inputs));
}

NodeId QueryLowering::LowerMarked(const std::vector<Edge>& inputs) {
  // At equal times a rate limit's tick comes before the query's own windows move on: recorded
  // answers show rows that expire at the tick as still there.
  if (query_.rate) rate_place_ = roots_->Next(true);
  if (const auto* stream = std::get_if<BoundStreamInput>(&query_.input)) {
    lookup_edges_.assign(inputs.begin() + 1, inputs.end());
    return LowerStream(*stream, inputs[0]);
  }
  if (const auto* join = std::get_if<BoundJoin>(&query_.input)) {
    lookup_edges_.assign(inputs.begin() + 2, inputs.end());
    return LowerJoin(*join, inputs);
  }
  if (const auto* join = std::get_if<BoundAggregationJoin>(&query_.input)) {
    lookup_edges_.assign(inputs.begin() + 1, inputs.end());
    return LowerAggregationJoin(*join, inputs[0]);
  }
  const auto& pattern = *std::get<std::shared_ptr<const BoundPattern>>(query_.input);
  const auto streams = static_cast<std::ptrdiff_t>(pattern.streams.size());
  lookup_edges_.assign(inputs.begin() + streams, inputs.end());
  return LowerPattern(pattern, {inputs.begin(), inputs.begin() + streams});
}

}  // namespace weir
