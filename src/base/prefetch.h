#pragma once

namespace weir {

// Has the memory at a place brought near; changes nothing. The empty asm is there for GCC, which
// drops calls of functions that do nothing but prefetch.
inline void BringMemoryNear(const void* place) {
  __builtin_prefetch(place);
  asm volatile("");
}

}  // namespace weir
