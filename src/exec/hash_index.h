#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/large_array.h"
#include "types/row_store.h"

namespace weir {

// One row for each hash: an open-addressing table without deletion marks. The hashes must be well
// mixed.
class HashIndex {
 public:
  HashIndex() : slots_(16) {}

  // Null if there is none.
  RowId* Find(uint64_t hash) {
    Slot& slot = slots_[Place(hash)];
    return slot.row == kNoRow ? nullptr : &slot.row;
  }
  const RowId* Find(uint64_t hash) const { return const_cast<HashIndex*>(this)->Find(hash); }
  // kNoRow to be overwritten if there is none; valid until the next call.
  RowId* FindOrAdd(uint64_t hash);
  void Erase(uint64_t hash);
  // Where a find will look soon.
  void Prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]); }
  size_t size() const { return used_; }
  // All rows, in an order that must not show.
  std::vector<RowId> rows() const {
    std::vector<RowId> all;
    for (const Slot& slot : slots_) {
      if (slot.row != kNoRow) all.push_back(slot.row);
    }
    return all;
  }

 private:
  struct Slot {
    uint64_t hash = 0;
    RowId row = kNoRow;  // kNoRow: free
  };
  // The slot of the hash, or the free one where it belongs.
  size_t Place(uint64_t hash) const {
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    while (slots_[at].row != kNoRow && slots_[at].hash != hash) at = (at + 1) & mask;
    return at;
  }
  void Grow();

  LargeVector<Slot> slots_;  // a power of two, at most half in use
  size_t used_ = 0;
};

}  // namespace weir
