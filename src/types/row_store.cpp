#include "types/row_store.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <numeric>

#include "base/large_array.h"

namespace weir {
namespace {

// So many rows are handled column by column before the next, so that they stay near meanwhile.
constexpr uint32_t kNearRows = 64;
// Fewer rows than these are near anyway.
constexpr size_t kFarRows = 16384;

size_t BlockRows(const RowStore& rows) {
  return rows.live_rows() < kFarRows ? std::numeric_limits<size_t>::max() : kNearRows;
}

// Has the memory of the next block's rows brought near.
void BringNear(const RowStore& rows, std::span<const RowId> ids) {
  for (const RowId id : ids.first(std::min<size_t>(ids.size(), kNearRows))) {
    if (id != kNoRow) rows.Prefetch(id);
  }
}

}  // namespace

RowStore::RowStore(SchemaPtr schema) : schema_(std::move(schema)) {
  columns_.reserve(schema_->size());
  for (const Attribute& attribute : schema_->attributes()) {
    columns_.push_back({attribute.type, 0, {}});
    has_objects_ = has_objects_ || attribute.type == Type::kObject;
  }
  // The wide ones first, so that all are aligned without gaps.
  for (size_t width = 16; width > 0; width /= 2) {
    for (StoredColumn& column : columns_) {
      if (StorageSize(column.type) != width) continue;
      column.offset = row_bytes_;
      row_bytes_ += width;
    }
  }
  row_bytes_ = (row_bytes_ + 7) / 8 * 8;
}

RowStore::~RowStore() {
  for (StoredColumn& column : columns_) {
    if (column.type == Type::kObject) {
      for (size_t i = 0; i < capacity_; ++i) Slot<ObjectRef>(column, RowId(i)).~ObjectRef();
    } else if (column.type == Type::kString) {
      for (size_t i = 0; i < used_; ++i) FreeLongString(column, static_cast<RowId>(i));
    }
  }
  std::free(data_);
}

void RowStore::Grow(size_t capacity) {
  if (has_objects_) {
    MoveRows(capacity);
  } else {
    data_ = static_cast<uint8_t*>(std::realloc(data_, capacity * row_bytes_));
    CHECK(data_ != nullptr);
  }
  AdviseHugePages(data_, capacity * row_bytes_);
  for (StoredColumn& column : columns_) {
    if (!column.nulls.empty()) column.nulls.resize(capacity, 0);
  }
  capacity_ = capacity;
}

// Objects are not moved by copying their bytes.
void RowStore::MoveRows(size_t capacity) {
  auto* old = data_;
  data_ = static_cast<uint8_t*>(std::malloc(capacity * row_bytes_));
  CHECK(data_ != nullptr);
  if (old != nullptr) std::memcpy(data_, old, capacity_ * row_bytes_);
  for (const StoredColumn& column : columns_) {
    if (column.type != Type::kObject) continue;
    for (size_t i = 0; i < capacity; ++i) {
      auto* slot = new (RowAt(RowId(i)) + column.offset) ObjectRef();
      if (i >= capacity_) continue;
      auto* from = reinterpret_cast<ObjectRef*>(old + i * row_bytes_ + column.offset);
      *slot = std::move(*from);
      from->~ObjectRef();
    }
  }
  std::free(old);
}

// Rows that hold no string yet: Reclaim and the destructor look at them.
void RowStore::MakeStrings(size_t begin, size_t end) {
  for (const StoredColumn& column : columns_) {
    if (column.type != Type::kString) continue;
    for (size_t i = begin; i < end; ++i) new (RowAt(RowId(i)) + column.offset) StringRef();
  }
}

void RowStore::TakeIds(uint32_t count, RowId* ids) {
  const size_t reused = std::min<size_t>(count, free_.size());
  for (size_t i = 0; i < reused; ++i) ids[i] = free_[free_.size() - 1 - i];
  free_.resize(free_.size() - reused);
  const size_t fresh = count - reused;
  if (fresh == 0) return;
  if (used_ + fresh > capacity_) {
    Grow(std::max<size_t>({4, capacity_ * 2, used_ + fresh}));
  }
  for (size_t i = 0; i < fresh; ++i) ids[reused + i] = static_cast<RowId>(used_ + i);
  MakeStrings(used_, used_ + fresh);
  used_ += fresh;
}

void RowStore::Add(const Chunk& chunk, uint32_t begin, uint32_t end, RowId* ids) {
  const uint32_t count = end - begin;
  TakeIds(count, ids);
  live_ += count;
  // Physical rows, so that the loops below need not ask how the chunk selects.
  const uint32_t* rows = nullptr;
  if (chunk.selection() != nullptr) {
    rows = chunk.selection()->data() + begin;
  } else {
    rows_.resize(count);
    std::iota(rows_.begin(), rows_.end(), begin);
    rows = rows_.data();
  }
  const TimeMs* timestamps = chunk.meta()->timestamps.data();
  uint32_t block = 0;
  for (uint32_t done = 0; done < count; done += block) {
    block = static_cast<uint32_t>(std::min<size_t>(count - done, BlockRows(*this)));
    BringNear(*this, {ids + done + block, count - done - block});
    for (uint32_t i = 0; i < block; ++i) {
      set_timestamp(ids[done + i], timestamps[rows[done + i]]);
    }
    for (size_t c = 0; c < columns_.size(); ++c) {
      StoreColumn(columns_[c], *chunk.column(c), rows + done, block, ids + done);
    }
  }
}

void RowStore::StoreString(StringRef* slot, const StringRef& from) {
  if (from.is_inline()) {
    *slot = from;
    return;
  }
  auto* copy = static_cast<char*>(std::malloc(from.size()));
  CHECK(copy != nullptr);
  std::memcpy(copy, from.data(), from.size());
  *slot = StringRef(copy, from.size());
  string_bytes_ += from.size();
}

void RowStore::StoreColumn(StoredColumn& column, const Column& from, const uint32_t* rows,
                           uint32_t count, const RowId* ids) {
  DispatchType(column.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = from.values<T>();
    if constexpr (std::is_same_v<T, StringRef>) {
      const bool has_nulls = from.has_nulls();
      for (uint32_t i = 0; i < count; ++i) {
        StringRef& slot = Slot<StringRef>(column, ids[i]);
        if (has_nulls && !from.IsValid(rows[i])) {
          slot = StringRef();
        } else {
          StoreString(&slot, in[rows[i]]);
        }
      }
    } else {
      for (uint32_t i = 0; i < count; ++i) Slot<T>(column, ids[i]) = in[rows[i]];
    }
  });
  if (!from.has_nulls() && column.nulls.empty()) return;
  if (column.nulls.empty()) column.nulls.resize(capacity_, 0);
  for (uint32_t i = 0; i < count; ++i) {
    column.nulls[ids[i]] = from.IsValid(rows[i]) ? 0 : 1;
  }
}

