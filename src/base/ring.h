#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace weir {

// A double-ended queue of values that are cheap to copy, in one block that doubles when full; every
// operation is O(1) amortised, without allocation once it is big enough. Not thread-safe.
template <class T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  const T& front() const { return (*this)[0]; }
  const T& back() const { return (*this)[size_ - 1]; }
  // The i-th value from the front.
  const T& operator[](size_t i) const {
    DCHECK(i < size_);
    return items_[(head_ + i) & mask_];
  }

  void PushBack(const T& value) {
    if (size_ == items_.size()) Grow();
    items_[(head_ + size_) & mask_] = value;
    ++size_;
  }
  T PopFront() {
    DCHECK(size_ > 0);
    const T value = items_[head_];
    head_ = (head_ + 1) & mask_;
    --size_;
    ++popped_;
    return value;
  }
  T PopBack() {
    DCHECK(size_ > 0);
    --size_;
    return items_[(head_ + size_) & mask_];
  }
  // Keeps the block.
  void Clear() {
    popped_ += size_;
    head_ = size_ = 0;
  }
  // How many values ever left at the front: the number of the first value among all.
  uint64_t popped() const { return popped_; }
  // Empty, as after so many values left at the front.
  void Restore(uint64_t popped) {
    head_ = size_ = 0;
    popped_ = popped;
  }

 private:
  void Grow() {
    std::vector<T> grown(items_.empty() ? 8 : items_.size() * 2);
    for (size_t i = 0; i < size_; ++i) grown[i] = (*this)[i];
    items_ = std::move(grown);
    mask_ = items_.size() - 1;
    head_ = 0;
  }

  std::vector<T> items_;  // a power of two of them
  size_t mask_ = 0;
  size_t head_ = 0;
  size_t size_ = 0;
  uint64_t popped_ = 0;
};

}  // namespace weir
