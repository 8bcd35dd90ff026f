#include "pattern/waiting_lists.h"

namespace weir {

uint32_t WaitingLists::NewList(uint64_t hash) {
  uint32_t list;
  if (!free_lists_.empty()) {
    list = free_lists_.back();
    free_lists_.pop_back();
  } else {
    list = static_cast<uint32_t>(lists_.size());
    lists_.emplace_back();
  }
  lists_[list] = List();
  lists_[list].hash = hash;
  return list;
}

WaitId WaitingLists::Add(uint32_t list, uint32_t state, PartialId id, Partial* partial) {
  WaitId wait;
  if (!free_.empty()) {
    wait = free_.back();
    free_.pop_back();
  } else {
    wait = static_cast<WaitId>(waits_.size());
    waits_.emplace_back();
  }
  waits_[wait] = {id, state, list, kNone, kNone, partial->first_wait, 0};
  partial->first_wait = wait;
  ++partial->waits;
  Link(wait, list);
  waits_[wait].order = ++last_order_;
  return wait;
}

void WaitingLists::Remove(WaitId id, Partial* partial) {
  Unlink(id);
  WaitId* link = &partial->first_wait;
  while (*link != id) link = &waits_[*link].sibling;
  *link = waits_[id].sibling;
  --partial->waits;
  waits_[id].partial = kNone;
  free_.push_back(id);
}

void WaitingLists::Link(WaitId id, uint32_t number) {
  Wait& wait = waits_[id];
  List& list = lists_[number];
  wait.list = number;
  wait.previous = list.last;
  wait.next = kNone;
  if (list.last == kNone) {
    list.first = id;
  } else {
    waits_[list.last].next = id;
  }
  list.last = id;
  ++list.size;
}

void WaitingLists::Unlink(WaitId id) {
  const Wait& wait = waits_[id];
  List& list = lists_[wait.list];
  (wait.previous == kNone ? list.first : waits_[wait.previous].next) = wait.next;
  (wait.next == kNone ? list.last : waits_[wait.next].previous) = wait.previous;
  --list.size;
}

void KeyTable::Place(uint64_t hash, uint32_t list) {
  size_t i = hash & (slots_.size() - 1);
  while (slots_[i].list != kNone) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = {hash, list};
}

void KeyTable::Insert(uint64_t hash, uint32_t list) {
  if (++size_ * 2 > slots_.size()) {
    LargeVector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.list != kNone) Place(slot.hash, slot.list);
    }
  }
  Place(hash, list);
}

void KeyTable::Erase(uint64_t hash, uint32_t list) {
  const size_t mask = slots_.size() - 1;
  size_t hole = hash & mask;
  while (slots_[hole].list != list) hole = (hole + 1) & mask;
  // Later slots of the run move up, so that no search stops short.
  for (size_t i = (hole + 1) & mask; slots_[i].list != kNone; i = (i + 1) & mask) {
    const size_t home = slots_[i].hash & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = Slot();
  --size_;
}

void RangeHeap::Push(const Node& node) {
  nodes_.push_back(node);
  std::push_heap(nodes_.begin(), nodes_.end(), Later);
}

void RangeHeap::Pop() {
  std::pop_heap(nodes_.begin(), nodes_.end(), Later);
  nodes_.pop_back();
}

void StartQueue::Push(Start start) {
  start.number = pushed_++;
  if (head_ == ascending_.size() || ascending_.back().time <= start.time) {
    ascending_.push_back(start);
  } else {
    heap_.push_back(start);
    std::push_heap(heap_.begin(), heap_.end(), Later);
  }
}

void StartQueue::Pop() {
  if (FrontIsHeap()) {
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    heap_.pop_back();
    return;
  }
  if (++head_ < 1024 || head_ * 2 < ascending_.size()) return;
  ascending_.erase(ascending_.begin(), ascending_.begin() + static_cast<ptrdiff_t>(head_));
  first_ += head_;
  head_ = 0;
}

}  // namespace weir
