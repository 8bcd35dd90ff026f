#pragma once

#include <cstddef>
#include <vector>

#include "base/check.h"

namespace weir {

// A first-in, first-out queue in one block of memory that grows as needed; every operation is O(1)
// amortised. For values that are cheap to copy, such as row ids. Not thread-safe.
template <class T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

  const T& front() const {
    DCHECK(size_ > 0);
    return slots_[head_];
  }
  const T& back() const {
    DCHECK(size_ > 0);
    return slots_[(head_ + size_ - 1) & (slots_.size() - 1)];
  }
  void PushBack(const T& value) {
    if (size_ == slots_.size()) Grow();
    slots_[(head_ + size_) & (slots_.size() - 1)] = value;
    ++size_;
  }
  T PopFront() {
    DCHECK(size_ > 0);
    const T value = slots_[head_];
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
    return value;
  }

 private:
  void Grow() {
    std::vector<T> grown(slots_.empty() ? 16 : slots_.size() * 2);
    for (size_t i = 0; i < size_; ++i) grown[i] = slots_[(head_ + i) & (slots_.size() - 1)];
    slots_.swap(grown);
    head_ = 0;
  }

  std::vector<T> slots_;  // a power of two
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace weir
