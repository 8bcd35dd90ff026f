#include "plan/state_units.h"

#include <algorithm>
#include <map>
#include <set>

#include "plan/lowering.h"

namespace weir {
namespace {

bool IsQueryNode(const PlanNode& node) { return !node.query.empty() || node.kind == "partition"; }

// The stream, table or window that a node outside of queries is about.
std::string Subject(const PlanNode& node) {
  const std::string& detail = node.detail;
  for (const char* before : {"into ", "of "}) {
    const size_t at = detail.rfind(before);
    if (at != std::string::npos && (node.kind != "window" && node.kind != "table")) {
      return detail.substr(at + std::string_view(before).size());
    }
  }
  return detail.substr(0, detail.find_first_of(" :"));
}

std::string UnitName(const PlanNode& node) {
  if (!node.query.empty()) return "query '" + node.query + "'";
  if (node.kind == "partition") return "partition '" + node.owner + "'";
  if (node.kind == "split") {
    return "partition '" + node.detail.substr(0, node.detail.find(':')) + "'";
  }
  if (node.kind == "aggregation") {
    return "aggregation '" + node.detail.substr(0, node.detail.find(':')) + "'";
  }
  return "'" + Subject(node) + "'";
}

std::string TypedSchema(const Schema& schema) {
  std::string text;
  for (const Attribute& attribute : schema.attributes()) {
    text += (text.empty() ? "(" : ", ") + attribute.name + " ";
    text += TypeName(attribute.type);
  }
  return text + ")";
}

class Units {
 public:
  Units(const BoundApp& app, const Plan& plan) : app_(app), plan_(plan) {}

  std::vector<StateUnit> Make() {
    for (NodeId id = 0; id < plan_.graph.size(); ++id) {
      const PlanNode& node = plan_.graph[id];
      if (node.kind == "stream") continue;
      StateUnit& unit = UnitOf(UnitName(node));
      unit.owners.push_back(node.owner);
      AddLine(id, &unit);
      AddRead(id, &unit);
    }
    return std::move(units_);
  }

 private:
  StateUnit& UnitOf(const std::string& name) {
    const auto [at, added] = places_.emplace(name, units_.size());
    if (added) units_.push_back({name, "", {}});
    return units_[at->second];
  }

  void AddLine(NodeId id, StateUnit* unit) {
    if (!lines_[unit->name].insert(id).second) return;
    const PlanNode& node = plan_.graph[id];
    unit->shape += node.kind + " ";
    if (node.kind == "stream") {
      unit->shape += plan_.sources[id].name + " " + TypedSchema(*plan_.sources[id].schema);
    } else {
      unit->shape += node.detail;
    }
    if (node.kind == "table") AddPrimaryKey(node.detail, unit);
    unit->shape += "\n";
  }

  void AddPrimaryKey(const std::string& table, StateUnit* unit) {
    const BoundStream* stream = app_.FindStream(table);
    if (stream == nullptr || !stream->table) return;
    for (const uint32_t column : stream->table->primary_key) {
      unit->shape += " key " + (*stream->schema)[column].name;
    }
    if (stream->table->disk_cache_bytes) unit->shape += " on disk";
  }

  // Everything outside of queries that rows come from on their way to the node.
  void AddRead(NodeId id, StateUnit* unit) {
    for (const NodeId input : plan_.graph[id].inputs) {
      if (IsQueryNode(plan_.graph[input]) || lines_[unit->name].count(input) > 0) continue;
      AddLine(input, unit);
      AddRead(input, unit);
    }
  }

  const BoundApp& app_;
  const Plan& plan_;
  std::vector<StateUnit> units_;
  std::map<std::string, size_t> places_;
  std::map<std::string, std::set<NodeId>> lines_;  // by unit
};

const StateUnit* Find(const std::vector<StateUnit>& units, const std::string& name) {
  const auto at = std::find_if(units.begin(), units.end(),
                               [&](const StateUnit& unit) { return unit.name == name; });
  return at == units.end() ? nullptr : &*at;
}

// The first line in which two shapes differ.
std::string LineOf(const std::string& shape, const std::string& other) {
  size_t begin = 0;
  while (begin < shape.size()) {
    size_t end = shape.find('\n', begin);
    if (end == std::string::npos) end = shape.size();
    if (shape.compare(begin, end - begin, other, begin, std::min(end, other.size()) - begin) != 0) {
      return shape.substr(begin, end - begin);
    }
    begin = end + 1;
    if (begin > other.size()) break;
  }
  return begin < shape.size() ? shape.substr(begin, shape.find('\n', begin) - begin) : "nothing";
}

}  // namespace

std::vector<StateUnit> StateUnitsOf(const BoundApp& app, const Plan& plan) {
  return Units(app, plan).Make();
}

UnitChanges CompareUnits(const std::vector<StateUnit>& saved, const std::vector<StateUnit>& now) {
  UnitChanges changes;
  for (const StateUnit& unit : saved) {
    const StateUnit* other = Find(now, unit.name);
    if (other == nullptr) {
      changes.gone.push_back(unit.name);
      changes.details.push_back(unit.name + " is gone");
    } else if (other->shape != unit.shape) {
      changes.changed.push_back(unit.name);
      changes.details.push_back(unit.name + " was: " + LineOf(unit.shape, other->shape) +
                                "; is: " + LineOf(other->shape, unit.shape));
    }
  }
  for (const StateUnit& unit : now) {
    if (Find(saved, unit.name) != nullptr) continue;
    changes.added.push_back(unit.name);
    changes.details.push_back(unit.name + " is new");
  }
  return changes;
}

}  // namespace weir
