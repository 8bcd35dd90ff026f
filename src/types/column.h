#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/check.h"
#include "types/type_dispatch.h"
#include "types/value.h"

namespace weir {

// Values of one type, one per row: a flat array, a validity bitmap (absent = no nulls) and what
// long strings point into. Filled through a ColumnBuilder or MutableValues, then shared and never
// changed. The value of a null row is zero-initialised only where a builder wrote it, so readers
// must ask IsValid first or combine validities.
class Column {
 public:
  // An uninitialised column of `size` rows, all valid (objects: all null pointers).
  Column(Type type, size_t size);
  ~Column();
  Column(const Column&) = delete;
  Column& operator=(const Column&) = delete;

  Type type() const { return type_; }
  size_t size() const { return size_; }

  template <class T>
  const T* values() const {
    DCHECK(sizeof(T) == StorageSize(type_));
    return reinterpret_cast<const T*>(data_.get());
  }
  template <class T>
  T* mutable_values() {
    return reinterpret_cast<T*>(data_.get());
  }

  bool has_nulls() const { return !validity_.empty(); }
  // 1 bit per row, 64 rows a word; null when every row is valid.
  const uint64_t* validity() const { return validity_.empty() ? nullptr : validity_.data(); }
  bool IsValid(size_t row) const {
    return validity_.empty() || ((validity_[row >> 6] >> (row & 63)) & 1) != 0;
  }
  void SetNull(size_t row) {
    if (validity_.empty()) validity_.assign((size_ + 63) / 64, ~uint64_t{0});
    validity_[row >> 6] &= ~(uint64_t{1} << (row & 63));
  }
  // Takes over another column's validity (null pointer: all valid) for the first `size()` rows.
  void CopyValidity(const uint64_t* validity) {
    if (validity == nullptr) {
      validity_.clear();
    } else {
      validity_.assign(validity, validity + (size_ + 63) / 64);
    }
  }
  std::vector<uint64_t>* mutable_validity() { return &validity_; }

  // Memory for strings made by this column; lives as long as the column.
  Arena* arena() {
    if (arena_ == nullptr) arena_ = std::make_unique<Arena>();
    return arena_.get();
  }
  // Keeps `other` alive because values of this column point into it.
  void KeepAlive(std::shared_ptr<const void> other) { kept_.push_back(std::move(other)); }

  // Writes one value / reads one value; for rare paths. A string is copied into arena().
  void SetValue(size_t row, const Value& value);
  Value GetValue(size_t row) const;

 private:
  friend class ColumnBuilder;
  void Reserve(size_t size);

  struct FreeBytes {
    void operator()(uint8_t* p) const { ::operator delete (p, std::align_val_t{64}); }
  };

  Type type_;
  size_t size_;
  size_t capacity_;
  std::unique_ptr<uint8_t, FreeBytes> data_;
  std::vector<uint64_t> validity_;
  std::unique_ptr<Arena> arena_;
  std::vector<std::shared_ptr<const void>> kept_;
};

using ColumnPtr = std::shared_ptr<const Column>;

// Appends values to a growing column.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(Type type, size_t capacity = 64);

  Type type() const { return column_->type(); }
  size_t size() const { return column_->size_; }
  // What was appended so far, until the next change.
  const Column& column() const { return *column_; }

  // For every type but string and object: T as in type_dispatch.h.
  template <class T>
  void Append(T value) {
    if (column_->size_ == column_->capacity_) column_->Reserve(column_->size_ * 2);
    column_->mutable_values<T>()[column_->size_++] = value;
    if (!column_->validity_.empty()) GrowValidity();
  }
  // Copies the bytes of a long string into the column's arena.
  void AppendString(std::string_view text) {
    if (text.size() <= StringRef::kInlineSize) {
      Append(StringRef(text));
    } else {
      Append(StringRef(column_->arena()->Copy(text), static_cast<uint32_t>(text.size())));
    }
  }
  void AppendObject(ObjectRef object);
  void AppendNull();
  void AppendValue(const Value& value);
  // Appends row `row` of `from`, which has the same type; string bytes are copied.
  void AppendFrom(const Column& from, size_t row);

  // Drops rows from `size` on; used to take back a half-read record.
  void Truncate(size_t size);

  // Hands the column over; the builder is empty afterwards and may be used again.
  std::shared_ptr<Column> Finish();

 private:
  void GrowValidity() {
    const size_t words = (column_->size_ + 63) / 64;
    if (column_->validity_.size() < words) column_->validity_.push_back(~uint64_t{0});
  }

  size_t initial_capacity_;
  std::shared_ptr<Column> column_;
};

// Gathers `rows` of `from` into a new column; string bytes are shared (from is kept alive).
// A row number of kNoRow gives null.
inline constexpr uint32_t kNoRow = UINT32_MAX;
ColumnPtr GatherColumn(const ColumnPtr& from, std::span<const uint32_t> rows);

}  // namespace weir
