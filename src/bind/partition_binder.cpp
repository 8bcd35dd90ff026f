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

std::vector<uint32_t> InputsOf(const BoundQuery& query) {
  if (const auto* stream = std::get_if<BoundStreamInput>(&query.input)) return {stream->stream};
  if (const auto* join = std::get_if<BoundJoin>(&query.input)) {
    return {join->left.stream, join->right.stream};
  }
  return std::get<std::shared_ptr<const BoundPattern>>(query.input)->streams;
}

bool ReadsAny(const BoundQuery& query, const std::vector<bool>& streams) {
  for (uint32_t stream : InputsOf(query)) {
    if (streams[stream]) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> StreamPartitionFeedsItself(const BoundApp& app, uint32_t partition) {
  // What follows from the partition's output, first by first, until nothing new is reached.
  std::vector<bool> reached(app.streams.size(), false);
  std::vector<bool> taken(app.streams.size(), false);
  for (const BoundPartition::Key& key : app.partitions[partition].keys) taken[key.stream] = true;
  for (const BoundQuery& query : app.queries) {
    if (query.partition != partition) continue;
    for (uint32_t stream : InputsOf(query)) taken[stream] = !app.streams[stream].partition;
    if (query.target && !app.streams[*query.target].partition) reached[*query.target] = true;
  }
  for (bool progress = true; progress;) {
    progress = false;
    for (const BoundQuery& query : app.queries) {
      if (!query.target || reached[*query.target] || !ReadsAny(query, reached)) continue;
      reached[*query.target] = progress = true;
    }
  }
  for (size_t s = 0; s < app.streams.size(); ++s) {
    if (reached[s] && taken[s]) return app.streams[s].name;
  }
  return std::nullopt;
}

bool BindPartitionKeys(const ast::Partition& partition, StreamTable& streams, BindContext& context,
                       BoundPartition* bound) {
  bool ok = true;
  for (const ast::PartitionKey& key : partition.keys) {
    ok = BindKey(key, streams, context, bound) && ok;
  }
  return ok;
}

}  // namespace weir
