// What a JoinInput does with the rows of a table on disk.
#include <utility>

#include "exec/join_side.h"

namespace weir {

void JoinInput::Refresh() {
  if (!view_->IsOutdated()) return;
  lists_ = KeyLists();
  ordered_.Clear();
  for (const RowId id : view_->rows()) store_.Release(id);
  view_->Reset();
  Reclaim();
}

void JoinInput::FetchFor(const JoinInput& other) {
  constexpr size_t kFetchedMax = 16384;
  Refresh();
  if (view_->fetched() > kFetchedMax) {
    for (const RowId id : view_->TakeFetched()) TakeAway(id);
    Reclaim();
  }
  if (side_.disk.access.kind != DiskAccess::Kind::kPrimaryKey) return;
  std::vector<ColumnPtr> keys;
  for (const uint32_t k : side_.disk.access.key_of) keys.push_back(other.keys_at_hand_[k]);
  Admit(view_->FetchKeys(keys, other.at_hand_));
}

void JoinInput::TakeChange(const Chunk& chunk, uint32_t row) {
  const bool adds = chunk.kind(row) == RowKind::kFindAdd;
  if (view_ == nullptr) {
    if (adds) {
      Insert(row, chunk.row_id(row));
    } else {
      Remove(chunk.row_id(row));
    }
    return;
  }
  const int64_t number = chunk.column(view_->number_column())->values<int64_t>()[row];
  if (adds) {
    const RowId id = loaded_[row];
    view_->AddChanged(number, id);
    AddToIndex(row, id);
  } else {
    const RowId id = view_->Find(number);
    if (id != kNoRow) TakeAway(id);
    view_->Remove(number);
  }
}

// The chunk at hand of this input is another one and stays so.
void JoinInput::Admit(const Chunk& rows) {
  if (rows.empty()) return;
  std::vector<RowId> ids(rows.size());
  store_.Add(rows, 0, rows.size(), ids.data());
  const Column& numbers = *rows.column(view_->number_column());
  for (uint32_t i = 0; i < rows.size(); ++i) {
    view_->AddFetched(numbers.values<int64_t>()[rows.Row(i)], ids[i]);
  }
  Chunk at_hand = std::move(at_hand_);
  std::vector<uint64_t> hashes = std::move(hashes_);
  std::vector<uint8_t> matchless = std::move(matchless_);
  std::vector<ColumnPtr> keys = std::move(keys_at_hand_);
  std::vector<ColumnPtr> bounds = std::move(bounds_at_hand_);
  IndexLoaded(ids);
  at_hand_ = std::move(at_hand);
  hashes_ = std::move(hashes);
  matchless_ = std::move(matchless);
  keys_at_hand_ = std::move(keys);
  bounds_at_hand_ = std::move(bounds);
}

bool JoinInput::BeginOnDisk(const JoinInput& other, uint32_t row) {
  const DiskAccess& access = side_.disk.access;
  if (access.kind == DiskAccess::Kind::kPrimaryKey) return false;
  OrderedRange range;
  if (side_.ordered_column) {
    if (!BoundsOf(other, row, &range)) return false;
  } else if (other.matchless_[row] != 0) {
    return false;
  } else if (access.kind == DiskAccess::Kind::kIndex &&
             !DiskTable::FindBits(access, other.keys_at_hand_, row, &range)) {
    return false;
  }
  view_->Begin(access, range);
  return true;
}

bool JoinInput::NextOnDisk(const JoinInput& other, uint32_t row, std::vector<RowId>* matches) {
  Chunk rows;
  const bool more = view_->Next(&rows);
  std::vector<RowId> ids(rows.size());
  if (!rows.empty()) store_.Add(rows, 0, rows.size(), ids.data());
  for (const RowId id : ids) {
    if (!side_.ordered_column && !KeysEqual(id, other, row)) {
      store_.Release(id);  // an index may give other rows too
      continue;
    }
    borrowed_.push_back(id);
    matches->push_back(id);
  }
  return more;
}

void JoinInput::ReleaseBorrowed(size_t from, const std::vector<RowId>& kept) {
  size_t next = 0;
  size_t end = from;
  for (size_t i = from; i < borrowed_.size(); ++i) {
    if (next < kept.size() && kept[next] == borrowed_[i]) {
      ++next;
      borrowed_[end++] = borrowed_[i];
    } else {
      store_.Release(borrowed_[i]);
    }
  }
  borrowed_.resize(end);
}

}  // namespace weir
