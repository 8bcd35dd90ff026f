#include <algorithm>

#include "plan/lowering.h"

namespace weir {

NodeId QueryLowering::LowerPattern(const BoundPattern& pattern, const std::vector<Edge>& inputs) {
  std::vector<Edge> rows;
  for (size_t i = 0; i < inputs.size(); ++i) {
    Chain chain{inputs[i], app_.streams[pattern.streams[i]].schema};
    for (const BoundStreamFunctionCall& call : pattern.functions[i]) {
      chain = PatternFunction(std::move(chain), call);
    }
    rows.push_back(Lookups(std::move(chain), pattern.lookups[i]).edge);
  }
  PatternSpec spec = pattern.spec;
  spec.lateness = app_.lateness;
  for (size_t s = 0; s < spec.states.size(); ++s) {
    const std::vector<NodeId> tables = StateLookups(pattern, s, &spec);
    for (const NodeId table : tables) rows.push_back({table, 0, 0});
  }
  const std::string kind = pattern.spec.sequence ? "sequence" : "pattern";
  std::string text = DescribeAutomaton(spec, "text");
  if (text.starts_with(kind)) text.erase(0, std::min(text.size(), kind.size() + 1));
  PlanNode described{kind, std::move(text), query_.name, {}, DescribeAutomaton(spec, "dot")};
  auto automaton = BuildAutomaton(spec);
  CHECK(automaton.ok());  // the binder has validated it
  auto make = [automaton = std::move(automaton).value(), place = roots_->Next(true)] {
    return MakePatternOperator(place, automaton);
  };
  const NodeId node =
      graph_->AddNode(std::move(described), std::move(make), static_cast<int>(rows.size()), true);
  for (size_t i = 0; i < rows.size(); ++i) {
    graph_->Connect(node, static_cast<int>(i), rows[i]);
  }
  // Aggregates do not count what was given up: the binder refuses them then.
  return Select({{node, 0, 0}, query_.input_schema}, query_.select, false);
}

// The tables that a state's look-ups find, as far as they go to the pattern itself.
std::vector<NodeId> QueryLowering::StateLookups(const BoundPattern& pattern, size_t state,
                                                PatternSpec* spec) {
  PatternState& asking = spec->states[state];
  const SchemaPtr rows = ConditionRows(*spec, asking);
  std::string detail;
  std::vector<NodeId> tables =
      ConnectLookups(rows, pattern.state_lookups[state], &asking.lookups, &detail);
  if (graph_->per_key()) asking.shared_lookups = ShareLookups(rows, asking.lookups, &tables);
  return tables;
}

}  // namespace weir
