#include "json/text_buffer.h"

#include <algorithm>

namespace weir {

void TextBuffer::Grow(size_t size) {
  capacity_ = std::max({2 * capacity_, size_ + size, size_t{1024}});
  std::unique_ptr<char[]> grown(new char[capacity_]);
  if (size_ > 0) std::memcpy(grown.get(), data_.get(), size_);
  data_ = std::move(grown);
}

}  // namespace weir
