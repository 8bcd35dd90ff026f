#pragma once

#include <string>
#include <vector>

#include "exec/dag.h"

namespace weir {

// What the layout needs to know of a node.
struct LayoutNode {
  bool source = false;
  bool lockstep = false;  // a partition: an island even alone
  bool multi_emitter = false;
  int timer_root_width = 0;
  std::vector<Edge> inputs;  // of all ports
};

// Nodes that run together: one ordinary node, or an island.
struct LayoutGroup {
  std::vector<NodeId> nodes;  // ascending
  bool island = false;
  std::string reason;  // of an island; empty: it is a partition alone
};

// Finds loops and sub-graphs whose call paths could need more than Path::kMaxBits bits, and sorts
// the groups topologically. Sub-graphs: as long as the paths of some group could be too long, it is
// joined with the group whose paths into it are the longest (and what lies between the two); an
// island's paths grow by one digit however many emitters it holds, so this ends.
std::vector<LayoutGroup> LayOut(const std::vector<LayoutNode>& nodes,
                                const std::vector<Edge>& taps);

}  // namespace weir
