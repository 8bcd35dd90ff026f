#include "exec/dag_layout.h"

#include <algorithm>
#include <optional>

namespace weir {
namespace {

using Graph = std::vector<std::vector<uint32_t>>;

// Tarjan's algorithm with its own stack, because a chain of streams may be long: the component of
// each vertex, numbered so that arrows go from larger to smaller numbers.
class Components {
 public:
  explicit Components(const Graph& successors)
      : successors_(successors),
        component_(successors.size(), kNone),
        number_(successors.size(), kNone),
        low_(successors.size(), 0) {
    for (uint32_t v = 0; v < successors_.size(); ++v) {
      if (number_[v] == kNone) Visit(v);
    }
  }

  uint32_t count() const { return count_; }
  uint32_t of(uint32_t vertex) const { return component_[vertex]; }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Call {
    uint32_t vertex;
    size_t next = 0;  // successor to look at
  };

  void Enter(uint32_t v) {
    number_[v] = low_[v] = entered_++;
    open_.push_back(v);
    calls_.push_back({v});
  }

  void Visit(uint32_t root) {
    Enter(root);
    while (!calls_.empty()) {
      Call& call = calls_.back();
      const uint32_t v = call.vertex;
      if (call.next < successors_[v].size()) {
        const uint32_t w = successors_[v][call.next++];
        if (number_[w] == kNone) {
          Enter(w);
        } else if (component_[w] == kNone) {
          low_[v] = std::min(low_[v], number_[w]);
        }
        continue;
      }
      calls_.pop_back();
      if (!calls_.empty()) {
        uint32_t& low = low_[calls_.back().vertex];
        low = std::min(low, low_[v]);
      }
      if (low_[v] == number_[v]) Close(v);
    }
  }

  void Close(uint32_t root) {
    uint32_t w;
    do {
      w = open_.back();
      open_.pop_back();
      component_[w] = count_;
    } while (w != root);
    ++count_;
  }

  const Graph& successors_;
  std::vector<uint32_t> component_;
  std::vector<uint32_t> number_;  // order of entering
  std::vector<uint32_t> low_;
  std::vector<uint32_t> open_;
  std::vector<Call> calls_;
  uint32_t entered_ = 0;
  uint32_t count_ = 0;
};

// Bits of the longest path of rows that leave a group, before ranks.
int WidthOut(const LayoutGroup& group, const std::vector<LayoutNode>& nodes, int width_in) {
  constexpr int kDigit = Path::kEmissionBitsMax;
  int root = 0;
  for (const NodeId id : group.nodes) root = std::max(root, nodes[id].timer_root_width);
  if (group.island) return std::max(width_in + kDigit, root == 0 ? 0 : root + 2 * kDigit);
  const int row = width_in + (nodes[group.nodes[0]].multi_emitter ? kDigit : 0);
  return std::max(row, root == 0 ? 0 : root + kDigit);
}

class LayoutBuilder {
 public:
  LayoutBuilder(const std::vector<LayoutNode>& nodes, const std::vector<Edge>& taps)
      : nodes_(nodes), taps_(taps) {
    for (NodeId id = 0; id < nodes.size(); ++id) groups_.push_back({{id}, nodes[id].lockstep, ""});
  }

  std::vector<LayoutGroup> Build() {
    std::string reason = "its members feed each other";
    while (true) {
      Condense(reason);
      const std::optional<Overflow> overflow = FindOverflow();
      if (!overflow) break;
      reason = "call paths through it could need " + std::to_string(overflow->bits) + " bits, " +
               std::to_string(Path::kMaxBits) + " are there";
      Join(overflow->group, WidestFeeder(overflow->group), reason);
    }
    std::erase_if(groups_, [this](const LayoutGroup& g) { return nodes_[g.nodes[0]].source; });
    return std::move(groups_);
  }

 private:
  struct Overflow {
    uint32_t group;
    int bits;
  };

  void NumberNodes() {
    group_of_.resize(nodes_.size());
    for (uint32_t g = 0; g < groups_.size(); ++g) {
      for (const NodeId id : groups_[g].nodes) group_of_[id] = g;
    }
  }

