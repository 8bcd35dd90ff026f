// What a TableStore does with rows that are on disk.
#include <numeric>
#include <utility>

#include "exec/table_store.h"

namespace weir {

void TableStore::KeepOnDisk(std::shared_ptr<DiskTable> disk) {
  CHECK(size_ == 0 && disk_ == nullptr);
  std::vector<uint32_t> columns(stored_schema()->size());
  std::iota(columns.begin(), columns.end(), 0);
  view_ = std::make_unique<DiskView>(disk, stored_schema(), std::move(columns));
  disk_ = std::move(disk);
}

void TableStore::Refresh() {
  constexpr size_t kFetchedMax = 16384;
  if (disk_ == nullptr) return;
  if (!view_->IsOutdated()) {
    if (view_->fetched() < kFetchedMax) return;
    for (const RowId id : view_->TakeFetched()) Drop(id);
    return;
  }
  for (Index& index : indexes_) index.first = HashIndex();
  for (Ordered& ordered : ordered_) ordered.rows.Clear();
  for (RowId id = first_; id != kNoRow; id = order_[id].next) rows_.Release(id);
  first_ = last_ = kNoRow;
  size_ = 0;
  view_->Reset();
  Reclaim();
}

void TableStore::FetchRivals(const Chunk& stored) {
  if (disk_ == nullptr || primary_key_.empty()) return;
  std::vector<ColumnPtr> keys;
  for (const uint32_t column : primary_key_) keys.push_back(stored.column(column));
  Admit(view_->FetchKeys(keys, stored), nullptr);
}

void TableStore::Admit(const Chunk& rows, std::vector<RowId>* ids) {
  std::vector<RowId> added(rows.size());
  if (rows.empty()) return;
  rows_.Add(rows, 0, rows.size(), added.data());
  for (const RowId id : added) {
    Reserve(id);
    Append(id);
    view_->AddFetched(NumberOf(id), id);
  }
  if (ids != nullptr) ids->insert(ids->end(), added.begin(), added.end());
}

void TableStore::NoteInsert(RowId id) {
  disk_->Put({rows_, id}, nullptr);
  view_->AddChanged(NumberOf(id), id);
}

void TableStore::NoteRemove(RowId id) {
  disk_->Delete({rows_, id});
  view_->Remove(NumberOf(id));
}

// A primary key may go from one row to another: all leave theirs before one comes.
void TableStore::NoteReplace(std::span<const RowId> ids, std::span<const RowId> new_ids) {
  for (size_t i = 0; i < ids.size(); ++i) disk_->DeleteStale({rows_, ids[i]}, {rows_, new_ids[i]});
  for (size_t i = 0; i < ids.size(); ++i) {
    const StoredRow before{rows_, ids[i]};
    disk_->Put({rows_, new_ids[i]}, &before);
    view_->Remove(NumberOf(ids[i]));
    view_->AddChanged(NumberOf(new_ids[i]), new_ids[i]);
  }
}

}  // namespace weir
