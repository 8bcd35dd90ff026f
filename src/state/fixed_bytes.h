#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace weir {

// Little-endian numbers of a fixed size in stored bytes.
static_assert(std::endian::native == std::endian::little);

template <class T>
void AppendFixed(T value, std::string* to) {
  to->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

// Reads at `from`, which has at least sizeof(T) bytes.
template <class T>
T ReadFixed(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

}  // namespace weir
