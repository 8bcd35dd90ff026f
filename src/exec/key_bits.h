#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "types/object.h"
#include "types/string_hash.h"

namespace weir {

// The value as bits such that equal values have equal bits; false: it equals nothing.
template <class T>
bool KeyBits(const T& value, uint64_t* bits) {
  if constexpr (std::is_same_v<T, StringRef>) {
    *bits = HashStringRef(value);
  } else if constexpr (std::is_same_v<T, ObjectRef>) {
    *bits = HashObject(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return false;
    const T plain = value == T() ? T() : value;  // -0.0 equals 0.0
    *bits = 0;
    std::memcpy(bits, &plain, sizeof(plain));
  } else {
    *bits = static_cast<uint64_t>(value);
  }
  return true;
}

}  // namespace weir
