// How rows of a table are looked for.
#include <algorithm>

#include "exec/table_operator.h"

namespace weir {
namespace {

bool EqualValues(const Column& a, uint32_t row_a, const Column& b, uint32_t row_b) {
  return DispatchType(a.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, ObjectRef>) {
      return ObjectsEqual(a.values<T>()[row_a], b.values<T>()[row_b]);
    } else {
      return a.values<T>()[row_a] == b.values<T>()[row_b];
    }
  });
}

}  // namespace

TableFinder::TableFinder(TableStore* store, const TableWrite& write, bool make_indexes)
    : store_(store), keys_(write.keys), key_columns_(write.key_columns), bounds_(write.bounds) {
  if (!keys_.empty()) access_ = store->FindAccess(key_columns_);
  if (!keys_.empty() && !access_ && make_indexes) {
    store->IndexOf(key_columns_);
    access_ = store->FindAccess(key_columns_);
  }
  ordered_column_ = write.ordered_column;
  if (ordered_column_) ordered_ = store->OrderedIndexOf(*ordered_column_);
  if (store->disk() == nullptr) return;
  if (!keys_.empty()) disk_access_ = store->disk()->AccessTo(key_columns_, make_indexes);
  if (ordered_) disk_access_ = store->disk()->OrderedAccessTo(*ordered_column_, make_indexes);
}

void TableFinder::Load(const Chunk& rows, const Timeline& timeline) {
  key_values_.clear();
  for (const ExprPtr& key : keys_) key_values_.push_back(EvalColumn(*key, {rows, &timeline}));
  accessed_.clear();
  if (access_) {
    for (const uint32_t k : access_->key_of) accessed_.push_back(key_values_[k]);
    store_->Fetch(access_->index, accessed_, rows);
  }
  bound_values_.clear();
  for (const OrderedBound& bound : bounds_) {
    bound_values_.push_back(EvalColumn(*bound.probe, {rows, &timeline}));
  }
}

void TableFinder::Approach(const Chunk& rows, uint32_t i) const {
  constexpr uint32_t kBlock = TableStore::kPrefetchBlock;
  if (!access_ || i % kBlock != 0) return;
  store_->Prefetch(access_->index, accessed_, rows, i, std::min(i + kBlock, rows.size()));
}

void TableFinder::Find(uint32_t row, std::vector<RowId>* ids) const {
  const size_t begin = ids->size();
  if (access_) {
    store_->Find(access_->index, accessed_, row, ids);
    if (accessed_.size() < keys_.size()) KeepEqual(row, begin, ids);
    return;
  }
  if (ordered_) {
    OrderedRange range;
    if (RangeOf(row, &range)) store_->FindOrdered(*ordered_, range, ids);
    return;
  }
  store_->All(ids);
  if (!keys_.empty()) KeepEqual(row, begin, ids);
}

void TableFinder::KeepEqual(uint32_t row, size_t begin, std::vector<RowId>* ids) const {
  std::vector<Value> values;
  for (const ColumnPtr& key : key_values_) values.push_back(key->GetValue(row));
  const auto differs = [&](RowId id) {
    for (size_t k = 0; k < values.size(); ++k) {
      if (values[k].is_null()) return true;
      if (!(store_->rows().GetValue(key_columns_[k], id) == values[k])) return true;
    }
    return false;
  };
  ids->erase(std::remove_if(ids->begin() + static_cast<std::ptrdiff_t>(begin), ids->end(), differs),
             ids->end());
}

bool TableFinder::RangeOf(uint32_t row, OrderedRange* range) const {
  for (size_t b = 0; b < bounds_.size(); ++b) {
    if (!NarrowByValue(*bound_values_[b], row, bounds_[b].op, range)) return false;
  }
  return true;
}

// By primary key everything was fetched.
bool TableFinder::BeginOnDisk(uint32_t row) const {
  if (disk_access_.kind == DiskAccess::Kind::kPrimaryKey) return false;
  OrderedRange range;
  if (ordered_ && !RangeOf(row, &range)) return false;
  const bool by_keys = !ordered_ && disk_access_.kind == DiskAccess::Kind::kIndex;
  if (by_keys && !DiskTable::FindBits(disk_access_, key_values_, row, &range)) return false;
  store_->view()->Begin(disk_access_, range);
  return true;
}

bool TableFinder::NextOnDisk(uint32_t row, Chunk* rows) const {
  const bool more = store_->view()->Next(rows);
  Selection kept;
  for (uint32_t found = 0; found < rows->physical_size(); ++found) {
    if (FindsOnDisk(row, *rows, found)) kept.push_back(found);
  }
  *rows = rows->WithSelection(std::move(kept));
  return more;
}

// An index may give other rows too, and a scan gives all.
bool TableFinder::FindsOnDisk(uint32_t row, const Chunk& rows, uint32_t found) const {
  for (size_t k = 0; k < key_values_.size(); ++k) {
    const Column& mine = *key_values_[k];
    const Column& theirs = *rows.column(key_columns_[k]);
    const bool equal =
        mine.IsValid(row) && theirs.IsValid(found) && EqualValues(mine, row, theirs, found);
    if (!equal) return false;
  }
  if (!ordered_) return true;
  OrderedRange range, point;
  return RangeOf(row, &range) &&
         NarrowByValue(*rows.column(*ordered_column_), found, CompareOp::kEqual, &point) &&
         !point.empty && !range.empty && range.from <= point.from && point.to <= range.to;
}

}  // namespace weir
