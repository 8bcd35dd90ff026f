#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/large_array.h"
#include "base/prefetch.h"
#include "pattern/partial_store.h"

namespace weir {

using WaitId = uint32_t;

// A place of a partial match in the list of one state.
struct Wait {
  PartialId partial;
  uint32_t state;
  uint32_t list;
  WaitId previous, next;  // in the list
  WaitId sibling;         // next place of the same partial match
  uint64_t order = 0;     // among all places ever taken: that of the list
};

// A place with its number, as a state holds it.
struct NumberedWait {
  WaitId id;
  Wait wait;
};

// The lists in which partial matches wait, in order of arrival. Every state has two: fresh holds
// what came since the last event of its stream, pending what is offered the next event. States
// with an index have one list for each key instead of pending, made on demand.
class WaitingLists {
 public:
  struct List {
    WaitId first = kNone;
    WaitId last = kNone;
    uint32_t size = 0;
    uint64_t hash = 0;  // of its key
  };

  explicit WaitingLists(uint32_t states) : lists_(size_t{states} * 2) {}

  static uint32_t Fresh(uint32_t state) { return 2 * state; }
  static uint32_t Pending(uint32_t state) { return 2 * state + 1; }
  // A list for one key.
  uint32_t NewList(uint64_t hash);
  void DropList(uint32_t list) { free_lists_.push_back(list); }

  const List& list(uint32_t number) const { return lists_[number]; }
  bool empty(uint32_t number) const { return lists_[number].first == kNone; }
  const Wait& operator[](WaitId id) const { return waits_[id]; }

  WaitId Add(uint32_t list, uint32_t state, PartialId id, Partial* partial);
  // To the end of another list.
  void Move(WaitId id, uint32_t list) {
    Unlink(id);
    Link(id, list);
    waits_[id].order = ++last_order_;
  }
  void Remove(WaitId id, Partial* partial);
  // True if the place has not been left since it was taken as the `order`-th.
  bool Alive(WaitId id, uint64_t order) const {
    return waits_[id].partial != kNone && waits_[id].order == order;
  }
  uint32_t size() const { return static_cast<uint32_t>(lists_.size()); }
  void BringWaitNear(WaitId id) const { BringMemoryNear(&waits_[id]); }
  void BringListNear(uint32_t list) const { BringMemoryNear(&lists_[list]); }
  // Of the key of a list that is loaded.
  void SetHash(uint32_t list, uint64_t hash) { lists_[list].hash = hash; }

  // The places are saved with their partial matches, what leads to them is made anew.
  void SavePlaces(const Partial& partial, StateWriter& out) const;
  static void LoadPlaces(PartialId id, StateReader& in, Partial* partial,
                         std::vector<NumberedWait>* places);
  void Save(StateWriter& out) const;
  void Load(StateReader& in, std::vector<NumberedWait> places);

 private:
  void PutPlaces(StateReader& in, std::vector<NumberedWait> places);
  void Link(WaitId id, uint32_t list);
  void Unlink(WaitId id);

  LargeVector<Wait> waits_;
  std::vector<WaitId> free_;
  LargeVector<List> lists_;
  std::vector<uint32_t> free_lists_;
  uint64_t last_order_ = 0;
};

// Finds the list of a key by its hash: open addressing, the caller compares keys.
class KeyTable {
 public:
  KeyTable() : slots_(16) {}

  // The list for which same(list) holds among those with this hash; kNone if there is none.
  template <class Same>
  uint32_t Find(uint64_t hash, Same&& same) const {
    for (size_t i = hash & (slots_.size() - 1); slots_[i].list != kNone;
         i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].hash == hash && same(slots_[i].list)) return slots_[i].list;
    }
    return kNone;
  }
  void Insert(uint64_t hash, uint32_t list);
  void Erase(uint64_t hash, uint32_t list);
  size_t size() const { return size_; }
  // True if a slot is likely not in a near cache.
  bool large() const { return slots_.size() >= 8192; }
  // Brings the slot of this hash near, for what comes a little later.
  void Prefetch(uint64_t hash) const { BringMemoryNear(&slots_[hash & (slots_.size() - 1)]); }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t list = kNone;
  };
  void Place(uint64_t hash, uint32_t list);

  LargeVector<Slot> slots_;  // a power of two, at most half full
  size_t size_ = 0;
};

// The places of one list by the value of an earlier event, smallest first. Places that are given
// up stay until they come to the top or outnumber the others.
class RangeHeap {
 public:
  struct Node {
    int64_t value;
    uint64_t order;
    WaitId wait;
  };

  bool empty() const { return nodes_.empty(); }
  size_t size() const { return nodes_.size(); }
  const Node& top() const { return nodes_.front(); }
  void Push(const Node& node);
  void Pop();
  void Clear() { nodes_.clear(); }
  template <class Live>
  void Keep(Live&& live) {
    std::erase_if(nodes_, [&](const Node& node) { return !live(node); });
    std::make_heap(nodes_.begin(), nodes_.end(), Later);
  }

 private:
  static bool Later(const Node& a, const Node& b) { return a.value > b.value; }
  std::vector<Node> nodes_;
};

// The times at which partial matches began, oldest first, for expiry. Beginnings in ascending
// order, the common case, cost O(1).
class StartQueue {
 public:
  struct Start {
    TimeMs time;
    PartialId partial;
    uint32_t generation;
    uint64_t number = 0;  // set by Push: beginnings at one time stay in order
  };

  void Push(Start start);
  bool empty() const { return head_ == ascending_.size() && heap_.empty(); }
  const Start& front() const { return FrontIsHeap() ? heap_.front() : ascending_[head_]; }
  void Pop();
  // One that will be at the front soon if none comes out of order; null: not known.
  const Start* Ahead(size_t n) const {
    return n < ascending_.size() - head_ ? &ascending_[head_ + n] : nullptr;
  }
  size_t size() const { return ascending_.size() - head_ + heap_.size(); }
  // Forgets those for which live(start) is false.
  template <class Live>
  void Keep(Live&& live) {
    const auto dead = [&](const Start& start) { return !live(start); };
    ascending_.erase(ascending_.begin(), ascending_.begin() + static_cast<ptrdiff_t>(head_));
    first_ += head_;
    head_ = 0;
    std::erase_if(ascending_, dead);
    std::erase_if(heap_, dead);
    std::make_heap(heap_.begin(), heap_.end(), Later);
  }

  void Save(StateWriter& out) const;
  // `partials`: how many partial matches have numbers.
  void Load(StateReader& in, uint32_t partials);

 private:
  static bool Later(const Start& a, const Start& b) {
    return a.time != b.time ? a.time > b.time : a.number > b.number;
  }
  bool FrontIsHeap() const {
    return head_ == ascending_.size() ||
           (!heap_.empty() && Later(ascending_[head_], heap_.front()));
  }

  std::vector<Start> ascending_;  // from head_ on
  size_t head_ = 0;
  uint64_t first_ = 0;       // position of ascending_[0] among all that were in it
  std::vector<Start> heap_;  // what came out of order
  uint64_t pushed_ = 0;
};

}  // namespace weir
