#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

#include "types/object.h"
#include "types/string_hash.h"

namespace weir {

// How values of a storage type are told apart and hashed. Floats as Java's equals does: by bits,
// all NaN alike.
template <class T>
struct ValueTraits {
  static bool Equal(T a, T b) { return Bits(a) == Bits(b); }
  static uint64_t Hash(T value) { return FoldHash(Bits(value), sizeof(T)); }
  static uint64_t Bits(T value) {
    if constexpr (std::is_same_v<T, double>) {
      return std::bit_cast<uint64_t>(value == value ? value : std::nan(""));
    } else if constexpr (std::is_same_v<T, float>) {
      return std::bit_cast<uint32_t>(value == value ? value : std::nanf(""));
    } else {
      return static_cast<uint64_t>(value);
    }
  }
};
template <>
struct ValueTraits<StringRef> {
  static bool Equal(const StringRef& a, const StringRef& b) { return a == b; }
  static uint64_t Hash(const StringRef& value) { return HashStringRef(value); }
};
template <>
struct ValueTraits<ObjectRef> {
  static bool Equal(const ObjectRef& a, const ObjectRef& b) { return ObjectsEqual(a, b); }
  static uint64_t Hash(const ObjectRef& value) { return HashObject(value); }
};

// As state: a text is read back as one that owns its bytes.
template <class T>
using ReadType = std::conditional_t<std::is_same_v<T, StringRef>, std::string, T>;

template <class T>
void WriteValue(const T& value, StateWriter& out) {
  if constexpr (std::is_same_v<T, StringRef>) {
    out.WriteText(value.view());
  } else {
    out.Write(value);
  }
}

}  // namespace weir
