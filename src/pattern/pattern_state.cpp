// How the state of a pattern is saved and loaded. Partial matches are parts by their numbers, each
// with its slots and its places; lists, heaps, tables of keys and counts of references follow from
// these and are made anew.
#include <algorithm>

#include "pattern/pattern_machine.h"

namespace weir {

void PatternMachine::Save(StateWriter& out) const {
  out.Write(now_, latest_start_, giving_up_due_);
  for (const StateMemory& memory : memory_) out.Write(memory);
  out.Write(partials_);
  out.WriteSize(partials_.capacity());
  const uint32_t section = out.NewSection();
  for (PartialId id = 0; id < partials_.capacity(); ++id) {
    if (id % kStatePartIds == 0) out.BeginPart(section, 0, id / kStatePartIds);
    partials_.SavePartial(id, out);
    if (partials_[id].alive) lists_.SavePlaces(partials_[id], out);
    if ((id + 1) % kStatePartIds == 0 || id + 1 == partials_.capacity()) out.EndPart();
  }
  out.Write(lists_, starts_, to_give_up_);
  if (automaton_.lateness_ms >= 0) out.Write(freeing_due_);
}

void PatternMachine::Load(StateReader& in) {
  in.Read(now_, latest_start_, giving_up_due_);
  for (StateMemory& memory : memory_) in.Read(memory);
  lists_ = WaitingLists(static_cast<uint32_t>(automaton_.states.size()));
  in.Read(partials_);
  std::vector<NumberedWait> places;
  LoadPartials(in, &places);
  partials_.CheckLoaded(in);
  CheckPlaces(in, places);
  lists_.Load(in, std::move(places));
  starts_.Load(in, partials_.capacity());
  to_give_up_.Load(in, partials_.capacity());
  if (automaton_.lateness_ms >= 0) in.Read(freeing_due_);
  if (in.ok()) IndexPlaces(in);
}

void PatternMachine::LoadPartials(StateReader& in, std::vector<NumberedWait>* places) {
  const uint64_t count = in.ReadSize();
  in.Check(count < kNone, "there are too many partial matches");
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t number = 0;
  for (uint64_t id = 0; id < count && in.ok();) {
    if (!in.NextPart(section, &key_group, &number)) {
      in.Fail("partial matches are missing");
      return;
    }
    in.Check(number == id / kStatePartIds, "partial matches are missing");
    for (const uint64_t end = std::min(count, id + kStatePartIds); id < end && in.ok(); ++id) {
      if (!partials_.LoadPartial(in)) continue;
      const auto partial = static_cast<PartialId>(id);
      WaitingLists::LoadPlaces(partial, in, &partials_[partial], places);
    }
    in.EndPart();
  }
}

// Places are where a partial match may wait for their state.
void PatternMachine::CheckPlaces(StateReader& in, const std::vector<NumberedWait>& places) const {
  const auto states = static_cast<uint32_t>(automaton_.states.size());
  for (const NumberedWait& place : places) {
    const uint32_t s = place.wait.state;
    const uint32_t list = place.wait.list;
    const bool right =
        s < states && (list == WaitingLists::Fresh(s) || list == WaitingLists::Pending(s) ||
                       (list >= 2 * states && guards_[s]->has_keys()));
    if (!in.Check(right, "a partial match waits at a wrong place")) return;
  }
}

// Makes the tables of keys and the heaps, and counts.
void PatternMachine::IndexPlaces(StateReader& in) {
  const auto states = static_cast<uint32_t>(automaton_.states.size());
  for (uint32_t list = 0; list < lists_.size(); ++list) {
    if (lists_.empty(list)) continue;
    const WaitId first = lists_.list(list).first;
    const uint32_t s = lists_[first].state;
    if (list == WaitingLists::Fresh(s)) continue;
    const GuardRunner& guard = *guards_[s];
    const bool keyed = list >= 2 * states;
    uint64_t hash = 0;
    for (WaitId wait = first; wait != kNone; wait = lists_[wait].next) {
      const PartialId id = lists_[wait].partial;
      const bool same = !keyed || (lists_[wait].state == s && guard.PartialKeyHash(id, &hash) &&
                                   guard.PartialKeyEquals(lists_[first].partial, id));
      if (!in.Check(same, "a partial match waits among others of another key")) return;
      ++memory_[s].waiting;
      if (guard.has_range() && keyed == guard.has_keys()) EnterRange(s, wait);
    }
    if (!keyed) continue;
    lists_.SetHash(list, hash);
    memory_[s].keys.Insert(hash, list);
  }
}

void WaitingLists::SavePlaces(const Partial& partial, StateWriter& out) const {
  out.WriteSize(partial.waits);
  for (WaitId id = partial.first_wait; id != kNone; id = waits_[id].sibling) {
    const Wait& wait = waits_[id];
    out.WriteSize(id);
    out.WriteSize(wait.state);
    out.WriteSize(wait.list);
    out.WriteSize(wait.order);
  }
}

void WaitingLists::LoadPlaces(PartialId id, StateReader& in, Partial* partial,
                              std::vector<NumberedWait>* places) {
  const uint64_t count = in.ReadSize(4);
  in.Check(count > 0, "a partial match waits nowhere");
  partial->waits = static_cast<uint32_t>(count);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const uint64_t number = in.ReadSize();
    const uint64_t state = in.ReadSize();
    const uint64_t list = in.ReadSize();
    const uint64_t order = in.ReadSize();
    in.Check(std::max({number, state, list}) < kNone, "the number of a place is too large");
    const auto wait = static_cast<WaitId>(number);
    (i == 0 ? partial->first_wait : places->back().wait.sibling) = wait;
    places->push_back({wait,
                       {id, static_cast<uint32_t>(state), static_cast<uint32_t>(list), kNone, kNone,
                        kNone, order}});
  }
}

