#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "types/row_store.h"

namespace weir {

// Which update of a batch was the last of each row; a small table by open addressing, which stays
// near however many rows there are.
class LastUpdates {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  LastUpdates() : slots_(1024) {}

  // `update` is the last of the row from now on; the one before, or kNone.
  uint32_t Set(RowId id, uint32_t update) {
    if ((used_.size() + 1) * 2 > slots_.size()) Grow();
    const size_t at = Find(id);
    if (slots_[at].id == kNoRow) {
      slots_[at].id = id;
      used_.push_back(static_cast<uint32_t>(at));
    }
    return std::exchange(slots_[at].update, update);
  }
  // Costs no more than was Set.
  void Clear() {
    for (const uint32_t at : used_) slots_[at] = Slot();
    used_.clear();
  }

 private:
  struct Slot {
    RowId id = kNoRow;
    uint32_t update = kNone;
  };

  size_t Find(RowId id) const {
    const size_t mask = slots_.size() - 1;
    size_t at = (id * 0x9E3779B1u >> 7) & mask;
    while (slots_[at].id != kNoRow && slots_[at].id != id) at = (at + 1) & mask;
    return at;
  }

  void Grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (uint32_t& at : used_) {
      const Slot slot = old[at];
      at = static_cast<uint32_t>(Find(slot.id));
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two, at most half in use
  std::vector<uint32_t> used_;
};

}  // namespace weir
