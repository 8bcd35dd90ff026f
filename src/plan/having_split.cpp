#include "plan/having_split.h"

#include <algorithm>

#include "bind/lookup_binder.h"

namespace weir {

HavingSplit SplitHaving(const BoundSelect& select, const Schema& input, size_t outputs) {
  const size_t inputs = input.size();
  const size_t computed = inputs + select.aggregates.size();
  std::vector<bool> read(computed + outputs + select.having_lookups.size(), false);
  if (select.having != nullptr) CollectColumns(*select.having, &read);
  for (const BoundSelect::Order& order : select.order_by) CollectColumns(*order.value, &read);
  for (const BoundLookup& lookup : select.having_lookups) CollectRowColumns(lookup, &read);
  HavingSplit split;
  split.first = split.second = select;
  std::vector<Attribute> attributes = select.output->attributes();
  // Projections that read answers are computed by the second step.
  std::vector<bool> late(attributes.size(), false);
  for (uint32_t i = 0; i < attributes.size(); ++i) {
    std::vector<bool> used(read.size(), false);
    CollectColumns(*select.projections[i], &used);
    const auto answers = used.begin() + static_cast<std::ptrdiff_t>(computed + outputs);
    late[i] = std::find(answers, used.end(), true) != used.end();
    if (!late[i]) {
      split.second.projections[i] = MakeColumn(i, attributes[i].type, attributes[i].name);
      continue;
    }
    split.first.projections[i] = MakeConstant(Value::Null(attributes[i].type));
    for (size_t c = 0; c < read.size(); ++c) read[c] = read[c] || used[c];
  }
  const auto carry = [&](const ExprPtr& value) {
    split.first.projections.push_back(value);
    attributes.push_back({"", value->type()});
    return static_cast<uint32_t>(attributes.size()) - 1;
  };
  std::vector<uint32_t> mapping(read.size(), 0);
  for (uint32_t c = 0; c < computed; ++c) {
    if (!read[c]) continue;
    const BoundAggregate* aggregate = c < inputs ? nullptr : &select.aggregates[c - inputs];
    mapping[c] = carry(aggregate == nullptr ? MakeColumn(c, input[c].type, input[c].name)
                                            : MakeColumn(c, aggregate->result, aggregate->text));
  }
  for (ExprPtr& key : split.second.group_by) {
    key = MakeColumn(carry(key), key->type(), key->Describe());
  }
  const auto answers = static_cast<uint32_t>(attributes.size());
  const auto lookups = static_cast<uint32_t>(select.having_lookups.size());
  for (uint32_t i = 0; i < lookups; ++i) mapping[computed + outputs + i] = answers + i;
  for (uint32_t i = 0; i < outputs; ++i)
    mapping[computed + i] = late[i] ? answers + lookups + i : i;
  for (uint32_t i = 0; i < late.size(); ++i) {
    if (late[i]) split.second.projections[i] = RemapColumns(select.projections[i], mapping);
  }
  split.first.output = std::make_shared<const Schema>(std::move(attributes));
  split.first.having = nullptr;
  split.first.distinct = Distinct::kNo;
  split.first.order_by.clear();
  split.first.limit.reset();
  split.first.offset = 0;
  split.lookups = RemapRowColumns(select.having_lookups, mapping);
  split.folds = !select.aggregates.empty() || !select.group_by.empty();
  split.second.having_lookups.clear();
  split.second.aggregates.clear();
  if (select.having != nullptr) split.second.having = RemapColumns(select.having, mapping);
  for (BoundSelect::Order& order : split.second.order_by) {
    order.value = RemapColumns(order.value, mapping);
  }
  return split;
}

}  // namespace weir
