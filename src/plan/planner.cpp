#include "plan/planner.h"

#include <bit>

#include "exec/named_window.h"
#include "exec/partition_split.h"
#include "exec/select_operator.h"
#include "exec/window_operator.h"
#include "plan/aggregation_lowering.h"
#include "plan/disk_dag.h"
#include "plan/keyed_partition.h"
#include "plan/partition_lowering.h"
#include "plan/table_lowering.h"

namespace weir {
namespace {

// A rate limit, a window, a join and a pattern each take one root number.
size_t CountRoots(const BoundQuery& query) {
  const size_t rate = query.rate ? 1 : 0;
  if (const auto* stream = std::get_if<BoundStreamInput>(&query.input)) {
    return rate + (stream->window ? 1 : 0);
  }
  if (const auto* join = std::get_if<BoundJoin>(&query.input)) {
    return rate + 1 + (join->left.window ? 1 : 0) + (join->right.window ? 1 : 0);
  }
  if (const auto* join = std::get_if<BoundAggregationJoin>(&query.input)) {
    return rate + (join->rows.window ? 1 : 0);
  }
  return rate + 1;
}

// Hands out the places of a node's readers. All readers are counted before the first is placed,
// because the width of the digit depends on their number.
class ReaderPlaces {
 public:
  void Count(uint32_t readers) { total_ += readers; }
  Edge Next(NodeId node) {
    CHECK_LT(next_, total_);
    const int width = total_ <= 1 ? 0 : static_cast<int>(std::bit_width(total_ - 1));
    return {node, next_++, width};
  }

 private:
  uint32_t total_ = 0;
  uint32_t next_ = 0;
};

Status UnknownOutput(const BoundApp& app, const OutputRequest& output) {
  std::vector<std::string> names;
  if (output.query) {
    for (const BoundQuery& query : app.queries) names.push_back(query.name);
  } else {
    for (const BoundStream& stream : app.streams) {
      if (!stream.partition) names.push_back(stream.name);
    }
  }
  const std::string near = NearestName(output.name, names);
  std::string message = std::string("the app has no ") + (output.query ? "query" : "stream") +
                        " named '" + output.name + "'";
  if (!near.empty()) message += "; did you mean '" + near + "'?";
  return Status(StatusCode::kNotFound, message);
}

class AppLowering {
 public:
  AppLowering(const BoundApp& app, const PlanOptions& options) : app_(app), options_(options) {
    for (uint32_t p = 0; p < app.partitions.size(); ++p) {
      keyed_.push_back(options.optimize && CanServeAllKeys(app, p));
    }
  }

  Result<Plan> Lower() {
    const Status resolved = ResolveOutputs();
    if (!resolved.ok()) return resolved;
    // Definitions come before queries in the order of timers.
    size_t operators = 0;
    for (const BoundStream& stream : app_.streams)
      operators += stream.trigger || stream.named_window ? 1 : 0;
    for (const BoundQuery& query : app_.queries) operators += CountRoots(query);
    for (const BoundPartition& partition : app_.partitions) operators += partition.purge ? 1 : 0;
    RootNumbers roots(operators);
    AddStreams(&roots);
    CountReaders();
    ConnectTableLookups();
    AddAggregations(&roots);
    LowerQueries(&roots);
    AddTaps();
    Plan plan;
    for (const BoundStream& stream : app_.streams) {
      if (!stream.partition) plan.sources.push_back({stream.name, stream.schema});
    }
    plan.outputs = std::move(outputs_);
    plan.found = std::move(found_);
    for (uint32_t s = 0; s < app_.streams.size(); ++s) {
      if (!app_.streams[s].table) continue;
      uses_[s].table = app_.streams[s].name;
      plan.tables.push_back(std::move(uses_[s]));
    }
    plan.aggregations = std::move(aggregations_);
    plan.log = roots.log();
    std::move(graph_).Finish(&plan);
    if (!plan.dag->status().ok()) return plan.dag->status();
    if (disk_tables_ != nullptr) {
      plan.disk_tables = disk_tables_;
      plan.dag = MakeDiskDag(std::move(plan.dag), std::move(disk_tables_));
    }
    return plan;
  }

 private:
  static constexpr NodeId kNoNode = UINT32_MAX;

