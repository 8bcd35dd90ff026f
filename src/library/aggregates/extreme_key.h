#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace weir {

// Numbers as integers in whose order the wanted extreme (max or min) is always the greatest. For
// floats the order is Java's compareTo: -0.0 before 0.0, NaN above all.
template <class T, bool kMax>
struct ExtremeKey {
  using Key = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;

  static Key Of(T value) {
    Key key;
    if constexpr (std::is_floating_point_v<T>) {
      if (value != value) value = std::numeric_limits<T>::quiet_NaN();
      key = Flip(std::bit_cast<Key>(value));
    } else {
      key = value;
    }
    return kMax ? key : ~key;
  }
  static T Value(Key key) {
    if (!kMax) key = ~key;
    if constexpr (std::is_floating_point_v<T>) {
      return std::bit_cast<T>(Flip(key));
    } else {
      return key;
    }
  }

 private:
  // Sign and magnitude to two's complement and back.
  static Key Flip(Key bits) {
    return bits ^ ((bits >> (sizeof(Key) * 8 - 1)) & std::numeric_limits<Key>::max());
  }
};

}  // namespace weir
