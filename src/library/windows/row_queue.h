#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/ring.h"
#include "types/row_store.h"

namespace weir {

// A queue of row ids for windows of which there may be one for each of a million keys: the first
// few ids stand in the window itself. Otherwise as Ring.
class RowQueue {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  RowId front() const { return ids()[head_]; }
  RowId operator[](size_t i) const { return ids()[(head_ + i) & (capacity_ - 1)]; }
  void PushBack(RowId id) {
    if (size_ == capacity_) Grow();
    ids()[(head_ + size_) & (capacity_ - 1)] = id;
    ++size_;
  }
  RowId PopFront() {
    const RowId id = ids()[head_];
    head_ = (head_ + 1) & (capacity_ - 1);
    --size_;
    ++popped_;
    return id;
  }
  void Clear() {
    popped_ += size_;
    head_ = size_ = 0;
  }

  void Save(StateWriter& out) const {
    out.WriteSequence<RowId>(popped_, size_, [this](size_t i) { return (*this)[i]; });
  }
  void Load(StateReader& in, const RowStore& rows) {
    Ring<RowId> read;
    rows.ReadIds(in, &read);
    head_ = size_ = 0;
    popped_ = read.popped();
    for (size_t i = 0; i < read.size(); ++i) PushBack(read[i]);
  }

 private:
  static constexpr uint32_t kNear = 4;

  const RowId* ids() const { return capacity_ == kNear ? near_.data() : far_.get(); }
  RowId* ids() { return capacity_ == kNear ? near_.data() : far_.get(); }
  void Grow() {
    auto grown = std::make_unique<RowId[]>(size_t{capacity_} * 2);
    for (uint32_t i = 0; i < size_; ++i) grown[i] = (*this)[i];
    far_ = std::move(grown);
    capacity_ *= 2;
    head_ = 0;
  }

  uint32_t capacity_ = kNear;  // a power of two
  uint32_t head_ = 0;
  uint32_t size_ = 0;
  std::array<RowId, kNear> near_;
  std::unique_ptr<RowId[]> far_;  // null: near_ does
  uint64_t popped_ = 0;
};

}  // namespace weir
