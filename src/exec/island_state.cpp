// How an IslandOperator is saved and loaded.
#include "exec/island_operator.h"

namespace weir {

void IslandOperator::SaveOwned(const std::string&, StateWriter& out) const {
  for (const Member& member : graphs_[kIsland].members) {
    if (member.graph != kIsland) {
      out.BeginOwner(member.part.name);
      SavePartition(graphs_[member.graph], out);
      out.EndOwner();
    } else if (member.part.op != nullptr) {
      member.part.op->SaveOwned(member.part.name, out);
    }
  }
}

void IslandOperator::LoadOwned(const std::string&, std::optional<TimeMs> now, StateReader& in) {
  for (Member& member : graphs_[kIsland].members) {
    if (member.graph == kIsland) {
      if (member.part.op != nullptr) member.part.op->LoadOwned(member.part.name, now, in);
    } else if (in.BeginOwner(member.part.name)) {
      LoadPartition(in, &graphs_[member.graph]);
      in.EndOwner();
    } else if (now) {
      graphs_[member.graph].keys->Start(*now);
    }
  }
}

// First the operators that serve all keys, each with a part.
void IslandOperator::SavePartition(const Graph& graph, StateWriter& out) const {
  const uint32_t section = out.NewSection();
  for (size_t m = 0; m < graph.members.size(); ++m) {
    const CircuitMember& part = graph.members[m].part;
    if (part.op == nullptr) continue;
    out.BeginPart(section, 0, m);
    part.op->Save(out);
    out.EndPart();
  }
  graph.keys->Save(out);
}

void IslandOperator::LoadPartition(StateReader& in, Graph* graph) {
  const uint32_t section = in.NewSection();
  for (size_t m = 0; m < graph->members.size(); ++m) {
    const CircuitMember& part = graph->members[m].part;
    if (part.op == nullptr) continue;
    uint8_t key_group = 0;
    uint64_t number = 0;
    if (!in.NextPart(section, &key_group, &number)) {
      in.Fail("an operator has no state");
      return;
    }
    if (in.Check(number == m, "an operator has no state")) part.op->Load(in);
    in.EndPart();
  }
  graph->keys->Load(in);
}

}  // namespace weir
