#include "exec/dag.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "exec/dag_layout.h"
#include "exec/island_operator.h"
#include "exec/union_operator.h"

namespace weir {
namespace {

// Where the rows of an output go.
struct Reader {
  bool tap = false;
  uint32_t target = 0;  // number of the node or tap
  uint32_t port = 0;
  uint32_t edge = 0;  // among the arrows into the port
  uint32_t rank = 0;
  int rank_width = 0;
};

struct RunNode {
  std::string name;  // empty: an island, which names its members itself
  std::unique_ptr<Operator> op;
  std::vector<Port> ports;
  std::vector<std::vector<Port>> edges;      // by port: the arrows into it, if there are several
  std::vector<std::vector<Reader>> readers;  // by output
  bool has_rows = false;                     // in this epoch
  TimeMs due = kNever;
};

// Drops the rows from `at` on.
void CutPort(const OrderKey& at, Port* port) {
  std::vector<Chunk>& chunks = port->chunks;
  for (size_t c = 0; c < chunks.size(); ++c) {
    uint32_t row = 0;
    while (row < chunks[c].size() && chunks[c].KeyAt(row) < at) ++row;
    if (row == chunks[c].size()) continue;
    chunks[c] = chunks[c].Slice(0, row);
    chunks.resize(row == 0 ? c : c + 1);
    return;
  }
}

class RunningDag : public Dag {
 public:
  RunningDag(std::vector<RunNode> nodes, std::vector<std::vector<Reader>> source_readers,
             size_t tap_count, std::vector<IslandInfo> islands)
      : nodes_(std::move(nodes)),
        source_readers_(std::move(source_readers)),
        tap_count_(tap_count),
        islands_(std::move(islands)) {
    size_t outputs = 1;
    for (const RunNode& node : nodes_) outputs = std::max(outputs, node.readers.size());
    outputs_.resize(outputs);
  }

  void Run(const Timeline& timeline, std::span<const Port> sources,
           std::vector<Port>* taps) override {
    CHECK_EQ(sources.size(), source_readers_.size());
    taps->resize(tap_count_);
    for (Port& tap : *taps) tap.chunks.clear();
    if (!status_.ok()) return;
    taps_ = taps;
    for (size_t s = 0; s < sources.size(); ++s) HandOut(source_readers_[s], sources[s].chunks);
    for (RunNode& node : nodes_) {
      // Most nodes of many queries have nothing to do in a short epoch.
      if (node.has_rows || node.due <= timeline.end()) RunOne(timeline, &node);
    }
    if (failed_at_) {
      for (Port& tap : *taps) CutPort(*failed_at_, &tap);
    }
    taps_ = nullptr;
  }

  void Start(TimeMs now) override {
    for (RunNode& node : nodes_) {
      node.op->Start(now);
      node.due = node.op->NextDue();
    }
  }

  TimeMs NextDue() const override {
    TimeMs due = kNever;
    for (const RunNode& node : nodes_) due = std::min(due, node.due);
    return due;
  }

  void Save(StateWriter& out) const override {
    for (const RunNode& node : nodes_) node.op->SaveOwned(node.name, out);
  }

  void Load(StateReader& in, std::optional<TimeMs> now) override {
    for (RunNode& node : nodes_) {
      node.op->LoadOwned(node.name, now, in);
      node.due = node.op->NextDue();
    }
  }

  const Status& status() const override { return status_; }
  const std::vector<IslandInfo>& islands() const override { return islands_; }

 private:
  void RunOne(const Timeline& timeline, RunNode* node) {
    for (size_t p = 0; p < node->edges.size(); ++p) {
      if (node->edges[p].empty()) continue;
      MergePorts(node->edges[p], &node->ports[p].chunks);
      for (Port& edge : node->edges[p]) edge.chunks.clear();
    }
    node->op->Process({timeline, node->ports, std::nullopt}, outputs_.data());
    node->has_rows = false;
    for (Port& port : node->ports) port.chunks.clear();
    node->due = node->op->NextDue();
    if (const Failure* failure = node->op->failure()) Note(*node, *failure);
    for (size_t o = 0; o < node->readers.size(); ++o) {
      HandOut(node->readers[o], outputs_[o]);
      outputs_[o].clear();
    }
  }

  void HandOut(const std::vector<Reader>& readers, const std::vector<Chunk>& chunks) {
    if (chunks.empty()) return;
    for (const Reader& reader : readers) {
      std::vector<Chunk>* to = nullptr;
      if (reader.tap) {
        to = &(*taps_)[reader.target].chunks;
      } else {
        RunNode& node = nodes_[reader.target];
        const bool merges = !node.edges[reader.port].empty();
        Port& port = merges ? node.edges[reader.port][reader.edge] : node.ports[reader.port];
        to = &port.chunks;
        node.has_rows = true;
      }
      for (const Chunk& chunk : chunks) {
        if (!chunk.empty()) to->push_back(chunk.WithRank(reader.rank, reader.rank_width));
      }
    }
  }