  Status ResolveOutputs();
  void AddStreams(RootNumbers* roots);
  void AddTable(uint32_t stream);
  // What a write of a table wants of another one.
  struct TableLookupPort {
    NodeId node;
    int port;
    uint32_t table;
    std::string query;
    SchemaPtr schema;
    std::vector<uint32_t> columns;
  };
  void AddLookupPorts(const BoundQuery& query, uint32_t table, const LoweredLookup& lookup,
                      std::vector<TableLookupPort>* ports);
  void ConnectTableLookups();
  void MakeTable(uint32_t stream);
  void PutOnDisk(uint32_t stream, Table* table);
  void AddNamedWindow(uint32_t stream, RootNumbers* roots);
  void AddAggregations(RootNumbers* roots);
  void CountReaders();
  std::vector<std::vector<uint32_t>> ShownQueries() const;
  Edge InputEdge(const PartitionInput& input);
  void AddFaults(const std::vector<QueryLowering::FaultSource>& sources);
  void LowerOnePartition(uint32_t partition, RootNumbers* roots);
  void LowerQueries(RootNumbers* roots);
  NodeId LowerKeyedQuery(const BoundQuery& query, RootNumbers* roots);
  void AddTaps();
  // The query runs key by key within its partition's node.
  bool RunsInside(const BoundQuery& query) const {
    return query.partition && !keyed_[*query.partition];
  }

