#pragma once

#include <cstdint>

#include "base/hash.h"

namespace weir {

// Numbers from a seed: the same on every machine. Not for secrets.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() { return MixHash(state_ += 0x9e3779b97f4a7c15ULL); }
  // Uniform enough in [0, bound); bound is at least 1.
  uint64_t Below(uint64_t bound) { return Next() % bound; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

 private:
  uint64_t state_;
};

}  // namespace weir