  // The failure with the smallest key counts: every node still sees all rows before that key.
  void Note(const RunNode& node, const Failure& failure) {
    if (failed_at_ && !(failure.at < *failed_at_)) return;
    failed_at_ = failure.at;
    const std::string name = node.name.empty() ? "" : node.name + ": ";
    status_ = Status(failure.status.code(), name + failure.status.message());
  }

  std::vector<RunNode> nodes_;  // in topological order
  std::vector<std::vector<Reader>> source_readers_;
  size_t tap_count_;
  std::vector<IslandInfo> islands_;
  std::vector<std::vector<Chunk>> outputs_;  // of the node that runs
  std::vector<Port>* taps_ = nullptr;
  std::optional<OrderKey> failed_at_;
  Status status_;
};

}  // namespace

// Turns builder nodes and their layout into the nodes that run.
class DagAssembler {
 public:
  DagAssembler(std::vector<DagBuilder::Node> nodes, std::vector<Edge> taps)
      : nodes_(std::move(nodes)), taps_(std::move(taps)), places_(nodes_.size()) {}

  std::unique_ptr<Dag> Assemble() {
    groups_ = LayOut(LayoutNodes(), taps_);
    CollectReaders();
    running_.resize(groups_.size());
    PlaceNodes();
    for (uint32_t g = 0; g < groups_.size(); ++g) {
      if (groups_[g].island) {
        AssembleIsland(g);
      } else {
        const NodeId id = groups_[g].nodes[0];
        running_[g].name = nodes_[id].name;
        running_[g].op = std::move(nodes_[id].op);
        for (int o = 0; o < running_[g].op->output_count(); ++o) {
          running_[g].readers.push_back(OuterReaders(id, static_cast<uint32_t>(o)));
        }
      }
    }
    std::vector<std::vector<Reader>> source_readers;
    for (NodeId id = 0; id < nodes_.size(); ++id) {
      if (places_[id].source) source_readers.push_back(OuterReaders(id, 0));
    }
    return std::make_unique<RunningDag>(std::move(running_), std::move(source_readers),
                                        taps_.size(), std::move(islands_));
  }

 private:
  // Where a node went.
  struct Place {
    bool source = false;
    uint32_t group = 0;
    uint32_t member = 0;           // of an island
    std::vector<uint32_t> ports;   // by port: the port of the group's node; kInside if only
                                   // members feed it
    std::vector<uint32_t> arrows;  // by port: how many arrows into it were counted so far
  };
  static constexpr uint32_t kInside = UINT32_MAX;
  // An arrow out of a node, to a port or a tap.
  struct Arrow {
    bool tap = false;
    uint32_t target = 0;  // builder node or tap
    uint32_t port = 0;
    uint32_t edge = 0;
    uint32_t rank = 0;
    int rank_width = 0;
    uint32_t output = 0;
  };

  std::vector<LayoutNode> LayoutNodes() {
    std::vector<LayoutNode> result(nodes_.size());
    for (NodeId id = 0; id < nodes_.size(); ++id) {
      DagBuilder::Node& node = nodes_[id];
      places_[id].source = result[id].source = node.op == nullptr && node.partition == nullptr;
      result[id].lockstep = node.partition != nullptr;
      result[id].multi_emitter = node.multi_emitter;
      if (node.op != nullptr) result[id].timer_root_width = node.op->timer_root_width();
      if (node.partition != nullptr) {
        result[id].timer_root_width = node.partition->timer_root_width;
      }
      for (const std::vector<Edge>& port : node.ports) {
        result[id].inputs.insert(result[id].inputs.end(), port.begin(), port.end());
      }
    }
    return result;
  }

  bool Inside(NodeId from, NodeId to) const {
    return !places_[from].source && places_[from].group == places_[to].group &&
           groups_[places_[to].group].island;
  }

  // Decides which port of which running node each port becomes, and numbers the arrows into it.
  void PlaceNodes() {
    for (uint32_t g = 0; g < groups_.size(); ++g) {
      for (uint32_t m = 0; m < groups_[g].nodes.size(); ++m) {
        Place& place = places_[groups_[g].nodes[m]];
        place.group = g;
        place.member = m;
      }
    }
    island_ports_.resize(groups_.size());
    for (uint32_t g = 0; g < groups_.size(); ++g) {
      for (const NodeId id : groups_[g].nodes) PlacePorts(g, id);
    }
  }

  void PlacePorts(uint32_t g, NodeId id) {
    Place& place = places_[id];
    RunNode& running = running_[g];
    for (uint32_t p = 0; p < nodes_[id].ports.size(); ++p) {
      const std::vector<Edge>& edges = nodes_[id].ports[p];
      const auto outer = std::count_if(edges.begin(), edges.end(),
                                       [&](const Edge& edge) { return !Inside(edge.node, id); });
      if (groups_[g].island && outer == 0) {
        place.ports.push_back(kInside);
        continue;
      }
      place.ports.push_back(static_cast<uint32_t>(running.ports.size()));
      running.ports.emplace_back();
      running.edges.emplace_back(outer > 1 ? outer : 0);
      island_ports_[g].push_back({place.member, p});
    }
    place.arrows.assign(place.ports.size(), 0);
  }

