#include "types/row_store.h"

#include <algorithm>
#include <cstdlib>
#include <new>

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
    }
    if (!column.nulls.empty()) column.nulls.resize(capacity, 0);
  }
  capacity_ = capacity;
}

void RowStore::Add(const Chunk& chunk, uint32_t begin, uint32_t end, RowId* ids) {
  const uint32_t count = end - begin;
  for (uint32_t i = 0; i < count; ++i) {
    if (!free_.empty()) {
      ids[i] = free_.back();
      free_.pop_back();
    } else {
      if (used_ == capacity_) Grow(std::max<size_t>(64, capacity_ * 2));
      ids[i] = static_cast<RowId>(used_++);
      // A fresh slot holds no string yet; Reclaim and the destructor look at it.
      for (StoredColumn& column : columns_) {
        if (column.type == Type::kString) {
          new (reinterpret_cast<StringRef*>(column.data) + ids[i]) StringRef();
        }
      }
    }
    timestamps_[ids[i]] = chunk.timestamp(chunk.Row(begin + i));
  }
  live_ += count;
  for (size_t c = 0; c < columns_.size(); ++c) {
    StoreColumn(columns_[c], *chunk.column(c), chunk, begin, end, ids);
  }
}

void RowStore::StoreColumn(StoredColumn& column, const Column& from, const Chunk& chunk,
                           uint32_t begin, uint32_t end, const RowId* ids) {
  DispatchType(column.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = from.values<T>();
    T* out = reinterpret_cast<T*>(column.data);
    for (uint32_t i = begin; i < end; ++i) {
      const uint32_t row = chunk.Row(i);
      T& slot = out[ids[i - begin]];
      if constexpr (std::is_same_v<T, StringRef>) {
        if (!from.IsValid(row)) {
          slot = StringRef();
        } else if (in[row].is_inline()) {
          slot = in[row];
        } else {
          auto* copy = static_cast<char*>(std::malloc(in[row].size()));
          CHECK(copy != nullptr);
          std::memcpy(copy, in[row].data(), in[row].size());
          slot = StringRef(copy, in[row].size());
          string_bytes_ += in[row].size();
        }
      } else {
        slot = in[row];
      }
    }
  });
  if (!from.has_nulls() && column.nulls.empty()) return;
  if (column.nulls.empty()) column.nulls.resize(capacity_, 0);
  for (uint32_t i = begin; i < end; ++i) {
    column.nulls[ids[i - begin]] = from.IsValid(chunk.Row(i)) ? 0 : 1;
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
    if (column.type == Type::kString) {
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
  if (column.type == Type::kString) FreeLongString(column, id);
  if (value.is_null()) {
    if (column.nulls.empty()) column.nulls.resize(capacity_, 0);
    column.nulls[id] = 1;
    return;
  }
  if (!column.nulls.empty()) column.nulls[id] = 0;
  Column one(column.type, 1);
  one.SetValue(0, value);
  DispatchType(column.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T& slot = reinterpret_cast<T*>(column.data)[id];
    slot = one.values<T>()[0];
    if constexpr (std::is_same_v<T, StringRef>) {
      if (slot.is_inline()) return;
      auto* copy = static_cast<char*>(std::malloc(slot.size()));
      CHECK(copy != nullptr);
      std::memcpy(copy, slot.data(), slot.size());
      string_bytes_ += slot.size();
      slot = StringRef(copy, slot.size());
    }
  });
}

ColumnPtr RowStore::Gather(size_t c, std::span<const RowId> ids) const {
  const StoredColumn& column = columns_[c];
  auto result = std::make_shared<Column>(column.type, ids.size());
  DispatchType(column.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = reinterpret_cast<const T*>(column.data);
    T* out = result->mutable_values<T>();
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == kNoRow) {
        out[i] = T();
        result->SetNull(i);
        continue;
      }
      out[i] = in[ids[i]];
      if constexpr (std::is_same_v<T, StringRef>) {
        if (!out[i].is_inline()) {
          out[i] = StringRef(result->arena()->Copy(in[ids[i]].view()), in[ids[i]].size());
        }
      }
    }
  });
  if (!column.nulls.empty()) {
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] != kNoRow && column.nulls[ids[i]] != 0) result->SetNull(i);
    }
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
