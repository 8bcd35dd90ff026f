#include "bind/fault_loops.h"

#include <algorithm>

#include "bind/lookup_binder.h"

namespace weir {
namespace {

std::vector<uint32_t> InputsOf(const BoundQuery& query) {
  if (const auto* stream = std::get_if<BoundStreamInput>(&query.input)) return {stream->stream};
  if (const auto* join = std::get_if<BoundJoin>(&query.input)) {
    return {join->left.stream, join->right.stream};
  }
  if (const auto* reader = std::get_if<BoundAggregationJoin>(&query.input)) {
    return {reader->rows.stream};
  }
  return std::get<std::shared_ptr<const BoundPattern>>(query.input)->streams;
}

// What leads to what: the streams of an app, then its queries (those of a partition as one), then
// its aggregations.
class FlowGraph {
 public:
  explicit FlowGraph(const BoundApp& app)
      : app_(app),
        next_(app.streams.size() + app.queries.size() + app.partitions.size() +
              app.aggregations.size()) {
    for (uint32_t q = 0; q < app.queries.size(); ++q) AddQuery(q);
    for (uint32_t p = 0; p < app.partitions.size(); ++p) {
      for (const BoundPartition::Key& key : app.partitions[p].keys) {
        next_[key.stream].push_back(PartitionNode(p));
      }
    }
    for (uint32_t a = 0; a < app.aggregations.size(); ++a) {
      const BoundStreamInput& input = app.aggregations[a].input;
      next_[input.stream].push_back(AggregationNode(a));
      if (app.streams[input.stream].fault_stream) {
        next_[AggregationNode(a)].push_back(*app.streams[input.stream].fault_stream);
      }
      for (const BoundLookup* lookup : LookupsOf(input)) {
        next_[lookup->table].push_back(AggregationNode(a));
      }
    }
  }

  bool QueryInLoop(uint32_t query) const { return InLoop(QueryNode(query)); }
  bool AggregationInLoop(uint32_t aggregation) const {
    return InLoop(AggregationNode(aggregation));
  }

 private:
  bool InLoop(size_t start) const {
    std::vector<bool> reached(next_.size(), false);
    std::vector<size_t> open{start};
    while (!open.empty()) {
      const size_t node = open.back();
      open.pop_back();
      for (const size_t next : next_[node]) {
        if (next == start) return true;
        if (!reached[next]) open.push_back(next);
        reached[next] = true;
      }
    }
    return false;
  }

  size_t QueryNode(uint32_t q) const {
    const auto& partition = app_.queries[q].partition;
    return partition ? PartitionNode(*partition) : app_.streams.size() + q;
  }
  size_t PartitionNode(uint32_t p) const { return app_.streams.size() + app_.queries.size() + p; }
  size_t AggregationNode(uint32_t a) const { return PartitionNode(0) + app_.partitions.size() + a; }

  void AddQuery(uint32_t q) {
    const BoundQuery& query = app_.queries[q];
    const size_t node = QueryNode(q);
    for (const uint32_t stream : InputsOf(query)) {
      next_[stream].push_back(node);
      if (app_.streams[stream].fault_stream) {
        next_[node].push_back(*app_.streams[stream].fault_stream);
      }
    }
    for (const BoundLookup* lookup : LookupsOf(query)) next_[lookup->table].push_back(node);
    if (query.target) next_[node].push_back(*query.target);
    if (query.write) {
      for (const BoundLookup* lookup : LookupsOf(*query.write)) {
        next_[lookup->table].push_back(*query.target);
      }
    }
    if (const auto* reader = std::get_if<BoundAggregationJoin>(&query.input)) {
      const size_t aggregation = AggregationNode(reader->read.aggregation);
      next_[InputsOf(query)[0]].push_back(aggregation);
      next_[aggregation].push_back(node);
    }
  }

  const BoundApp& app_;
  std::vector<std::vector<size_t>> next_;
};

}  // namespace

void FindFaultLoops(BoundApp* app) {
  const FlowGraph graph(*app);
  for (uint32_t q = 0; q < app->queries.size(); ++q) {
    const std::vector<uint32_t> streams = InputsOf(app->queries[q]);
    const bool kept = std::any_of(streams.begin(), streams.end(), [app](uint32_t stream) {
      return app->streams[stream].fault_stream.has_value();
    });
    app->queries[q].faults_in_loop = kept && graph.QueryInLoop(q);
  }
  for (uint32_t a = 0; a < app->aggregations.size(); ++a) {
    BoundAggregation& aggregation = app->aggregations[a];
    aggregation.faults_in_loop =
        app->streams[aggregation.input.stream].fault_stream && graph.AggregationInLoop(a);
  }
}

}  // namespace weir