  void CollectReaders() {
    arrows_.resize(nodes_.size());
    for (NodeId id = 0; id < nodes_.size(); ++id) {
      for (uint32_t p = 0; p < nodes_[id].ports.size(); ++p) {
        for (const Edge& edge : nodes_[id].ports[p]) {
          arrows_[edge.node].push_back({false, id, p, 0, edge.rank, edge.rank_width, edge.output});
        }
      }
    }
    for (uint32_t t = 0; t < taps_.size(); ++t) {
      arrows_[taps_[t].node].push_back(
          {true, t, 0, 0, taps_[t].rank, taps_[t].rank_width, taps_[t].output});
    }
    for (std::vector<Arrow>& arrows : arrows_) {
      std::stable_sort(arrows.begin(), arrows.end(),
                       [](const Arrow& a, const Arrow& b) { return a.rank < b.rank; });
    }
  }

  Reader OuterReader(const Arrow& arrow, bool with_rank) {
    Reader reader{arrow.tap,
                  arrow.target,
                  0,
                  0,
                  with_rank ? arrow.rank : 0,
                  with_rank ? arrow.rank_width : 0};
    if (!arrow.tap) {
      Place& place = places_[arrow.target];
      reader.target = place.group;
      reader.port = place.ports[arrow.port];
      reader.edge = place.arrows[arrow.port]++;
    }
    return reader;
  }

  std::vector<Reader> OuterReaders(NodeId from, uint32_t output) {
    std::vector<Reader> readers;
    for (const Arrow& arrow : arrows_[from]) {
      if (arrow.output == output) readers.push_back(OuterReader(arrow, /*with_rank=*/true));
    }
    return readers;
  }

  void AssembleIsland(uint32_t g) {
    Circuit circuit;
    IslandInfo info;
    info.reason = groups_[g].reason;
    int outputs = 0;
    for (const NodeId id : groups_[g].nodes) {
      DagBuilder::Node& node = nodes_[id];
      CircuitMember member;
      member.name = node.name;
      member.port_count = static_cast<uint32_t>(node.ports.size());
      member.readers.resize(node.partition == nullptr ? 1 : node.partition->output_count);
      member.op = std::move(node.op);
      member.partition = std::move(node.partition);
      for (const Arrow& arrow : arrows_[id]) {
        std::vector<CircuitReader>& readers = member.readers[arrow.output];
        if (!arrow.tap && Inside(id, arrow.target)) {
          readers.push_back({true, places_[arrow.target].member, arrow.port});
        } else {
          readers.push_back({false, static_cast<uint32_t>(outputs++), 0});
          // The island's own digit already tells the arrows apart.
          running_[g].readers.push_back({OuterReader(arrow, /*with_rank=*/false)});
        }
      }
      info.members.push_back(node.name);
      circuit.members.push_back(std::move(member));
    }
    circuit.ports = island_ports_[g];
    running_[g].op = std::make_unique<IslandOperator>(std::move(circuit), outputs);
    if (!info.reason.empty()) islands_.push_back(std::move(info));
  }

  std::vector<DagBuilder::Node> nodes_;
  std::vector<Edge> taps_;
  std::vector<Place> places_;
  std::vector<std::vector<Arrow>> arrows_;  // by builder node, in rank order
  std::vector<LayoutGroup> groups_;
  std::vector<std::vector<CircuitPort>> island_ports_;
  std::vector<RunNode> running_;
  std::vector<IslandInfo> islands_;
};

// State is kept under the name, so no two operators may have the same.
std::string DagBuilder::UniqueName(std::string name) {
  std::replace(name.begin(), name.end(), '\0', ' ');
  const int count = ++names_[name];
  return count == 1 ? name : name + "#" + std::to_string(count);
}

NodeId DagBuilder::AddSource(std::string name, SchemaPtr schema) {
  nodes_.push_back({std::move(name), nullptr, std::move(schema), false, {}, nullptr});
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId DagBuilder::AddNode(std::string name, std::unique_ptr<Operator> op, int port_count,
                           bool multi_emitter) {
  CHECK(op != nullptr);
  nodes_.push_back({UniqueName(std::move(name)), std::move(op), nullptr, multi_emitter,
                    std::vector<std::vector<Edge>>(port_count), nullptr});
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId DagBuilder::AddPartition(std::string name, PartitionSpec spec) {
  std::vector<std::vector<Edge>> ports(spec.ports.size());
  nodes_.push_back({UniqueName(std::move(name)), nullptr, nullptr, true, std::move(ports),
                    std::make_unique<PartitionSpec>(std::move(spec))});
  return static_cast<NodeId>(nodes_.size() - 1);
}

void DagBuilder::Connect(NodeId to, int port, Edge from) {
  CHECK(from.node < nodes_.size());
  nodes_.at(to).ports.at(port).push_back(from);
}

uint32_t DagBuilder::AddTap(Edge edge) {
  CHECK(edge.node < nodes_.size());
  taps_.push_back(edge);
  return static_cast<uint32_t>(taps_.size() - 1);
}

std::unique_ptr<Dag> DagBuilder::Build() && {
  return DagAssembler(std::move(nodes_), std::move(taps_)).Assemble();
}

}  // namespace weir