void RowStore::FreeLongString(StoredColumn& column, RowId id) {
  StringRef& slot = Slot<StringRef>(column, id);
  if (slot.is_inline()) return;
  string_bytes_ -= slot.size();
  std::free(const_cast<char*>(slot.data()));
  slot = StringRef();
}

void RowStore::Reclaim() {
  if (released_.empty()) return;
  for (StoredColumn& column : columns_) {
    if (column.type == Type::kString && string_bytes_ > 0) {
      for (RowId id : released_) FreeLongString(column, id);
    } else if (column.type == Type::kObject) {
      for (RowId id : released_) Slot<ObjectRef>(column, id).reset();
    }
  }
  free_.insert(free_.end(), released_.rbegin(), released_.rend());
  released_.clear();
}

Value RowStore::GetValue(size_t column, RowId id) const {
  const RowId ids[1] = {id};
  return Gather(column, ids)->GetValue(0);
}

void RowStore::SetValue(size_t c, RowId id, const Value& value) {
  StoredColumn& column = columns_[c];
  DCHECK(value.type() == column.type);
  if (column.type == Type::kString) FreeLongString(column, id);
  if (value.is_null()) {
    if (column.nulls.empty()) column.nulls.resize(capacity_, 0);
    column.nulls[id] = 1;
    return;
  }
  if (!column.nulls.empty()) column.nulls[id] = 0;
  if (column.type == Type::kLong) {  // the common case: a replaced time
    Slot<int64_t>(column, id) = value.long_value();
    return;
  }
  Column one(column.type, 1);
  one.SetValue(0, value);
  DispatchType(column.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T& slot = Slot<T>(column, id);
    if constexpr (std::is_same_v<T, StringRef>) {
      StoreString(&slot, one.values<T>()[0]);
    } else {
      slot = one.values<T>()[0];
    }
  });
}

// Writes the values of `ids` to rows `at` and on of `to`.
void RowStore::GatherValues(const StoredColumn& column, std::span<const RowId> ids, size_t at,
                            Column* to) const {
  const bool has_no_row = std::find(ids.begin(), ids.end(), kNoRow) != ids.end();
  DispatchType(column.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* out = to->mutable_values<T>() + at;
    if (has_no_row) {
      for (size_t i = 0; i < ids.size(); ++i) {
        out[i] = ids[i] == kNoRow ? T() : Slot<T>(column, ids[i]);
      }
    } else {
      for (size_t i = 0; i < ids.size(); ++i) out[i] = Slot<T>(column, ids[i]);
    }
    if constexpr (std::is_same_v<T, StringRef>) {
      if (string_bytes_ == 0) return;
      for (size_t i = 0; i < ids.size(); ++i) {
        if (out[i].is_inline()) continue;
        out[i] = StringRef(to->arena()->Copy(out[i].view()), out[i].size());
      }
    }
  });
  const std::vector<uint8_t>& nulls = column.nulls;
  if (!has_no_row && nulls.empty()) return;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == kNoRow || (!nulls.empty() && nulls[ids[i]] != 0)) to->SetNull(at + i);
  }
}

ColumnPtr RowStore::Gather(size_t c, std::span<const RowId> ids) const {
  auto result = std::make_shared<Column>(columns_[c].type, ids.size());
  GatherValues(columns_[c], ids, 0, result.get());
  return result;
}

std::vector<ColumnPtr> RowStore::GatherAll(std::span<const RowId> ids) const {
  std::vector<std::shared_ptr<Column>> made;
  made.reserve(columns_.size());
  for (const StoredColumn& column : columns_) {
    made.push_back(std::make_shared<Column>(column.type, ids.size()));
  }
  for (size_t done = 0; done < ids.size();) {
    const auto block = ids.subspan(done, std::min(ids.size() - done, BlockRows(*this)));
    BringNear(*this, ids.subspan(done + block.size()));
    for (size_t c = 0; c < columns_.size(); ++c) {
      GatherValues(columns_[c], block, done, made[c].get());
    }
    done += block.size();
  }
  return {made.begin(), made.end()};
}

size_t RowStore::bytes() const {
  size_t total = capacity_ * row_bytes_ + string_bytes_;
  for (const StoredColumn& column : columns_) total += column.nulls.capacity();
  return total;
}

}  // namespace weir
