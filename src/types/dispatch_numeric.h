#pragma once

#include <cstdint>

#include "base/check.h"
#include "types/type_dispatch.h"

namespace weir {

// Calls f(StorageTag<T>()) with the storage type of a numeric type.
template <class F>
decltype(auto) DispatchNumeric(Type type, F&& f) {
  switch (type) {
    case Type::kInt:
      return f(StorageTag<int32_t>());
    case Type::kLong:
      return f(StorageTag<int64_t>());
    case Type::kFloat:
      return f(StorageTag<float>());
    default:
      CHECK(type == Type::kDouble);
      return f(StorageTag<double>());
  }
}

}  // namespace weir
