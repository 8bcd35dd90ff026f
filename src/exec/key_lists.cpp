#include "exec/key_lists.h"

namespace weir {

void KeyLists::Remove(RowId id) {
  if (id >= links_.size() || !links_[id].listed) return;
  Link& link = links_[id];
  link.listed = false;
  if (link.previous != kNoRow) links_[link.previous].next = link.next;
  if (link.next != kNoRow) links_[link.next].previous = link.previous;
  if (link.previous != kNoRow && link.next != kNoRow) return;
  // Keys that share the hash have lists of their own.
  const size_t mask = slots_.size() - 1;
  size_t at = link.hash & mask;
  while (slots_[at].first != id && slots_[at].last != id) at = (at + 1) & mask;
  if (link.previous == kNoRow) slots_[at].first = link.next;
  if (link.next == kNoRow) slots_[at].last = link.previous;
  if (slots_[at].first == kNoRow) Free(at);
}

void KeyLists::Free(size_t hole) {
  const size_t mask = slots_.size() - 1;
  // Moves up what would no longer be found behind the hole.
  for (size_t at = (hole + 1) & mask; slots_[at].first != kNoRow; at = (at + 1) & mask) {
    const size_t home = slots_[at].hash & mask;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = List();
  --used_;
}

void KeyLists::Grow() {
  const LargeVector<List> old = std::move(slots_);
  slots_.assign(old.size() * 2, List());
  for (const List& list : old) {
    // No two of them are of one key.
    if (list.first != kNoRow) slots_[Place(list.hash, [](RowId) { return false; })] = list;
  }
}

}  // namespace weir
