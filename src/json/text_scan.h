#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "types/string_ref.h"

namespace weir {

// Bytes that must be readable behind any text that is scanned; they must not be part of a string.
inline constexpr size_t kTextPadding = 64;

namespace text_scan_internal {
inline constexpr uint64_t kOnes = 0x0101010101010101ULL;
inline constexpr uint64_t kHighs = 0x8080808080808080ULL;

inline uint64_t Load8(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

// High bit set in the lowest byte that is zero (bytes above it may be wrong).
inline uint64_t FirstZero(uint64_t word) { return (word - kOnes) & ~word & kHighs; }

// The same for the lowest byte that ends a run of plain characters: quote, backslash or control.
inline uint64_t FirstSpecial(uint64_t word) {
  return FirstZero(word ^ (kOnes * '"')) | FirstZero(word ^ (kOnes * '\\')) |
         ((word - kOnes * 0x20) & ~word & kHighs);
}
}  // namespace text_scan_internal

// The first quote, backslash or control character at or after `p`; there must be one within the
// readable bytes. Sets *ascii to false if a byte before it is not ASCII.
inline const char* SkipPlainCharacters(const char* p, bool* ascii) {
  using namespace text_scan_internal;
  for (;; p += 8) {
    const uint64_t word = Load8(p);
    const uint64_t special = FirstSpecial(word);
    if (special == 0) {
      if ((word & kHighs) != 0) *ascii = false;
      continue;
    }
    const int bits = std::countr_zero(special) & ~7;
    if ((word & kHighs & ((uint64_t{1} << bits) - 1)) != 0) *ascii = false;
    return p + bits / 8;
  }
}

// Whether `size` bytes are equal; reads up to 7 bytes more of both.
inline bool EqualPadded(const char* a, const char* b, size_t size) {
  using namespace text_scan_internal;
  while (size >= 8) {
    if (Load8(a) != Load8(b)) return false;
    a += 8;
    b += 8;
    size -= 8;
  }
  if (size == 0) return true;
  return ((Load8(a) ^ Load8(b)) << (64 - size * 8)) == 0;
}

// StringRef(data, size) for size <= StringRef::kInlineSize, without branches; reads 16 bytes.
inline StringRef InlineStringRef(const char* data, uint32_t size) {
  static_assert(std::endian::native == std::endian::little);
  unsigned __int128 bytes;
  std::memcpy(&bytes, data, sizeof(bytes));
  bytes &= (static_cast<unsigned __int128>(1) << (size * 8)) - 1;
  bytes = (bytes << 32) | size;
  StringRef result;
  static_assert(sizeof(result) == sizeof(bytes));
  std::memcpy(static_cast<void*>(&result), &bytes, sizeof(bytes));
  return result;
}

}  // namespace weir