  // Unites what feeds each other, and sorts the groups so that each comes after those it reads.
  void Condense(const std::string& reason) {
    NumberNodes();
    Graph successors(groups_.size());
    for (NodeId id = 0; id < nodes_.size(); ++id) {
      const uint32_t to = group_of_[id];
      for (const Edge& edge : nodes_[id].inputs) {
        const uint32_t from = group_of_[edge.node];
        if (from != to) successors[from].push_back(to);
        if (edge.node == id) Mark(&groups_[to], reason);
      }
    }
    const Components components(successors);
    std::vector<LayoutGroup> united(components.count());
    for (uint32_t g = 0; g < groups_.size(); ++g) {
      LayoutGroup& target = united[components.count() - 1 - components.of(g)];
      LayoutGroup& part = groups_[g];
      if (target.nodes.empty()) {
        target = std::move(part);
        continue;
      }
      target.nodes.insert(target.nodes.end(), part.nodes.begin(), part.nodes.end());
      Mark(&target, part.reason);
      Mark(&target, reason);
    }
    for (LayoutGroup& group : united) std::sort(group.nodes.begin(), group.nodes.end());
    groups_ = std::move(united);
    NumberNodes();
  }

  // The first reason stays: a loop is a loop, whatever joins it later.
  static void Mark(LayoutGroup* group, const std::string& reason) {
    if (reason.empty()) return;
    group->island = true;
    if (group->reason.empty()) group->reason = reason;
  }

  // Joined groups are united, with what lies between them, by the next Condense.
  void Join(uint32_t group, uint32_t feeder, const std::string& reason) {
    LayoutGroup& from = groups_[feeder];
    LayoutGroup& into = groups_[group];
    into.nodes.insert(into.nodes.end(), from.nodes.begin(), from.nodes.end());
    Mark(&into, from.reason);
    Mark(&into, reason);
    groups_.erase(groups_.begin() + feeder);
  }

  int EdgeWidth(const Edge& edge) const {
    const uint32_t from = group_of_[edge.node];
    return widths_[from] + (groups_[from].island ? 0 : edge.rank_width);
  }

  std::optional<Overflow> FindOverflow() {
    widths_.assign(groups_.size(), 0);
    for (uint32_t g = 0; g < groups_.size(); ++g) {
      if (nodes_[groups_[g].nodes[0]].source) continue;
      int width_in = 0;
      for (const NodeId id : groups_[g].nodes) {
        for (const Edge& edge : nodes_[id].inputs) {
          if (group_of_[edge.node] != g) width_in = std::max(width_in, EdgeWidth(edge));
        }
      }
      widths_[g] = WidthOut(groups_[g], nodes_, width_in);
      const int bits = std::max(width_in, widths_[g]);
      if (bits > Path::kMaxBits) return Overflow{g, bits};
    }
    for (const Edge& tap : taps_) {
      const int bits = EdgeWidth(tap);
      if (bits > Path::kMaxBits) return Overflow{group_of_[tap.node], bits};
    }
    return std::nullopt;
  }

  // The group, no source, with the longest paths into `group`. There is one, because paths that
  // come from sources alone always fit.
  uint32_t WidestFeeder(uint32_t group) const {
    uint32_t widest = group;
    int width = -1;
    for (const NodeId id : groups_[group].nodes) {
      for (const Edge& edge : nodes_[id].inputs) {
        const uint32_t from = group_of_[edge.node];
        if (from == group || nodes_[edge.node].source || EdgeWidth(edge) <= width) continue;
        widest = from;
        width = EdgeWidth(edge);
      }
    }
    CHECK(widest != group);
    return widest;
  }

  const std::vector<LayoutNode>& nodes_;
  const std::vector<Edge>& taps_;
  std::vector<LayoutGroup> groups_;
  std::vector<uint32_t> group_of_;  // of each node
  std::vector<int> widths_;         // of each group's rows
};

}  // namespace

std::vector<LayoutGroup> LayOut(const std::vector<LayoutNode>& nodes,
                                const std::vector<Edge>& taps) {
  return LayoutBuilder(nodes, taps).Build();
}

}  // namespace weir