void WaitingLists::Save(StateWriter& out) const {
  out.WriteSize(waits_.size());
  out.WriteSize(lists_.size());
  out.Write(free_, free_lists_, last_order_);
}

void WaitingLists::Load(StateReader& in, std::vector<NumberedWait> places) {
  const uint64_t waits = in.ReadSize();
  const uint64_t lists = in.ReadSize();
  in.Read(free_, free_lists_, last_order_);
  const size_t fixed = lists_.size();
  in.Check(waits == places.size() + free_.size() && waits < kNone, "places are missing");
  in.Check(lists >= fixed && lists - fixed <= places.size() + free_lists_.size(),
           "lists of places are missing");
  if (!in.ok()) return;
  waits_.assign(waits, Wait{kNone, 0, 0, kNone, kNone, kNone, 0});
  lists_.resize(lists);
  PutPlaces(in, std::move(places));
  // What is in use was checked to be there, so with those the free ones must be all.
  std::vector<bool> seen(waits);
  for (const WaitId id : free_) {
    const bool free = id < waits && waits_[id].partial == kNone && !seen[id];
    if (!in.Check(free, "a place is free and in use")) return;
    seen[id] = true;
  }
  seen.assign(lists, false);
  for (const uint32_t list : free_lists_) {
    const bool free = list >= fixed && list < lists && empty(list) && !seen[list];
    if (!in.Check(free, "a list of places is free and in use")) return;
    seen[list] = true;
  }
  for (size_t list = fixed; list < lists; ++list) {
    in.Check(seen[list] != !empty(static_cast<uint32_t>(list)), "a list of places is missing");
  }
}

// In their order, which is that of each list.
void WaitingLists::PutPlaces(StateReader& in, std::vector<NumberedWait> places) {
  std::sort(places.begin(), places.end(), [](const NumberedWait& a, const NumberedWait& b) {
    return a.wait.order < b.wait.order;
  });
  uint64_t previous = 0;
  for (const auto& [id, wait] : places) {
    const bool right = id < waits_.size() && waits_[id].partial == kNone &&
                       wait.list < lists_.size() && wait.order > previous &&
                       wait.order <= last_order_;
    if (!in.Check(right, "a place is taken twice")) return;
    previous = wait.order;
    waits_[id] = wait;
    Link(id, wait.list);
  }
}

void StartQueue::Save(StateWriter& out) const {
  out.WriteSequence<Start>(first_ + head_, ascending_.size() - head_,
                           [&](size_t i) -> const Start& { return ascending_[head_ + i]; });
  out.Write(heap_, pushed_);
}

void StartQueue::Load(StateReader& in, uint32_t partials) {
  ascending_.clear();
  head_ = 0;
  first_ = in.ReadSequence<Start>([&](const Start& start) { ascending_.push_back(start); });
  in.Read(heap_, pushed_);
  bool right = std::is_heap(heap_.begin(), heap_.end(), Later);
  for (size_t i = 1; i < ascending_.size(); ++i) {
    right = right && !Later(ascending_[i - 1], ascending_[i]);
  }
  for (const std::vector<Start>* starts : {&ascending_, &heap_}) {
    for (const Start& start : *starts) right = right && start.partial < partials;
  }
  in.Check(right, "beginnings of partial matches are not in order");
}

}  // namespace weir
