#include "plan/on_demand.h"

#include "exec/select_operator.h"
#include "plan/lowering.h"
#include "plan/table_lowering.h"

namespace weir {
namespace {

// One row without values.
Chunk OneRow(const SchemaPtr& schema, const OrderKey& key, TimeMs clock) {
  RowMetaBuilder meta;
  meta.Append(clock, RowKind::kCurrent, key);
  return meta.Finish(schema, {});
}

// Rows of tables on disk that one question gets into memory at most.
constexpr size_t kDiskRowsMax = 1'000'000;

// Gets the rows on disk that satisfy the condition into memory.
Status AdmitFromDisk(const BoundOnDemand& query, const TableFinder& finder, TableStore* store,
                     const Timeline& timeline, std::vector<RowId>* ids) {
  const OrderKey key{timeline.MessageMoment(0), Path()};
  bool more = finder.BeginOnDisk(0);
  while (more) {
    Chunk rows;
    more = finder.NextOnDisk(0, &rows);
    if (query.on != nullptr && !rows.empty()) {
      RowMetaBuilder meta;
      for (uint32_t i = 0; i < rows.physical_size(); ++i) {
        meta.Append(rows.timestamp(i), RowKind::kCurrent, key);
      }
      std::vector<ColumnPtr> columns = rows.columns();
      columns.resize(query.input->size());
      Chunk asked = meta.Finish(query.input, std::move(columns));
      if (rows.selection() != nullptr) asked = asked.WithSelection(*rows.selection());
      rows = rows.WithSelection(EvalFilter(*query.on, {asked, &timeline}));
    }
    store->Admit(rows, ids);
    if (ids->size() > kDiskRowsMax) {
      store->view()->End();
      return Status(StatusCode::kLimit, "the question is about more than " +
                                            std::to_string(kDiskRowsMax) +
                                            " rows of a table on disk (limits.query_rows)");
    }
  }
  return Status::Ok();
}

// The rows that may satisfy the condition: of a table those that an index finds, if one can be
// used.
Result<std::vector<RowId>> Candidates(const BoundOnDemand& query, const BoundApp& app,
                                      const FoundRows& rows, const Chunk& one,
                                      const Timeline& timeline) {
  std::vector<RowId> ids;
  if (rows.table == nullptr) {
    rows.window->All(&ids);
    return ids;
  }
  TableStore& store = rows.table->store;
  store.Refresh();
  TableWrite parts;
  SplitForTable(app.streams[*query.source], query.on, 0, &parts);
  TableFinder finder(&store, parts, /*make_indexes=*/false);
  finder.Load(one, timeline);
  finder.Find(0, &ids);
  if (store.disk() == nullptr) return ids;
  const Status admitted = AdmitFromDisk(query, finder, &store, timeline, &ids);
  if (!admitted.ok()) return admitted;
  if (!store.disk()->status().ok()) return store.disk()->status();
  return ids;
}

Result<Chunk> SourceRows(const BoundOnDemand& query, const BoundApp& app,
                         const std::vector<FoundRows>& found, const Timeline& timeline,
                         TimeMs clock) {
  const OrderKey key{timeline.MessageMoment(0), Path()};
  const Chunk one = OneRow(query.input, key, clock);
  if (!query.source) return one;
  const FoundRows& rows = found[*query.source];
  const TableStore& store = rows.table != nullptr ? rows.table->store : *rows.window;
  auto candidates = Candidates(query, app, rows, one, timeline);
  if (!candidates.ok()) return candidates.status();
  std::vector<RowId> ids = std::move(candidates).value();
  RowMetaBuilder meta;
  SortRows(store.rows(), store.order_column(), ids);
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < query.input->size(); ++c) columns.push_back(store.rows().Gather(c, ids));
  for (const RowId id : ids) meta.Append(store.rows().timestamp(id), RowKind::kCurrent, key);
  return meta.Finish(query.input, std::move(columns));
}

Result<Chunk> Buckets(const BoundAggregationRead& read, const SchemaPtr& schema,
                      AggregationStore* store, const OrderKey& key, const Timeline& timeline) {
  RowMetaBuilder one;
  one.Append(timeline.base, RowKind::kCurrent, key);
  const Chunk row = one.Finish(std::make_shared<const Schema>(), {});
  const auto value = [&](const ExprPtr& expr) {
    return EvalColumn(*expr, {row, &timeline})->GetValue(0);
  };
  std::optional<Value> end;
  if (read.within_end != nullptr) end = value(read.within_end);
  const auto range = ResolveRange(store->spec(), value(read.within_begin), end, value(read.per));
  if (!range.ok()) return range.status();
  store->Purge(timeline.base);
  const std::vector<uint32_t> found = store->Find(range.value(), timeline.base);
  RowMetaBuilder meta;
  for (size_t i = 0; i < found.size(); ++i) meta.Append(timeline.base, RowKind::kCurrent, key);
  const std::vector<bool> all(schema->size(), true);
  return meta.Finish(schema, store->Read(range.value().level, found, all, key, timeline));
}

}  // namespace

Result<std::vector<Chunk>> SelectOnDemand(const BoundOnDemand& query, const BoundApp& app,
                                          const FoundInApp& found, TimeMs clock,
                                          uint64_t next_message) {
  Timeline timeline;
  timeline.base = clock;
  timeline.clocks.push_back(clock);
  timeline.first_message = next_message;
  Chunk rows;
  if (query.read) {
    Aggregation& aggregation = *found.aggregations[query.read->aggregation];
    auto buckets = Buckets(*query.read, query.input, &aggregation.store,
                           {timeline.MessageMoment(0), Path()}, timeline);
    if (!buckets.ok()) return buckets.status();
    rows = std::move(buckets).value();
  } else {
    auto found_rows = SourceRows(query, app, found.rows, timeline, clock);
    if (!found_rows.ok()) return found_rows.status();
    rows = std::move(found_rows).value();
  }
  if (query.on != nullptr && !rows.empty()) {
    rows = rows.WithSelection(EvalFilter(*query.on, {rows, &timeline}));
  }
  if (rows.empty()) return std::vector<Chunk>();
  const auto select = MakeSelectOperator(NewSelect(query.select, query.input, /*expires=*/false));
  Port port;
  port.chunks.push_back(std::move(rows));
  std::vector<Chunk> selected;
  select->Process({timeline, {&port, 1}, std::nullopt}, &selected);
  return selected;
}

}  // namespace weir
