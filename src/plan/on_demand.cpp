#include "plan/on_demand.h"

#include "exec/select_operator.h"
#include "plan/having_split.h"
#include "plan/lowering.h"
#include "plan/table_lowering.h"

namespace weir {
namespace {

using Asked = std::vector<std::shared_ptr<TableLookup>>;

// Gives a look-up, and those nested in it, the rows of their tables. Those on disk it finds itself.
void FillLookup(const FoundInApp& found, const LoweredLookup& lowered, const Timeline& timeline,
                TableLookup* lookup, size_t* table) {
  const TableStore& store = found.rows[lowered.table].table->store;
  const size_t at = (*table)++;
  if (store.disk() == nullptr) {
    const OrderKey key{timeline.MessageMoment(0), Path()};
    std::vector<RowId> ids;
    store.All(&ids);
    std::vector<ColumnPtr> columns;
    for (const uint32_t c : lowered.columns) columns.push_back(store.rows().Gather(c, ids));
    RowMetaBuilder meta;
    meta.Reserve(ids.size());
    for (const RowId id : ids) {
      meta.Append(timeline.base, RowKind::kFindAdd, key);
      meta.AppendRowId(id);
    }
    const Chunk rows = meta.Finish(lowered.spec.table, std::move(columns));
    lookup->Change(at, rows, 0, rows.size(), timeline);
  }
  for (const LoweredLookup& nested : lowered.nested) {
    FillLookup(found, nested, timeline, lookup, table);
  }
}

Timeline At(TimeMs clock) {
  Timeline timeline;
  timeline.base = clock;
  timeline.clocks.push_back(clock);
  return timeline;
}

// A look-up over `rows` as it answers between two epochs.
std::shared_ptr<TableLookup> LookupNow(const FoundInApp& found, const SchemaPtr& rows,
                                       const LoweredLookup& lowered, TimeMs clock) {
  auto lookup = std::make_shared<TableLookup>(rows, lowered.spec);
  size_t table = 0;
  FillLookup(found, lowered, At(clock), lookup.get(), &table);
  return lookup;
}

DiskOfTable DiskOf(const FoundInApp& found) {
  return [&found](uint32_t table) {
    const std::shared_ptr<Table>& holder = found.rows[table].table;
    return std::shared_ptr<DiskTable>(holder, holder->store.disk());
  };
}

Asked LookupsNow(const BoundApp& app, const FoundInApp& found, const SchemaPtr& rows,
                 const std::vector<BoundLookup>& lookups, TimeMs clock) {
  Asked asked;
  for (const BoundLookup& lookup : lookups) {
    asked.push_back(LookupNow(
        found, rows, LowerLookup(app, rows, lookup, DiskOf(found), /*make_indexes=*/false), clock));
  }
  return asked;
}

// Those of the rows for which the condition of the question holds.
Chunk Kept(const BoundOnDemand& query, const Chunk& rows, const Asked& lookups,
           const Timeline& timeline) {
  if (query.on == nullptr || rows.empty()) return rows;
  const Chunk answered = WithAnswers(rows, lookups, timeline);
  return rows.WithSelection(EvalFilter(*query.on, {answered, &timeline}));
}

// One row without values.
Chunk OneRow(const SchemaPtr& schema, const OrderKey& key, TimeMs clock) {
  RowMetaBuilder meta;
  meta.Append(clock, RowKind::kCurrent, key);
  return meta.Finish(schema, {});
}

// Rows of tables on disk that one question gets into memory at most.
constexpr size_t kDiskRowsMax = 1'000'000;

// Gets the rows on disk that satisfy the condition into memory.
Status AdmitFromDisk(const BoundOnDemand& query, const Asked& lookups, const TableFinder& finder,
                     TableStore* store, const Timeline& timeline, std::vector<RowId>* ids) {
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
      asked = Kept(query, asked, lookups, timeline);
      Selection kept;
      for (uint32_t i = 0; i < asked.size(); ++i) kept.push_back(asked.Row(i));
      rows = rows.WithSelection(std::move(kept));
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
                                      const FoundRows& rows, const Asked& lookups, const Chunk& one,
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
  const Status admitted = AdmitFromDisk(query, lookups, finder, &store, timeline, &ids);
  if (!admitted.ok()) return admitted;
  if (!store.disk()->status().ok()) return store.disk()->status();
  return ids;
}

Result<Chunk> SourceRows(const BoundOnDemand& query, const BoundApp& app,
                         const std::vector<FoundRows>& found, const Asked& lookups,
                         const Timeline& timeline, TimeMs clock) {
  const OrderKey key{timeline.MessageMoment(0), Path()};
  const Chunk one = OneRow(query.input, key, clock);
  if (!query.source) return one;
  const FoundRows& rows = found[*query.source];
  const TableStore& store = rows.table != nullptr ? rows.table->store : *rows.window;
  auto candidates = Candidates(query, app, rows, lookups, one, timeline);
  if (!candidates.ok()) return candidates.status();
  std::vector<RowId> ids = std::move(candidates).value();
  RowMetaBuilder meta;
  SortRows(store.rows(), store.order_column(), ids);
  const auto index = FoundInOrderOf(app.streams[*query.source], query.on, 0);
  if (index) SortRows(store.rows(), *index, ids);
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

std::vector<Chunk> Selected(SelectSpec spec, const Timeline& timeline, const Port& rows) {
  std::vector<Chunk> selected;
  MakeSelectOperator(std::move(spec))->Process({timeline, {&rows, 1}, std::nullopt}, &selected);
  return selected;
}

}  // namespace

Table::Asked WriteOnDemand(const BoundOnDemand& query, const BoundApp& app, const FoundInApp& found,
                           TimeMs clock) {
  std::vector<LoweredLookup> lowered;
  Table::Asked asked;
  asked.write = LowerTableWrite(app, *query.write, query.select.output, DiskOf(found), &lowered,
                                /*make_indexes=*/false);
  for (const LoweredLookup& lookup : lowered) {
    asked.lookups.push_back(LookupNow(found, asked.write.pairs, lookup, clock));
  }
  return asked;
}

Result<std::vector<Chunk>> SelectOnDemand(const BoundOnDemand& query, const BoundApp& app,
                                          const FoundInApp& found, TimeMs clock,
                                          uint64_t next_message) {
  Timeline timeline = At(clock);
  timeline.first_message = next_message;
  const Asked lookups = LookupsNow(app, found, query.input, query.lookups, clock);
  Chunk rows;
  if (query.read) {
    Aggregation& aggregation = *found.aggregations[query.read->aggregation];
    auto buckets = Buckets(*query.read, query.input, &aggregation.store,
                           {timeline.MessageMoment(0), Path()}, timeline);
    if (!buckets.ok()) return buckets.status();
    rows = std::move(buckets).value();
  } else {
    auto found_rows = SourceRows(query, app, found.rows, lookups, timeline, clock);
    if (!found_rows.ok()) return found_rows.status();
    rows = std::move(found_rows).value();
  }
  rows = Kept(query, rows, lookups, timeline);
  if (rows.empty()) return std::vector<Chunk>();
  const BoundSelect& select = query.select;
  Port port;
  port.chunks.push_back(
      WithAnswers(rows, LookupsNow(app, found, query.input, select.lookups, clock), timeline));
  const SchemaPtr answered = WithAnswerColumns(*query.input, select.lookups.size());
  if (select.having_lookups.empty()) {
    return Selected(NewSelect(select, answered, /*expires=*/false), timeline, port);
  }
  const HavingSplit split = SplitHaving(select, *answered, select.output->size());
  SelectSpec first = NewSelect(split.first, answered, /*expires=*/false);
  first.every_row = true;
  port.chunks = Selected(std::move(first), timeline, port);
  const Asked having = LookupsNow(app, found, split.first.output, split.lookups, clock);
  for (Chunk& chunk : port.chunks) chunk = WithAnswers(std::move(chunk), having, timeline);
  SelectSpec second =
      NewSelect(split.second, WithAnswerColumns(*split.first.output, split.lookups.size()),
                /*expires=*/false);
  second.last_row = split.folds;
  return Selected(std::move(second), timeline, port);
}

}  // namespace weir
