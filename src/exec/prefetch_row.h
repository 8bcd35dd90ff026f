#pragma once

#include <cstddef>

namespace weir {

// Fewer rows than these are near anyway.
inline constexpr size_t kPrefetchRows = 16384;

}  // namespace weir
