#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/large_array.h"
#include "base/prefetch.h"
#include "types/row_store.h"

namespace weir {

// Rows with equal keys as lists in order of arrival, found by the hash of the key. A list that has
// one row is all in its slot, so that finding it looks at one place in memory. The hashes must be
// well mixed.
class KeyLists {
 public:
  struct List {
    uint64_t hash = 0;
    RowId first = kNoRow;  // kNoRow: a free slot
    RowId last = kNoRow;
  };

  KeyLists() : slots_(16) {}

  // The list of a key, null if there is none. `is_key` tells whether a row of that hash has it.
  template <class IsKey>
  const List* Find(uint64_t hash, IsKey is_key) const {
    const List& list = slots_[Place(hash, is_key)];
    return list.first == kNoRow ? nullptr : &list;
  }
  // The row after `id` in its list; kNoRow: that was the last.
  RowId Next(const List& list, RowId id) const {
    return id == list.last ? kNoRow : links_[id].next;
  }

  // Appends a row, which is in no list, to that of its key.
  template <class IsKey>
  void Append(uint64_t hash, RowId id, IsKey is_key) {
    if ((used_ + 1) * 2 > slots_.size()) Grow();
    if (id >= links_.size()) links_.resize(id + 1 > links_.size() * 2 ? id + 1 : links_.size() * 2);
    List& list = slots_[Place(hash, is_key)];
    links_[id] = {hash, list.last, kNoRow, true};
    if (list.first == kNoRow) {
      ++used_;
      list = {hash, id, id};
      return;
    }
    links_[list.last].next = id;
    list.last = id;
  }
  // Takes a row out of its list, if it is in one.
  void Remove(RowId id);

  // Where a find will look soon.
  void Prefetch(uint64_t hash) const { BringMemoryNear(&slots_[hash & (slots_.size() - 1)]); }
  // A row that a find of the hash would probably give; kNoRow: none.
  RowId Likely(uint64_t hash) const {
    return slots_[Place(hash, [](RowId) { return true; })].first;
  }

 private:
  struct Link {
    uint64_t hash = 0;
    RowId previous = kNoRow;
    RowId next = kNoRow;
    bool listed = false;
  };

  // The slot of the key, or the free one where it belongs.
  template <class IsKey>
  size_t Place(uint64_t hash, IsKey is_key) const {
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    while (slots_[at].first != kNoRow && (slots_[at].hash != hash || !is_key(slots_[at].first))) {
      at = (at + 1) & mask;
    }
    return at;
  }
  void Free(size_t hole);
  void Grow();

  LargeVector<List> slots_;  // open addressing, a power of two, at most half in use
  LargeVector<Link> links_;  // by row
  size_t used_ = 0;
};

}  // namespace weir
