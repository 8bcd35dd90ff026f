#include "plan/keyed_partition.h"

#include <algorithm>

#include "plan/partition_lowering.h"

namespace weir {
namespace {

bool Draws(const ExprPtr& expr) { return expr != nullptr && expr->volatile_value(); }

bool Draws(const std::vector<ExprPtr>& exprs) {
  return std::any_of(exprs.begin(), exprs.end(), [](const ExprPtr& expr) { return Draws(expr); });
}

bool Draws(const std::vector<BoundLookup>& lookups) {
  return std::any_of(lookups.begin(), lookups.end(), [](const BoundLookup& lookup) {
    return Draws(lookup.condition) || Draws(lookup.nested);
  });
}

bool Draws(const BoundSelect& select) {
  for (const BoundAggregate& aggregate : select.aggregates) {
    if (Draws(aggregate.arguments)) return true;
  }
  for (const BoundSelect::Order& order : select.order_by) {
    if (Draws(order.value)) return true;
  }
  return Draws(select.projections) || Draws(select.group_by) || Draws(select.having) ||
         Draws(select.lookups) || Draws(select.having_lookups);
}

bool Draws(const BoundStreamInput& input) {
  for (const BoundStreamFunctionCall& call : input.functions) {
    if (Draws(call.arguments)) return true;
  }
  return Draws(input.filters_before) || Draws(input.filters_after) || Draws(input.lookups) ||
         Draws(input.lookups_after);
}

bool Draws(const BoundPattern& pattern) {
  for (const PatternState& state : pattern.spec.states) {
    if (Draws(state.condition)) return true;
  }
  for (const std::vector<BoundStreamFunctionCall>& calls : pattern.functions) {
    for (const BoundStreamFunctionCall& call : calls) {
      if (Draws(call.arguments) || Draws(call.condition)) return true;
    }
  }
  const auto draws = [](const std::vector<BoundLookup>& lookups) { return Draws(lookups); };
  return std::any_of(pattern.lookups.begin(), pattern.lookups.end(), draws) ||
         std::any_of(pattern.state_lookups.begin(), pattern.state_lookups.end(), draws);
}

bool Draws(const BoundQuery& query) {
  if (query.write && (Draws(query.write->on) || Draws(query.write->lookups))) return true;
  if (query.write) {
    for (const TableWrite::Assignment& assignment : query.write->set) {
      if (Draws(assignment.value)) return true;
    }
  }
  if (Draws(query.select)) return true;
  if (const auto* stream = std::get_if<BoundStreamInput>(&query.input)) return Draws(*stream);
  if (const auto* join = std::get_if<BoundJoin>(&query.input)) {
    return Draws(join->left) || Draws(join->right) || Draws(join->on) || Draws(join->lookups);
  }
  if (const auto* join = std::get_if<BoundAggregationJoin>(&query.input)) {
    return Draws(join->rows) || Draws(join->on) || Draws(join->asks) || Draws(join->lookups);
  }
  return Draws(*std::get<std::shared_ptr<const BoundPattern>>(query.input));
}

// Numbers drawn at random follow from the path of a row, which is another one here.
bool Draws(const BoundApp& app) {
  for (const BoundAggregation& aggregation : app.aggregations) {
    if (Draws(aggregation.input) || Draws(aggregation.select)) return true;
  }
  return std::any_of(app.queries.begin(), app.queries.end(),
                     [](const BoundQuery& query) { return Draws(query); });
}

// Batches, and windows of length or time 0.
bool MayReset(const BoundWindow& window) {
  const auto is_zero = [](const Argument& argument) {
    return argument.constant && !argument.constant->is_null() &&
           IsNumeric(argument.constant->type()) && argument.constant->ToText() == "0";
  };
  return window.spec->batch ||
         std::any_of(window.arguments.begin(), window.arguments.end(), is_zero);
}

bool ServesAllKeys(const BoundApp& app, const BoundQuery& query) {
  const auto* input = std::get_if<BoundStreamInput>(&query.input);
  if (input == nullptr || query.rate || StreamsRead(query).size() != 1) return false;
  const BoundStream& stream = app.streams[input->stream];
  if (stream.table || stream.named_window || stream.partition) return false;
  if (query.target && app.streams[*query.target].partition) return false;
  if (input->numbered || !input->functions.empty()) return false;
  const BoundSelect& select = query.select;
  if (select.distinct == Distinct::kForever) return false;
  if (!input->window) return true;
  if (input->window->spec->reads_whole_row) return false;
  if (select.aggregates.empty() || !MayReset(*input->window)) return true;
  // A reset is for one key: it clears the group of the key, if that is all there is.
  return select.group_by.empty() &&
         std::none_of(select.aggregates.begin(), select.aggregates.end(),
                      [](const BoundAggregate& a) { return a.spec->keeps_forever; });
}

}  // namespace

bool CanServeAllKeys(const BoundApp& app, uint32_t p) {
  const BoundPartition& partition = app.partitions[p];
  if (partition.purge || partition.keys.size() != 1) return false;
  const BoundPartition::Key& key = partition.keys[0];
  if (key.value == nullptr || !key.ranges.empty()) return false;
  if (key.value->type() == Type::kObject || PartitionInputs(app, p).size() != 1) return false;
  for (const BoundQuery& query : app.queries) {
    if (query.partition == p && !ServesAllKeys(app, query)) return false;
  }
  return !Draws(app);
}

}  // namespace weir