  const BoundApp& app_;
  const PlanOptions& options_;
  DagWriter graph_;
  std::vector<NodeId> stream_nodes_;  // where a stream's readers attach
  std::vector<NodeId> entry_nodes_;   // where a stream's writers do, port 0
  std::vector<NodeId> contents_;      // of named windows
  std::vector<int> write_ports_;      // by query: the port of its table; inserts have none
  std::vector<TableLookupPort> table_lookups_;
  std::vector<FoundRows> found_;  // by stream
  std::vector<TableUse> uses_;    // by stream
  std::shared_ptr<DiskTables> disk_tables_;
  std::vector<std::shared_ptr<Aggregation>> aggregations_;
  struct AggregationNode {
    NodeId node;
    int free_port;  // nothing arrives there; see PartitionInput
  };
  std::vector<AggregationNode> aggregation_nodes_;              // as BoundApp::aggregations
  std::vector<AggregationReader> aggregation_readers_;          // by query
  std::vector<QueryLowering::ReaderPlace> aggregation_places_;  // by query
  std::vector<ReaderPlaces> stream_places_;
  std::vector<ReaderPlaces> query_places_;
  std::vector<NodeId> query_nodes_;
  std::vector<bool> keyed_;     // by partition: its queries serve all keys
  std::vector<NodeId> splits_;  // by partition; of those
  std::vector<ReaderPlaces> split_places_;
  std::vector<Edge> taps_;                  // by output request
  std::vector<uint32_t> output_positions_;  // stream or query of each request
  std::vector<PlannedStream> outputs_;
};

Status AppLowering::ResolveOutputs() {
  for (const OutputRequest& output : options_.outputs) {
    std::optional<uint32_t> at;
    if (output.query) {
      for (uint32_t q = 0; q < app_.queries.size(); ++q) {
        if (app_.queries[q].name == output.name) at = q;
      }
    } else if (const BoundStream* stream = app_.FindStream(output.name);
               stream != nullptr && !stream->partition && !stream->table) {
      at = static_cast<uint32_t>(stream - app_.streams.data());
    }
    if (!at) return UnknownOutput(app_, output);
    output_positions_.push_back(*at);
    outputs_.push_back(
        {output.name, output.query ? app_.queries[*at].select.output : app_.streams[*at].schema});
  }
  return Status::Ok();
}

std::string DescribeTrigger(const TriggerSpec& trigger) {
  if (trigger.at_start) return "at start";
  if (trigger.every_ms) return "every " + std::to_string(*trigger.every_ms) + " ms";
  return "by cron expression";
}

void AppLowering::AddStreams(RootNumbers* roots) {
  for (const BoundStream& stream : app_.streams) {
    // Inner streams live inside their partition only.
    stream_nodes_.push_back(stream.partition ? 0 : graph_.AddSource(stream.name, stream.schema));
  }
  entry_nodes_ = stream_nodes_;
  contents_.resize(app_.streams.size());
  write_ports_.resize(app_.queries.size());
  found_.resize(app_.streams.size());
  uses_.resize(app_.streams.size());
  for (uint32_t s = 0; s < app_.streams.size(); ++s) {
    if (app_.streams[s].table) MakeTable(s);
  }
  for (uint32_t s = 0; s < app_.streams.size(); ++s) {
    const BoundStream& stream = app_.streams[s];
    if (stream.table) AddTable(s);
    if (stream.named_window) AddNamedWindow(s, roots);
    if (stream.table || stream.named_window) continue;
    if (stream.partition || (!stream.written && !stream.trigger)) continue;
    const NodeId node = graph_.AddNode(
        {"union", "into " + stream.name, "", {}, ""},
        [schema = stream.schema] { return MakeUnionOperator(schema); }, 1, false);
    graph_.Connect(node, 0, {stream_nodes_[s], 0, 0});
    stream_nodes_[s] = entry_nodes_[s] = node;
    if (!stream.trigger) continue;
    const std::string when = DescribeTrigger(*stream.trigger);
    const NodeId trigger = graph_.AddNode(
        {"trigger", stream.name + " " + when, "", {}, ""},
        [place = roots->Next(false), spec = *stream.trigger] {
          return MakeTriggerOperator(place, spec);
        },
        0, false);
    graph_.Connect(node, 0, {trigger, 0, 0});
  }
}

// Before any is added: writes of one may look into another.
void AppLowering::MakeTable(uint32_t s) {
  const BoundStream& stream = app_.streams[s];
  auto table = std::make_shared<Table>(stream.schema, stream.table->primary_key);
  found_[s].table = table;
  if (stream.table->disk_cache_bytes) PutOnDisk(s, table.get());
  for (const uint32_t attribute : stream.table->indexes) table->store.IndexOf({attribute});
}

void AppLowering::AddTable(uint32_t s) {
  const BoundStream& stream = app_.streams[s];
  const std::shared_ptr<Table>& table = found_[s].table;
  const DiskOfTable disks = [this](uint32_t of) { return uses_[of].disk; };
  std::vector<TableWrite> writes;
  std::vector<TableLookupPort> lookups;
  for (uint32_t q = 0; q < app_.queries.size(); ++q) {
    const BoundQuery& query = app_.queries[q];
    if (!query.write || query.write->table != s) continue;
    if (query.write->action == TableAction::kInsert) {
      uses_[s].writers.push_back({query.name, "insert"});
      continue;
    }
    std::vector<LoweredLookup> asked;
    writes.push_back(LowerTableWrite(app_, *query.write, query.select.output, disks, &asked));
    for (const LoweredLookup& lookup : asked) AddLookupPorts(query, s, lookup, &lookups);
    uses_[s].writers.push_back({query.name, DescribeTableWrite(app_, *query.write, writes.back())});
    write_ports_[q] = static_cast<int>(writes.size());
  }
  int ports = static_cast<int>(writes.size()) + 1;
  for (TableLookupPort& lookup : lookups) lookup.port = ports++;
  const NodeId node = graph_.AddNode(
      {"table", stream.name, "", {}, ""},
      [table, writes] { return MakeTableOperator(table, writes); }, ports, false);
  graph_.Connect(node, 0, {stream_nodes_[s], 0, 0});
  stream_nodes_[s] = entry_nodes_[s] = node;
  for (TableLookupPort& lookup : lookups) {
    lookup.node = node;
    table_lookups_.push_back(std::move(lookup));
  }
}

// The tables that writes of table `s` look something up in, but for itself.
void AppLowering::AddLookupPorts(const BoundQuery& query, uint32_t s, const LoweredLookup& lookup,
                                 std::vector<TableLookupPort>* ports) {
  uses_[lookup.table].readers.push_back({query.name, lookup.description});
  if (lookup.table != s) {
    ports->push_back({0, 0, lookup.table, query.name, lookup.spec.table, lookup.columns});
  }
  for (const LoweredLookup& nested : lookup.nested) AddLookupPorts(query, s, nested, ports);
}

void AppLowering::ConnectTableLookups() {
  for (const TableLookupPort& lookup : table_lookups_) {
    std::string names;
    for (const Attribute& attribute : lookup.schema->attributes()) {
      if (attribute.name.empty()) continue;  // the engine's own
      names += (names.empty() ? "" : ", ") + attribute.name;
    }
    const NodeId keep = graph_.AddNode(
        {"keep", names + " of " + app_.streams[lookup.table].name, lookup.query, {}, ""},
        [&lookup] { return MakeColumnsOperator(lookup.schema, lookup.columns); }, 1, false);
    graph_.Connect(keep, 0, stream_places_[lookup.table].Next(stream_nodes_[lookup.table]));
    graph_.Connect(lookup.node, lookup.port, {keep, 0, 0});
  }
}

void AppLowering::PutOnDisk(uint32_t s, Table* table) {
  const BoundStream& stream = app_.streams[s];
  if (disk_tables_ == nullptr) {
    disk_tables_ = std::make_shared<DiskTables>(
        options_.place != nullptr ? options_.place : TablePlace::Temporary(true));
  }
  uses_[s].disk = disk_tables_->Add(stream.name, table->store.stored_schema(),
                                    stream.table->primary_key, *stream.table->disk_cache_bytes);
  for (const uint32_t attribute : stream.table->indexes) {
    uses_[s].disk->AccessTo({attribute}, /*make=*/true);
  }
  table->store.KeepOnDisk(uses_[s].disk);
}

void AppLowering::AddNamedWindow(uint32_t s, RootNumbers* roots) {
  const BoundStream& stream = app_.streams[s];
  const BoundNamedWindow& named = *stream.named_window;
  const WindowSpec& spec = *named.window.spec;
  const NodeId entry = graph_.AddNode(
      {"union", "into " + stream.name, "", {}, ""},
      [schema = stream.schema] { return MakeUnionOperator(schema); }, 1, false);
  graph_.Connect(entry, 0, {stream_nodes_[s], 0, 0});
  const NodeId window = graph_.AddNode(
      {"window", stream.name + " " + named.window.text, "", {}, ""},
      [&, place = roots->Next(spec.multi_emitter)] {
        auto made = named.window.Make(named.window.arguments);
        CHECK(made.ok());  // the binder has made it once
        return MakeWindowOperator(place, {std::move(made).value(), stream.schema, true, true});
      },
      1, spec.multi_emitter);
  graph_.Connect(window, 0, {entry, 0, 0});
  auto contents = std::make_shared<TableStore>(stream.schema);
  found_[s].window = contents;
  contents_[s] = graph_.AddNode(
      {"contents", "of " + stream.name, "", {}, ""},
      [contents, find_set = spec.find_set] { return MakeContentsOperator(contents, find_set); }, 1,
      false);
  graph_.Connect(contents_[s], 0, {window, 0, 1});
  const char* kinds = named.emits_expired ? (named.emits_current ? "all" : "expired") : "current";
  const NodeId output = graph_.AddNode(
      {"output", std::string(kinds) + " of " + stream.name, "", {}, ""},
      [&named] { return MakeWindowOutputOperator(named.emits_current, named.emits_expired); }, 1,
      false);
  graph_.Connect(output, 0, {window, 1, 1});
  entry_nodes_[s] = entry;
  stream_nodes_[s] = output;
}

void AppLowering::CountReaders() {
  stream_places_.resize(app_.streams.size());
  query_places_.resize(app_.queries.size());
  split_places_.resize(app_.partitions.size());
  for (const TableLookupPort& lookup : table_lookups_) stream_places_[lookup.table].Count(1);
  for (const BoundAggregation& aggregation : app_.aggregations) {
    for (uint32_t stream : StreamsRead(aggregation.input)) stream_places_[stream].Count(1);
  }
  for (uint32_t q = 0; q < app_.queries.size(); ++q) {
    if (RunsInside(app_.queries[q])) continue;
    if (app_.queries[q].partition) {
      split_places_[*app_.queries[q].partition].Count(1);
    } else {
      for (uint32_t stream : StreamsRead(app_.queries[q])) stream_places_[stream].Count(1);
    }
    if (app_.queries[q].target) query_places_[q].Count(1);
  }
  for (uint32_t p = 0; p < app_.partitions.size(); ++p) {
    for (const PartitionInput& input : PartitionInputs(app_, p)) {
      if (input.kind == PartitionInput::Kind::kRows) stream_places_[input.from].Count(1);
    }
  }
  for (size_t i = 0; i < options_.outputs.size(); ++i) {
    auto& places = options_.outputs[i].query ? query_places_ : stream_places_;
    places[output_positions_[i]].Count(1);
  }
}

// Aggregations take rows before the queries do that read the same stream.
void AppLowering::AddAggregations(RootNumbers* roots) {
  aggregation_places_.resize(app_.queries.size());
  aggregation_readers_.resize(app_.queries.size());
  for (uint32_t a = 0; a < app_.aggregations.size(); ++a) {
    const BoundAggregation& bound = app_.aggregations[a];
    aggregations_.push_back(std::make_shared<Aggregation>(LowerAggregation(bound)));
    std::vector<AggregationReader> readers;
    std::vector<uint32_t> queries;  // of readers; those in partitions read it themselves
    for (uint32_t q = 0; q < app_.queries.size(); ++q) {
      const auto* join = std::get_if<BoundAggregationJoin>(&app_.queries[q].input);
      if (join == nullptr || join->read.aggregation != a) continue;
      aggregation_readers_[q] = LowerReader(app_, app_.queries[q], *join, options_.optimize);
      aggregation_places_[q] = {0, 0, &aggregation_readers_[q], aggregations_.back()};
      if (app_.queries[q].partition) continue;
      readers.push_back(aggregation_readers_[q]);
      queries.push_back(q);
    }
    const NodeId node = graph_.AddNode(
        {"aggregation", DescribeAggregation(bound), "", {}, ""},
        [aggregation = aggregations_.back(), readers] {
          return MakeAggregationOperator({0, 0, /*multi_emitter=*/true}, aggregation, readers);
        },
        static_cast<int>(readers.size()) + 2, true);
    aggregation_nodes_.push_back({node, static_cast<int>(readers.size()) + 1});
    for (size_t i = 0; i < queries.size(); ++i) {
      aggregation_places_[queries[i]].node = node;
      aggregation_places_[queries[i]].port = static_cast<int>(i) + 1;
    }
    std::vector<Edge> inputs;
    for (uint32_t stream : StreamsRead(bound.input)) {
      inputs.push_back(stream_places_[stream].Next(stream_nodes_[stream]));
    }
    BoundQuery filling;
    filling.name = bound.name;
    filling.input = bound.input;
    filling.faults_in_loop = bound.faults_in_loop;
    QueryLowering lowering(app_, filling, options_.optimize, roots, &graph_);
    lowering.set_table_uses(&uses_);
    const Edge rows = lowering.LowerAggregationInput(bound.input, inputs);
    graph_.Connect(node, 0, rows);
    AddFaults(lowering.LowerFaults(inputs, rows.node));
  }
}

// By query, the requests that show it.
std::vector<std::vector<uint32_t>> AppLowering::ShownQueries() const {
  std::vector<std::vector<uint32_t>> shown(app_.queries.size());
  for (uint32_t i = 0; i < options_.outputs.size(); ++i) {
    if (options_.outputs[i].query) shown[output_positions_[i]].push_back(i);
  }
  return shown;
}

Edge AppLowering::InputEdge(const PartitionInput& input) {
  switch (input.kind) {
    case PartitionInput::Kind::kRows:
      return stream_places_[input.from].Next(stream_nodes_[input.from]);
    case PartitionInput::Kind::kContents:
      return {contents_[input.from], 0, 0};
    case PartitionInput::Kind::kAggregation:
      return {aggregation_nodes_[input.from].node, 0, 0};
  }
  return {};
}

void AppLowering::AddFaults(const std::vector<QueryLowering::FaultSource>& sources) {
  for (const auto& source : sources) {
    graph_.Connect(entry_nodes_[source.stream], 0, {source.node, 0, 0});
  }
}

void AppLowering::LowerOnePartition(uint32_t partition, RootNumbers* roots) {
  LoweredPartition lowered = LowerPartition(app_, partition, options_.optimize,
                                            {ShownQueries(), &aggregation_places_, &uses_}, roots);
  const NodeId node = graph_.AddPartition(
      {"partition", app_.partitions[partition].name + lowered.description, "", {}, ""},
      std::move(lowered.spec));
  for (int p = 0; p < static_cast<int>(lowered.inputs.size()); ++p) {
    graph_.Connect(node, p, InputEdge(lowered.inputs[p]));
  }
  for (uint32_t e = 0; e < lowered.exits.size(); ++e) {
    const Edge edge{node, 0, 0, e};
    const uint32_t target = lowered.exits[e].target;
    if (lowered.exits[e].kind == LoweredPartition::Exit::Kind::kOutput) {
      taps_[target] = edge;
    } else if (lowered.exits[e].kind == LoweredPartition::Exit::Kind::kFaults) {
      graph_.Connect(entry_nodes_[target], 0, edge);
    } else if (lowered.exits[e].kind == LoweredPartition::Exit::Kind::kAggregation) {
      graph_.Connect(aggregation_nodes_[target].node, aggregation_nodes_[target].free_port, edge);
    } else {
      graph_.Connect(entry_nodes_[*app_.queries[target].target], write_ports_[target], edge);
    }
  }
}

NodeId AppLowering::LowerKeyedQuery(const BoundQuery& query, RootNumbers* roots) {
  const BoundPartition& partition = app_.partitions[*query.partition];
  const uint32_t stream = partition.keys[0].stream;
  NodeId& split = splits_[*query.partition];
  if (split == kNoNode) {
    const SchemaPtr output = WithKeyNumber(app_.streams[stream].schema);
    split = graph_.AddNode(
        {"split", partition.name + ": by " + partition.keys[0].value->Describe(), "", {}, ""},
        [key = partition.keys[0].value, output] {
          return MakeSplitOperator({key, output});
        },
        1, true);
    graph_.Connect(split, 0, stream_places_[stream].Next(stream_nodes_[stream]));
  }
  QueryLowering lowering(app_, query, options_.optimize, roots, &graph_);
  lowering.set_keyed();
  return lowering.Lower({split_places_[*query.partition].Next(split)});
}

void AppLowering::LowerQueries(RootNumbers* roots) {
  taps_.resize(options_.outputs.size());
  splits_.assign(app_.partitions.size(), kNoNode);
  std::vector<bool> lowered(app_.partitions.size(), false);
  for (const BoundQuery& query : app_.queries) {
    if (query.partition && keyed_[*query.partition]) {
      query_nodes_.push_back(LowerKeyedQuery(query, roots));
      continue;
    }
    if (query.partition) {
      if (!lowered[*query.partition]) LowerOnePartition(*query.partition, roots);
      lowered[*query.partition] = true;
      query_nodes_.push_back(0);
      continue;
    }
    std::vector<Edge> inputs;
    for (uint32_t stream : StreamsRead(query)) {
      inputs.push_back(stream_places_[stream].Next(stream_nodes_[stream]));
    }
    QueryLowering lowering(app_, query, options_.optimize, roots, &graph_);
    lowering.set_contents(&contents_);
    lowering.set_table_uses(&uses_);
    lowering.set_reader(aggregation_places_[query_nodes_.size()]);
    query_nodes_.push_back(lowering.Lower(inputs));
    AddFaults(lowering.LowerFaults(inputs, query_nodes_.back()));
  }
}

void AppLowering::AddTaps() {
  // A query's rows are shown before they are inserted; a stream's after all its readers.
  for (size_t i = 0; i < options_.outputs.size(); ++i) {
    const uint32_t at = output_positions_[i];
    if (options_.outputs[i].query && RunsInside(app_.queries[at])) continue;  // set with it
    taps_[i] = options_.outputs[i].query ? query_places_[at].Next(query_nodes_[at])
                                         : stream_places_[at].Next(stream_nodes_[at]);
  }
  for (const Edge& tap : taps_) graph_.AddTap(tap);
  for (uint32_t q = 0; q < app_.queries.size(); ++q) {
    const BoundQuery& query = app_.queries[q];
    if (!query.target || RunsInside(query)) continue;
    const BoundStream& target = app_.streams[*query.target];
    if (write_ports_[q] > 0) {
      graph_.Connect(entry_nodes_[*query.target], write_ports_[q],
                     query_places_[q].Next(query_nodes_[q]));
      continue;
    }
    const char* kinds = query.emits_expired ? (query.emits_current ? "all" : "expired") : "current";
    const NodeId insert = graph_.AddNode(
        {"insert", std::string(kinds) + " into " + target.name, query.name, {}, ""},
        [schema = target.schema] { return MakeInsertOperator(schema); }, 1, false);
    graph_.Connect(insert, 0, query_places_[q].Next(query_nodes_[q]));
    graph_.Connect(entry_nodes_[*query.target], 0, {insert, 0, 0});
  }
}

}  // namespace

Result<Plan> MakePlan(const BoundApp& app, const PlanOptions& options) {
  return AppLowering(app, options).Lower();
}

std::vector<OutputRequest> DefaultOutputs(const BoundApp& app) {
  std::vector<OutputRequest> outputs;
  for (const BoundStream& stream : app.streams) {
    if (stream.table || stream.named_window || stream.takes_faults) continue;
    if (stream.written && !stream.read && !stream.has_sink && !stream.partition)
      outputs.push_back({false, stream.name});
  }
  return outputs;
}

}  // namespace weir
