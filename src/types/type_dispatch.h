#pragma once

#include <cstdint>

#include "types/object.h"
#include "types/string_ref.h"
#include "types/type.h"

namespace weir {

// What one value of a column looks like in memory: bool as uint8_t, int32_t, int64_t, float,
// double, StringRef, ObjectRef.
template <Type kType>
struct StorageOf;
template <>
struct StorageOf<Type::kBool> {
  using type = uint8_t;
};
template <>
struct StorageOf<Type::kInt> {
  using type = int32_t;
};
template <>
struct StorageOf<Type::kLong> {
  using type = int64_t;
};
template <>
struct StorageOf<Type::kFloat> {
  using type = float;
};
template <>
struct StorageOf<Type::kDouble> {
  using type = double;
};
template <>
struct StorageOf<Type::kString> {
  using type = StringRef;
};
template <>
struct StorageOf<Type::kObject> {
  using type = ObjectRef;
};

template <class T>
struct StorageTag {
  using type = T;
};

// Calls `f(StorageTag<T>())` with the storage type of `type`; one switch for a whole column.
template <class F>
decltype(auto) DispatchType(Type type, F&& f) {
  switch (type) {
    case Type::kBool:
      return f(StorageTag<uint8_t>());
    case Type::kInt:
      return f(StorageTag<int32_t>());
    case Type::kLong:
      return f(StorageTag<int64_t>());
    case Type::kFloat:
      return f(StorageTag<float>());
    case Type::kDouble:
      return f(StorageTag<double>());
    case Type::kString:
      return f(StorageTag<StringRef>());
    case Type::kObject:
      return f(StorageTag<ObjectRef>());
  }
  __builtin_unreachable();
}

size_t StorageSize(Type type);

}  // namespace weir
