#include "types/column.h"

#include <algorithm>
#include <new>

namespace weir {
namespace {

uint8_t* AllocateBytes(Type type, size_t size) {
  const size_t bytes = std::max<size_t>(64, size * StorageSize(type));
  auto* data = static_cast<uint8_t*>(::operator new (bytes, std::align_val_t{64}));
  if (type == Type::kObject) {
    auto* objects = reinterpret_cast<ObjectRef*>(data);
    for (size_t i = 0; i < bytes / sizeof(ObjectRef); ++i) new (objects + i) ObjectRef();
  }
  return data;
}

}  // namespace

Column::Column(Type type, size_t size)
    : type_(type),
      size_(size),
      capacity_(std::max<size_t>(size, 64 / StorageSize(type))),
      data_(AllocateBytes(type, capacity_)) {}

Column::~Column() {
  if (type_ != Type::kObject) return;
  for (size_t i = 0; i < capacity_; ++i) mutable_values<ObjectRef>()[i].~ObjectRef();
}

void Column::Reserve(size_t size) {
  if (size <= capacity_) return;
  std::unique_ptr<uint8_t, FreeBytes> grown(AllocateBytes(type_, size));
  if (type_ == Type::kObject) {
    auto* to = reinterpret_cast<ObjectRef*>(grown.get());
    auto* from = mutable_values<ObjectRef>();
    for (size_t i = 0; i < size_; ++i) to[i] = std::move(from[i]);
    for (size_t i = 0; i < capacity_; ++i) from[i].~ObjectRef();
  } else {
    std::memcpy(grown.get(), data_.get(), size_ * StorageSize(type_));
  }
  data_ = std::move(grown);
  capacity_ = size;
}

void Column::SetValue(size_t row, const Value& value) {
  DCHECK(value.type() == type_);
  if (value.is_null()) {
    if (type_ == Type::kString) mutable_values<StringRef>()[row] = StringRef();
    SetNull(row);
    return;
  }
  switch (type_) {
    case Type::kBool:
      mutable_values<uint8_t>()[row] = value.bool_value() ? 1 : 0;
      break;
    case Type::kInt:
      mutable_values<int32_t>()[row] = value.int_value();
      break;
    case Type::kLong:
      mutable_values<int64_t>()[row] = value.long_value();
      break;
    case Type::kFloat:
      mutable_values<float>()[row] = value.float_value();
      break;
    case Type::kDouble:
      mutable_values<double>()[row] = value.double_value();
      break;
    case Type::kString: {
      const std::string& text = value.string_value();
      const bool small = text.size() <= StringRef::kInlineSize;
      mutable_values<StringRef>()[row] =
          StringRef(small ? text.data() : arena()->Copy(text), static_cast<uint32_t>(text.size()));
      break;
    }
    case Type::kObject:
      mutable_values<ObjectRef>()[row] = value.object_value();
      break;
  }
}

Value Column::GetValue(size_t row) const {
  if (!IsValid(row)) return Value::Null(type_);
  switch (type_) {
    case Type::kBool:
      return Value::Bool(values<uint8_t>()[row] != 0);
    case Type::kInt:
      return Value::Int(values<int32_t>()[row]);
    case Type::kLong:
      return Value::Long(values<int64_t>()[row]);
    case Type::kFloat:
      return Value::Float(values<float>()[row]);
    case Type::kDouble:
      return Value::Double(values<double>()[row]);
    case Type::kString:
      return Value::String(values<StringRef>()[row].view());
    case Type::kObject:
      return Value::FromObject(values<ObjectRef>()[row]);
  }
  __builtin_unreachable();
}

ColumnBuilder::ColumnBuilder(Type type, size_t capacity) : initial_capacity_(capacity) {
  column_ = std::make_shared<Column>(type, 0);
  column_->Reserve(capacity);
}

void ColumnBuilder::AppendObject(ObjectRef object) {
  if (object == nullptr) {
    AppendNull();
    return;
  }
  if (column_->size_ == column_->capacity_) column_->Reserve(column_->size_ * 2);
  column_->mutable_values<ObjectRef>()[column_->size_++] = std::move(object);
  if (!column_->validity_.empty()) GrowValidity();
}

void ColumnBuilder::AppendNull() {
  DispatchType(type(), [this](auto tag) {
    using T = typename decltype(tag)::type;
    if (column_->size_ == column_->capacity_) column_->Reserve(column_->size_ * 2);
    column_->mutable_values<T>()[column_->size_++] = T();
  });
  if (!column_->validity_.empty()) GrowValidity();
  column_->SetNull(column_->size_ - 1);
}

void ColumnBuilder::AppendValue(const Value& value) {
  AppendNull();
  if (value.is_null()) return;
  const size_t row = column_->size_ - 1;
  column_->validity_[row >> 6] |= uint64_t{1} << (row & 63);
  column_->SetValue(row, value);
}

void ColumnBuilder::AppendFrom(const Column& from, size_t row) {
  if (!from.IsValid(row)) {
    AppendNull();
    return;
  }
  DispatchType(type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, StringRef>) {
      AppendString(from.values<StringRef>()[row].view());
    } else if constexpr (std::is_same_v<T, ObjectRef>) {
      AppendObject(from.values<ObjectRef>()[row]);
    } else {
      Append(from.values<T>()[row]);
    }
  });
}

void ColumnBuilder::Truncate(size_t size) {
  CHECK_LE(size, column_->size_);
  if (type() == Type::kObject) {
    for (size_t i = size; i < column_->size_; ++i) column_->mutable_values<ObjectRef>()[i].reset();
  }
  auto& validity = column_->validity_;
  if (!validity.empty()) {
    validity.resize((size + 63) / 64);
    if (size % 64 != 0) validity.back() |= ~uint64_t{0} << (size % 64);
  }
  column_->size_ = size;
}

std::shared_ptr<Column> ColumnBuilder::Finish() {
  auto result = std::move(column_);
  // Bits past the end stay set so that word-wise validity tests need no mask.
  column_ = std::make_shared<Column>(result->type(), 0);
  column_->Reserve(initial_capacity_);
  return result;
}

ColumnPtr GatherColumn(const ColumnPtr& from, std::span<const uint32_t> rows) {
  auto result = std::make_shared<Column>(from->type(), rows.size());
  DispatchType(from->type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = from->values<T>();
    T* out = result->mutable_values<T>();
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] == kNoRow) {
        out[i] = T();
        result->SetNull(i);
      } else {
        out[i] = in[rows[i]];
      }
    }
  });
  if (from->has_nulls()) {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] != kNoRow && !from->IsValid(rows[i])) result->SetNull(i);
    }
  }
  if (from->type() == Type::kString) result->KeepAlive(from);
  return result;
}

}  // namespace weir
