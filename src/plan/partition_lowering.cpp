#include "plan/partition_lowering.h"

#include <algorithm>

#include "bind/lookup_binder.h"
#include "exec/aggregation_operator.h"
#include "exec/select_operator.h"
#include "exec/serves_all_keys.h"

namespace weir {
namespace {

// Lowers the queries of one partition into a template.
class PartitionLowering {
 public:
  PartitionLowering(const BoundApp& app, uint32_t partition, bool optimize,
                    const PartitionSurroundings& around, RootNumbers* roots)
      : app_(app),
        partition_(partition),
        optimize_(optimize),
        around_(around),
        roots_(roots),
        stream_nodes_(app.streams.size(), kNoNode),
        contents_(app.streams.size(), 0),
        next_rank_(app.streams.size(), 0) {}

  LoweredPartition Lower() {
    LoweredPartition result;
    result.inputs = PartitionInputs(app_, partition_);
    for (const PartitionInput& input : result.inputs) {
      if (input.kind == PartitionInput::Kind::kAggregation) {
        ReadAggregation(input.from, &result);
        continue;
      }
      const bool contents = input.kind == PartitionInput::Kind::kContents;
      const BoundStream& stream = app_.streams[input.from];
      const NodeId node = template_.AddStream((contents ? "contents of " : "") + stream.name);
      (contents ? contents_ : stream_nodes_)[input.from] = node;
      template_.AddPort(node);
    }
    for (uint32_t s = 0; s < app_.streams.size(); ++s) {
      if (app_.streams[s].partition != partition_) continue;
      stream_nodes_[s] = template_.AddStream(app_.streams[s].name);
    }
    if (app_.partitions[partition_].purge) {
      const OrderPlace place = roots_->Next(false);
      result.spec.purge = app_.partitions[partition_].purge;
      result.spec.purge->root = place.root;
      result.spec.purge->root_width = place.root_width;
    }
    std::vector<NodeId> outputs(app_.queries.size());
    for (uint32_t q = 0; q < app_.queries.size(); ++q) {
      if (app_.queries[q].partition == partition_) outputs[q] = LowerQuery(q, &result);
    }
    for (uint32_t q = 0; q < app_.queries.size(); ++q) {
      if (app_.queries[q].partition == partition_) HandOut(q, outputs[q], &result);
    }
    for (const PartitionInput& input : result.inputs) result.spec.ports.push_back(Port(input));
    result.spec.output_count = static_cast<int>(template_.exit_count());
    result.spec.timer_root_width = template_.timer_root_width();
    if (result.spec.purge) {
      result.spec.timer_root_width =
          std::max(result.spec.timer_root_width, result.spec.purge->root_width);
    }
    result.description = template_.Describe();
    result.spec.circuit = std::move(template_).Finish();
    return result;
  }

 private:
  static constexpr NodeId kNoNode = UINT32_MAX;

  // Passes nothing: the aggregation's node and the partition become parts of one island.
  void ReadAggregation(uint32_t aggregation, LoweredPartition* result) {
    const NodeId node = template_.AddNode(
        {"lockstep", "with " + app_.aggregations[aggregation].name, "", {}, ""},
        [] { return MakeReaderOutputOperator(nullptr); }, 1, false);
    template_.AddPort(node);
    template_.AddExit({node, 0, 0});
    result->exits.push_back({LoweredPartition::Exit::Kind::kAggregation, aggregation});
  }

  NodeId LowerQuery(uint32_t q, LoweredPartition* result) {
    const BoundQuery& query = app_.queries[q];
    std::vector<Edge> inputs;
    for (uint32_t stream : StreamsRead(query)) {
      // A named window that is only searched.
      if (stream_nodes_[stream] == kNoNode) {
        stream_nodes_[stream] = template_.AddStream(app_.streams[stream].name);
      }
      inputs.push_back({stream_nodes_[stream], next_rank_[stream]++, 0});
    }
    QueryLowering lowering(app_, query, optimize_, roots_, &template_);
    lowering.set_contents(&contents_);
    lowering.set_table_uses(around_.table_uses);
    lowering.set_reader((*around_.readers)[q]);
    const NodeId output = lowering.Lower(inputs);
    for (const auto& source : lowering.LowerFaults(inputs, output)) {
      template_.AddExit({source.node, 0, 0});
      result->exits.push_back({LoweredPartition::Exit::Kind::kFaults, source.stream});
    }
    return output;
  }

  // Shown before it is inserted, as outside of partitions.
  void HandOut(uint32_t q, NodeId output, LoweredPartition* result) {
    uint32_t rank = 0;
    for (uint32_t request : around_.shown[q]) {
      template_.AddExit({output, rank++, 0});
      result->exits.push_back({LoweredPartition::Exit::Kind::kOutput, request});
    }
    const BoundQuery& query = app_.queries[q];
    if (!query.target) return;
    const BoundStream& target = app_.streams[*query.target];
    NodeId from = output;
    if (!query.write || query.write->action == TableAction::kInsert) {
      from = template_.AddNode(
          {"insert", "into " + target.name, query.name, {}, ""},
          [schema = target.schema] { return MakeInsertOperator(schema); }, 1, false);
      template_.Connect(from, 0, {output, rank, 0});
      rank = 0;
    }
    if (target.partition) {
      template_.Connect(stream_nodes_[*query.target], 0, {from, rank, 0});
    } else {
      template_.AddExit({from, rank, 0});
      result->exits.push_back({LoweredPartition::Exit::Kind::kTarget, q});
    }
  }

