#include "plan/column_use.h"

#include "bind/lookup_binder.h"

namespace weir {

size_t ColumnsBehind(const BoundSelect& select) {
  return select.lookups.size() + select.aggregates.size() + select.output->size() +
         select.having_lookups.size();
}

std::vector<bool> ColumnsRead(const BoundSelect& select, size_t input_columns) {
  std::vector<bool> used(input_columns + ColumnsBehind(select), false);
  for (const ExprPtr& expr : select.projections) CollectColumns(*expr, &used);
  for (const ExprPtr& expr : select.group_by) CollectColumns(*expr, &used);
  for (const BoundAggregate& aggregate : select.aggregates) {
    for (const ExprPtr& argument : aggregate.arguments) CollectColumns(*argument, &used);
  }
  if (select.having != nullptr) CollectColumns(*select.having, &used);
  for (const BoundSelect::Order& order : select.order_by) CollectColumns(*order.value, &used);
  used.resize(input_columns);
  for (const BoundLookup& lookup : select.lookups) CollectRowColumns(lookup, &used);
  for (const BoundLookup& lookup : select.having_lookups) CollectRowColumns(lookup, &used);
  return used;
}

ColumnSubset ColumnSubset::Of(const std::vector<bool>& used) {
  ColumnSubset subset;
  subset.new_position.resize(used.size(), 0);
  for (uint32_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    subset.new_position[i] = static_cast<uint32_t>(subset.kept.size());
    subset.kept.push_back(i);
  }
  return subset;
}

SchemaPtr ColumnSubset::Narrow(const Schema& schema) const {
  std::vector<Attribute> attributes;
  for (uint32_t position : kept) attributes.push_back(schema[position]);
  return std::make_shared<const Schema>(std::move(attributes));
}

BoundSelect RemapSelect(const BoundSelect& select, const std::vector<uint32_t>& mapping,
                        size_t new_inputs) {
  std::vector<uint32_t> full = mapping;
  for (size_t i = 0; i < ColumnsBehind(select); ++i)
    full.push_back(static_cast<uint32_t>(new_inputs + i));
  BoundSelect result = select;
  result.lookups = RemapRowColumns(select.lookups, full);
  result.having_lookups = RemapRowColumns(select.having_lookups, full);
  for (ExprPtr& expr : result.projections) expr = RemapColumns(expr, full);
  for (ExprPtr& expr : result.group_by) expr = RemapColumns(expr, full);
  for (BoundAggregate& aggregate : result.aggregates) {
    for (ExprPtr& argument : aggregate.arguments) argument = RemapColumns(argument, full);
  }
  if (result.having != nullptr) result.having = RemapColumns(result.having, full);
  for (BoundSelect::Order& order : result.order_by) order.value = RemapColumns(order.value, full);
  return result;
}

}  // namespace weir
