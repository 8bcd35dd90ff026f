#include "bind/query_binder.h"

namespace weir {
namespace {

bool BindKey(const ast::PartitionKey& written, StreamTable& streams, BindContext& context,
             BoundPartition* partition) {
  const auto found = streams.Find(written.stream.text);
  if (!found || streams.at(*found).partition) {
    context.UnknownName(written.stream.span, "unknown stream '" + written.stream.text + "'",
                        written.stream.text, streams.Names());
    return false;
  }
  for (const BoundPartition::Key& other : partition->keys) {
    if (other.stream != *found) continue;
    context.Error(written.span, "stream '" + written.stream.text + "' is partitioned twice");
    return false;
  }
  RowScope scope({{written.stream.text, "", streams.at(*found).schema, 0}});
  ExpressionBinder binder(context, scope);
  BoundPartition::Key key;
  key.stream = *found;
  if (const auto* value = std::get_if<ast::ValueKey>(&written.node)) {
    key.value = binder.Bind(*value->value);
    if (key.value == nullptr) return false;
  } else {
    for (const ast::LabelledRange& range : std::get<ast::RangeKey>(written.node).ranges) {
      ExprPtr condition = binder.BindCondition(*range.condition, "the condition of a range");
      if (condition == nullptr) return false;
      key.ranges.push_back({range.label, std::move(condition)});
    }
  }
  partition->keys.push_back(std::move(key));
  return true;
}

}  // namespace

bool BindPartitionKeys(const ast::Partition& partition, StreamTable& streams, BindContext& context,
                       BoundPartition* bound) {
  bool ok = true;
  for (const ast::PartitionKey& key : partition.keys) {
    ok = BindKey(key, streams, context, bound) && ok;
  }
  return ok;
}

}  // namespace weir
