#include "base/arena.h"

#include <algorithm>

namespace weir {

void Arena::Grow(size_t size) {
  // Doubling keeps small chunks small (one event of low traffic) and large ones few.
  const size_t block = std::max(size, std::clamp<size_t>(reserved_, 256, size_t{1} << 18));
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
  next_ = blocks_.back().get();
  left_ = block;
  reserved_ += block;
}

}  // namespace weir
