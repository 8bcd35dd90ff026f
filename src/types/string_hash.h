#pragma once

#include "base/hash.h"
#include "types/string_ref.h"

namespace weir {

// Mixes two words by one wide multiplication; quick, and good enough for tables in memory. Not
// stable enough a promise for results: use base/hash.h there.
inline uint64_t FoldHash(uint64_t a, uint64_t b) {
  const unsigned __int128 product =
      static_cast<unsigned __int128>(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xd1b54a32d192ed03ULL);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Equal strings have equal hashes.
inline uint64_t HashStringRef(const StringRef& text) {
  if (!text.is_inline()) return HashBytes(text.data(), text.size());
  uint64_t low, high;
  std::memcpy(&low, &text, sizeof(low));
  std::memcpy(&high, reinterpret_cast<const char*>(&text) + sizeof(low), sizeof(high));
  return FoldHash(low, high);
}

}  // namespace weir
