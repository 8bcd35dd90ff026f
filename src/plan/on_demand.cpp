#include "plan/on_demand.h"

#include "exec/select_operator.h"
#include "plan/lowering.h"

namespace weir {
namespace {

Chunk AllRows(const BoundOnDemand& query, const std::vector<FoundRows>& found, const OrderKey& key,
              TimeMs clock) {
  RowMetaBuilder meta;
  if (!query.source) {
    meta.Append(clock, RowKind::kCurrent, key);
    return meta.Finish(query.input, {});
  }
  const FoundRows& rows = found[*query.source];
  const TableStore& store = rows.table != nullptr ? rows.table->store : *rows.window;
  std::vector<RowId> ids;
  store.All(&ids);
  SortRows(store.rows(), store.order_column(), ids);
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < query.input->size(); ++c) columns.push_back(store.rows().Gather(c, ids));
  for (const RowId id : ids) meta.Append(store.rows().timestamp(id), RowKind::kCurrent, key);
  return meta.Finish(query.input, std::move(columns));
}

}  // namespace

std::vector<Chunk> SelectOnDemand(const BoundOnDemand& query, const std::vector<FoundRows>& found,
                                  TimeMs clock, uint64_t next_message) {
  Timeline timeline;
  timeline.base = clock;
  timeline.clocks.push_back(clock);
  timeline.first_message = next_message;
  Chunk rows = AllRows(query, found, {timeline.MessageMoment(0), Path()}, clock);
  if (query.on != nullptr && !rows.empty()) {
    rows = rows.WithSelection(EvalFilter(*query.on, {rows, &timeline}));
  }
  if (rows.empty()) return {};
  const auto select = MakeSelectOperator(NewSelect(query.select, query.input, /*expires=*/false));
  Port port;
  port.chunks.push_back(std::move(rows));
  std::vector<Chunk> selected;
  select->Process({timeline, {&port, 1}, std::nullopt}, &selected);
  return selected;
}

}  // namespace weir