  PartitionPort Port(const PartitionInput& input) const {
    PartitionPort port;
    port.shared = input.kind != PartitionInput::Kind::kRows || app_.streams[input.from].table;
    for (const BoundPartition::Key& key : app_.partitions[partition_].keys) {
      if (port.shared || key.stream != input.from) continue;
      port.value = key.value;
      for (const BoundPartition::Range& range : key.ranges) {
        port.ranges.push_back({range.key, range.condition});
      }
    }
    return port;
  }

  const BoundApp& app_;
  const uint32_t partition_;
  const bool optimize_;
  const PartitionSurroundings& around_;
  RootNumbers* roots_;
  PartitionTemplate template_;
  std::vector<NodeId> stream_nodes_;  // by stream of the app
  std::vector<NodeId> contents_;      // of named windows, by stream of the app
  std::vector<uint32_t> next_rank_;   // by stream of the app
};

}  // namespace

NodeId PartitionTemplate::AddNode(PlanNode node, OperatorFactory make, int ports, bool) {
  CircuitMember member;
  member.name = node.query.empty() ? node.detail : node.query;
  member.port_count = static_cast<uint32_t>(ports);
  std::unique_ptr<Operator> first = make();
  timer_root_width_ = std::max(timer_root_width_, first->timer_root_width());
  const auto* serves = dynamic_cast<const ServesAllKeys*>(first.get());
  if (serves != nullptr && serves->serves_all_keys()) {
    member.op = std::move(first);
  } else {
    member.make_per_key = std::move(make);
  }
  circuit_.members.push_back(std::move(member));
  nodes_.push_back({std::move(node), {}});
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId PartitionTemplate::AddStream(const std::string& name) {
  CircuitMember member;
  member.name = name;
  member.port_count = 1;
  circuit_.members.push_back(std::move(member));
  nodes_.push_back({{"stream", name, "", {}, ""}, {}});
  return static_cast<NodeId>(nodes_.size() - 1);
}

void PartitionTemplate::AddReader(NodeId from, Reader reader) {
  auto& readers = nodes_[from].readers;
  const auto after =
      std::upper_bound(readers.begin(), readers.end(), reader,
                       [](const Reader& a, const Reader& b) { return a.rank < b.rank; });
  readers.insert(after, reader);
}

void PartitionTemplate::Connect(NodeId to, int port, Edge from) {
  nodes_[to].plan.inputs.push_back(from.node);
  AddReader(from.node, {from.rank, {true, to, static_cast<uint32_t>(port)}});
}

uint32_t PartitionTemplate::AddExit(Edge from) {
  AddReader(from.node, {from.rank, {false, exit_count_, 0}});
  return exit_count_++;
}

std::string PartitionTemplate::Describe() const {
  std::string text;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const PlanNode& node = nodes_[i].plan;
    text += "\n." + std::to_string(i) + " " + (node.query.empty() ? "" : node.query + ": ");
    text += node.kind + " " + node.detail;
    if (!node.inputs.empty()) text += "  <-";
    for (NodeId input : node.inputs) text += " ." + std::to_string(input);
  }
  return text;
}

Circuit PartitionTemplate::Finish() && {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    std::vector<CircuitReader> readers;
    for (const Reader& reader : nodes_[i].readers) readers.push_back(reader.reader);
    circuit_.members[i].readers.push_back(std::move(readers));
  }
  return std::move(circuit_);
}

bool IsSplit(const BoundApp& app, uint32_t partition, uint32_t stream) {
  const auto& keys = app.partitions[partition].keys;
  return std::any_of(keys.begin(), keys.end(),
                     [stream](const BoundPartition::Key& key) { return key.stream == stream; });
}

std::vector<PartitionInput> PartitionInputs(const BoundApp& app, uint32_t partition) {
  std::vector<PartitionInput> inputs;
  const auto add = [&inputs](PartitionInput input) {
    if (std::find(inputs.begin(), inputs.end(), input) == inputs.end()) inputs.push_back(input);
  };
  for (const BoundPartition::Key& key : app.partitions[partition].keys) add({key.stream});
  for (const BoundQuery& query : app.queries) {
    if (query.partition != partition) continue;
    const bool joins = std::holds_alternative<BoundJoin>(query.input);
    for (uint32_t stream : StreamsRead(query)) {
      if (app.streams[stream].partition) continue;
      const bool found = joins && app.streams[stream].named_window;
      if (found) add({stream, PartitionInput::Kind::kContents});
      if (!found || IsSplit(app, partition, stream)) add({stream});
    }
    if (const auto* reader = std::get_if<BoundAggregationJoin>(&query.input)) {
      add({reader->read.aggregation, PartitionInput::Kind::kAggregation});
    }
  }
  return inputs;
}

LoweredPartition LowerPartition(const BoundApp& app, uint32_t partition, bool optimize,
                                const PartitionSurroundings& around, RootNumbers* roots) {
  return PartitionLowering(app, partition, optimize, around, roots).Lower();
}

std::vector<uint32_t> StreamsRead(const BoundStreamInput& input) {
  std::vector<uint32_t> streams{input.stream};
  for (const BoundLookup* lookup : LookupsOf(input)) streams.push_back(lookup->table);
  return streams;
}

std::vector<uint32_t> StreamsRead(const BoundQuery& query) {
  std::vector<uint32_t> streams;
  if (const auto* stream = std::get_if<BoundStreamInput>(&query.input)) {
    streams = {stream->stream};
  } else if (const auto* join = std::get_if<BoundJoin>(&query.input)) {
    streams = {join->left.stream, join->right.stream};
  } else if (const auto* reader = std::get_if<BoundAggregationJoin>(&query.input)) {
    streams = {reader->rows.stream};
  } else {
    streams = std::get<std::shared_ptr<const BoundPattern>>(query.input)->streams;
  }
  for (const BoundLookup* lookup : LookupsOf(query)) streams.push_back(lookup->table);
  return streams;
}

}  // namespace weir
