#include "plan/partition_lowering.h"

#include <algorithm>

#include "bind/lookup_binder.h"
#include "exec/select_operator.h"

namespace weir {
namespace {

// Lowers the queries of one partition into a template.
class PartitionLowering {
 public:
  PartitionLowering(const BoundApp& app, uint32_t partition, bool optimize,
                    const std::vector<std::vector<uint32_t>>& shown, RootNumbers* roots)
      : app_(app),
        partition_(partition),
        optimize_(optimize),
        shown_(shown),
        roots_(roots),
        template_(std::make_shared<PartitionTemplate>()),
        stream_nodes_(app.streams.size(), 0),
        next_rank_(app.streams.size(), 0) {}

  LoweredPartition Lower() {
    LoweredPartition result;
    result.streams = PartitionStreams(app_, partition_);
    for (uint32_t stream : result.streams) template_->AddPort(AddStream(stream));
    for (uint32_t s = 0; s < app_.streams.size(); ++s) {
      if (app_.streams[s].partition == partition_) AddStream(s);
    }
    std::vector<NodeId> outputs(app_.queries.size());
    for (uint32_t q = 0; q < app_.queries.size(); ++q) {
      if (app_.queries[q].partition == partition_) outputs[q] = LowerQuery(app_.queries[q]);
    }
    for (uint32_t q = 0; q < app_.queries.size(); ++q) {
      if (app_.queries[q].partition == partition_) HandOut(q, outputs[q], &result);
    }
    result.spec.ports = Ports(result.streams);
    result.spec.output_count = static_cast<int>(template_->exit_count());
    result.spec.make_key = [made = template_] { return made->NewKey(); };
    result.description = template_->Describe();
    return result;
  }

 private:
  NodeId AddStream(uint32_t stream) {
    const BoundStream& bound = app_.streams[stream];
    stream_nodes_[stream] = template_->AddNode(
        {"stream", bound.name, "", {}, ""},
        [schema = bound.schema] { return MakeUnionOperator(schema); }, 1, false);
    return stream_nodes_[stream];
  }

  NodeId LowerQuery(const BoundQuery& query) {
    std::vector<Edge> inputs;
    for (uint32_t stream : StreamsRead(query)) {
      inputs.push_back({stream_nodes_[stream], next_rank_[stream]++, 0});
    }
    return QueryLowering(app_, query, optimize_, roots_, template_.get()).Lower(inputs);
  }

  // Shown before it is inserted, as outside of partitions.
  void HandOut(uint32_t q, NodeId output, LoweredPartition* result) {
    uint32_t rank = 0;
    for (uint32_t request : shown_[q]) {
      template_->AddExit({output, rank++, 0});
      result->exits.push_back({true, request});
    }
    const BoundQuery& query = app_.queries[q];
    if (!query.target) return;
    const BoundStream& target = app_.streams[*query.target];
    const NodeId insert = template_->AddNode(
        {"insert", "into " + target.name, query.name, {}, ""},
        [schema = target.schema] { return MakeInsertOperator(schema); }, 1, false);
    template_->Connect(insert, 0, {output, rank, 0});
    if (target.partition) {
      template_->Connect(stream_nodes_[*query.target], 0, {insert, 0, 0});
    } else {
      template_->AddExit({insert, 0, 0});
      result->exits.push_back({false, *query.target});
    }
  }

  std::vector<PartitionPort> Ports(const std::vector<uint32_t>& streams) const {
    std::vector<PartitionPort> ports;
    for (uint32_t stream : streams) {
      PartitionPort port;
      port.schema = app_.streams[stream].schema;
      for (const BoundPartition::Key& key : app_.partitions[partition_].keys) {
        if (key.stream != stream) continue;
        port.value = key.value;
        for (const BoundPartition::Range& range : key.ranges) {
          port.ranges.push_back({range.key, range.condition});
        }
      }
      ports.push_back(std::move(port));
    }
    return ports;
  }

  const BoundApp& app_;
  const uint32_t partition_;
  const bool optimize_;
  const std::vector<std::vector<uint32_t>>& shown_;
  RootNumbers* roots_;
  std::shared_ptr<PartitionTemplate> template_;
  std::vector<NodeId> stream_nodes_;  // by stream of the app
  std::vector<uint32_t> next_rank_;   // by stream of the app
};

}  // namespace

NodeId PartitionTemplate::AddNode(PlanNode node, OperatorFactory make, int ports, bool) {
  nodes_.push_back({std::move(node), std::move(make), static_cast<uint32_t>(ports), {}});
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

std::unique_ptr<IslandOperator> PartitionTemplate::NewKey() const {
  std::vector<IslandMember> members;
  members.reserve(nodes_.size());
  for (const Node& node : nodes_) {
    IslandMember member;
    member.name = node.plan.query.empty() ? node.plan.detail : node.plan.query;
    member.op = node.make();
    member.port_count = node.ports;
    for (const Reader& reader : node.readers) member.readers.push_back(reader.reader);
    members.push_back(std::move(member));
  }
  return std::make_unique<IslandOperator>(std::move(members), ports_,
                                          static_cast<int>(exit_count_));
}

std::vector<uint32_t> PartitionStreams(const BoundApp& app, uint32_t partition) {
  std::vector<uint32_t> streams;
  for (const BoundPartition::Key& key : app.partitions[partition].keys) {
    streams.push_back(key.stream);
  }
  for (const BoundQuery& query : app.queries) {
    if (query.partition != partition) continue;
    for (uint32_t stream : StreamsRead(query)) {
      if (app.streams[stream].partition) continue;
      if (std::find(streams.begin(), streams.end(), stream) == streams.end()) {
        streams.push_back(stream);
      }
    }
  }
  return streams;
}

LoweredPartition LowerPartition(const BoundApp& app, uint32_t partition, bool optimize,
                                const std::vector<std::vector<uint32_t>>& shown,
                                RootNumbers* roots) {
  return PartitionLowering(app, partition, optimize, shown, roots).Lower();
}

std::vector<uint32_t> StreamsRead(const BoundQuery& query) {
  std::vector<uint32_t> streams;
  if (const auto* stream = std::get_if<BoundStreamInput>(&query.input)) {
    streams = {stream->stream};
  } else if (const auto* join = std::get_if<BoundJoin>(&query.input)) {
    streams = {join->left.stream, join->right.stream};
  } else {
    streams = std::get<std::shared_ptr<const BoundPattern>>(query.input)->streams;
  }
  for (const BoundLookup* lookup : LookupsOf(query)) streams.push_back(lookup->table);
  return streams;
}

}  // namespace weir
