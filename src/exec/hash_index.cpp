#include "exec/hash_index.h"

namespace weir {

RowId* HashIndex::FindOrAdd(uint64_t hash) {
  size_t at = Place(hash);
  if (slots_[at].row != kNoRow) return &slots_[at].row;
  if ((used_ + 1) * 2 > slots_.size()) {
    Grow();
    at = Place(hash);
  }
  ++used_;
  slots_[at].hash = hash;
  return &slots_[at].row;
}

void HashIndex::Erase(uint64_t hash) {
  const size_t mask = slots_.size() - 1;
  size_t hole = Place(hash);
  if (slots_[hole].row == kNoRow) return;
  // Moves up what would no longer be found behind the hole.
  for (size_t at = (hole + 1) & mask; slots_[at].row != kNoRow; at = (at + 1) & mask) {
    const size_t home = slots_[at].hash & mask;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = Slot();
  --used_;
}

void HashIndex::Grow() {
  const LargeVector<Slot> old = std::move(slots_);
  slots_.assign(old.size() * 2, Slot());
  for (const Slot& slot : old) {
    if (slot.row != kNoRow) slots_[Place(slot.hash)] = slot;
  }
}

}  // namespace weir
