#include "types/row_store.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <numeric>

#include "base/large_array.h"

namespace weir {

RowStore::RowStore(SchemaPtr schema) : schema_(std::move(schema)) {
  columns_.reserve(schema_->size());
  for (const Attribute& attribute : schema_->attributes()) {
    columns_.push_back({attribute.type, nullptr, {}});
  }
}

RowStore::~RowStore() {
  for (StoredColumn& column : columns_) {
    if (column.type == Type::kObject) {
      auto* objects = reinterpret_cast<ObjectRef*>(column.data);
      for (size_t i = 0; i < capacity_; ++i) objects[i].~ObjectRef();
    } else if (column.type == Type::kString) {
      for (size_t i = 0; i < used_; ++i) FreeLongString(column, static_cast<RowId>(i));
    }
    std::free(column.data);
  }
}

void RowStore::Grow(size_t capacity) {
  timestamps_.resize(capacity);
  for (StoredColumn& column : columns_) {
    const size_t width = StorageSize(column.type);
    if (column.type == Type::kObject) {
      auto* grown = static_cast<ObjectRef*>(std::malloc(capacity * width));
      CHECK(grown != nullptr);
      auto* old = reinterpret_cast<ObjectRef*>(column.data);
      for (size_t i = 0; i < capacity; ++i) new (grown + i) ObjectRef();
      for (size_t i = 0; i < capacity_; ++i) {
        grown[i] = std::move(old[i]);
        old[i].~ObjectRef();
      }
      std::free(column.data);
      column.data = reinterpret_cast<uint8_t*>(grown);
    } else {
      column.data = static_cast<uint8_t*>(std::realloc(column.data, capacity * width));
      CHECK(column.data != nullptr);
      AdviseHugePages(column.data, capacity * width);
    }
    if (!column.nulls.empty()) column.nulls.resize(capacity, 0);
  }
  capacity_ = capacity;
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
  // A fresh slot holds no string yet; Reclaim and the destructor look at it.
  for (StoredColumn& column : columns_) {
    if (column.type != Type::kString) continue;
    auto* strings = reinterpret_cast<StringRef*>(column.data) + used_;
    std::uninitialized_default_construct_n(strings, fresh);
  }
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
  for (uint32_t i = 0; i < count; ++i) timestamps_[ids[i]] = timestamps[rows[i]];
  for (size_t c = 0; c < columns_.size(); ++c) {
    StoreColumn(columns_[c], *chunk.column(c), rows, count, ids);
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
    T* out = reinterpret_cast<T*>(column.data);
    if constexpr (std::is_same_v<T, StringRef>) {
      const bool has_nulls = from.has_nulls();
      for (uint32_t i = 0; i < count; ++i) {
        if (has_nulls && !from.IsValid(rows[i])) {
          out[ids[i]] = StringRef();
        } else {
          StoreString(out + ids[i], in[rows[i]]);
        }
      }
    } else {
      for (uint32_t i = 0; i < count; ++i) out[ids[i]] = in[rows[i]];
    }
  });
  if (!from.has_nulls() && column.nulls.empty()) return;
  if (column.nulls.empty()) column.nulls.resize(capacity_, 0);
  for (uint32_t i = 0; i < count; ++i) {
    column.nulls[ids[i]] = from.IsValid(rows[i]) ? 0 : 1;
  }
}

void RowStore::FreeLongString(StoredColumn& column, RowId id) {
  StringRef& slot = reinterpret_cast<StringRef*>(column.data)[id];
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
      for (RowId id : released_) reinterpret_cast<ObjectRef*>(column.data)[id].reset();
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
    reinterpret_cast<int64_t*>(column.data)[id] = value.long_value();
    return;
  }
  Column one(column.type, 1);
  one.SetValue(0, value);
  DispatchType(column.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* slot = reinterpret_cast<T*>(column.data) + id;
    if constexpr (std::is_same_v<T, StringRef>) {
      StoreString(slot, one.values<T>()[0]);
    } else {
      *slot = one.values<T>()[0];
    }
  });
}

ColumnPtr RowStore::Gather(size_t c, std::span<const RowId> ids) const {
  const StoredColumn& column = columns_[c];
  auto result = std::make_shared<Column>(column.type, ids.size());
  const bool has_no_row = std::find(ids.begin(), ids.end(), kNoRow) != ids.end();
  DispatchType(column.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = reinterpret_cast<const T*>(column.data);
    T* out = result->template mutable_values<T>();
    if (has_no_row) {
      for (size_t i = 0; i < ids.size(); ++i) out[i] = ids[i] == kNoRow ? T() : in[ids[i]];
    } else {
      for (size_t i = 0; i < ids.size(); ++i) out[i] = in[ids[i]];
    }
    if constexpr (std::is_same_v<T, StringRef>) {
      if (string_bytes_ == 0) return;
      for (size_t i = 0; i < ids.size(); ++i) {
        if (out[i].is_inline()) continue;
        out[i] = StringRef(result->arena()->Copy(out[i].view()), out[i].size());
      }
    }
  });
  const std::vector<uint8_t>& nulls = column.nulls;
  if (!has_no_row && nulls.empty()) return result;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == kNoRow || (!nulls.empty() && nulls[ids[i]] != 0)) result->SetNull(i);
  }
  return result;
}

std::vector<ColumnPtr> RowStore::GatherAll(std::span<const RowId> ids) const {
  std::vector<ColumnPtr> result;
  result.reserve(columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) result.push_back(Gather(c, ids));
  return result;
}

size_t RowStore::bytes() const {
  size_t total = timestamps_.capacity() * sizeof(TimeMs) + string_bytes_;
  for (const StoredColumn& column : columns_) {
    total += capacity_ * StorageSize(column.type) + column.nulls.capacity();
  }
  return total;
}

}  // namespace weir
