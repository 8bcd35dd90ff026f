#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir {

// Mixes 64 bits (the finaliser of MurmurHash3); stable over versions, so it may enter results.
inline uint64_t MixHash(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  x ^= x >> 33;
  return x;
}

inline uint64_t CombineHash(uint64_t seed, uint64_t value) {
  return MixHash(seed * 0x9e3779b97f4a7c15ULL + value);
}

// Hashes bytes eight at a time; same result on every little-endian machine.
inline uint64_t HashBytes(const char* data, size_t size, uint64_t seed = 0) {
  uint64_t h = seed ^ (size * 0x9e3779b97f4a7c15ULL);
  while (size >= 8) {
    uint64_t word;
    std::memcpy(&word, data, 8);
    h = (h ^ word) * 0xff51afd7ed558ccdULL;
    h ^= h >> 32;
    data += 8;
    size -= 8;
  }
  if (size > 0) {
    uint64_t word = 0;
    std::memcpy(&word, data, size);
    h = (h ^ word) * 0xff51afd7ed558ccdULL;
    h ^= h >> 32;
  }
  return MixHash(h);
}

inline uint64_t HashString(std::string_view text, uint64_t seed = 0) {
  return HashBytes(text.data(), text.size(), seed);
}

}  // namespace weir
