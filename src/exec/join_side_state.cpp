// How a JoinInput is saved and loaded.
#include <algorithm>
#include <utility>

#include "exec/id_state.h"
#include "exec/join_side.h"

namespace weir {

// Rows of a table change here and there, those of most windows in order.
uint32_t JoinInput::PartRows() const {
  return side_.find_set == FindSet::kExplicit ? 1 : RowStore::kPartRows;
}

// A table on disk has been told everything.
void JoinInput::Save(StateWriter& out) const {
  if (view_ != nullptr) return;
  out.Write(next_arrival_);
  const SavedWindowRows window_rows(by_window_row_, out);
  store_.Save(out, PartRows(), [&](RowId id, StateWriter& part) {
    window_rows.Save(id, part);
    part.Write(arrivals_[id]);
  });
}

void JoinInput::Load(StateReader& in) {
  if (view_ != nullptr) return;
  in.Read(next_arrival_);
  LoadedWindowRows window_rows(in, &by_window_row_);
  std::vector<std::pair<uint64_t, RowId>> rows;
  store_.Load(in, PartRows(), [&](RowId id, StateReader& part) {
    window_rows.Load(id, part);
    rows.emplace_back(part.Get<uint64_t>(), id);
  });
  window_rows.Finish();
  if (!in.ok()) return;
  std::sort(rows.begin(), rows.end());
  found_rows_ = rows.size();
  std::vector<RowId> ids;
  for (const auto& [arrival, id] : rows) {
    if (id >= arrivals_.size()) arrivals_.resize(std::max<size_t>(id + 1, arrivals_.size() * 2));
    arrivals_[id] = arrival;
    ids.push_back(id);
    if (ids.size() < kChunkRows) continue;
    IndexLoaded(ids);
    ids.clear();
  }
  if (!ids.empty()) IndexLoaded(ids);
}

// As if the rows arrived in one chunk.
void JoinInput::IndexLoaded(const std::vector<RowId>& ids) {
  RowMetaBuilder meta;
  for (const RowId id : ids) meta.Append(store_.timestamp(id), RowKind::kCurrent, OrderKey());
  std::vector<ColumnPtr> columns(stored_schema_->size());
  keys_at_hand_.clear();
  for (const uint32_t column : key_columns_) {
    if (columns[column] == nullptr) columns[column] = store_.Gather(column, ids);
    keys_at_hand_.push_back(columns[column]);
  }
  HashKeys(meta.Finish(stored_schema_, std::move(columns)), keys_at_hand_);
  for (uint32_t i = 0; i < ids.size(); ++i) AddToIndex(i, ids[i]);
  Unload();
}

}  // namespace weir
