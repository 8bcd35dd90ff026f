// How partial matches and their events are saved and loaded.
#include "pattern/partial_store.h"

namespace weir {
namespace {

constexpr uint8_t kAlive = 1, kRearmed = 2, kTaken = 4, kGivenUp = 8;

}  // namespace

void EventStore::Load(StateReader& in) {
  rows_.Load(in, kStatePartIds);
  live_ = rows_.LiveBits();
  references_.assign(live_.size() * 64, 0);
}

void EventStore::LoadRef(StateReader& in, EventId id, bool settled) {
  const bool bare = settled || columns_.values.empty();
  const bool live = id / 64 < live_.size() && (live_[id / 64] >> (id % 64) & 1) != 0;
  if (!in.Check(bare ? id == kBareEvent : live, "a partial match has an event that is not there")) {
    return;
  }
  Ref(id);
}

void EventStore::CheckLoaded(StateReader& in) {
  size_t referenced = 0;
  for (const uint32_t references : references_) referenced += references > 0 ? 1 : 0;
  in.Check(referenced == rows_.live_rows(), "an event is kept for no partial match");
  live_ = std::vector<uint64_t>();
}

void PartialStore::Save(StateWriter& out) const {
  for (const auto& events : events_) out.Write(*events);
  out.Write(free_, free_lists_);
  out.WriteSize(lists_.size());
  const uint32_t section = out.NewSection();
  for (size_t i = 0; i < lists_.size(); ++i) {
    if (i % kStatePartIds == 0) out.BeginPart(section, 0, i / kStatePartIds);
    out.Write(lists_[i].events);
    if ((i + 1) % kStatePartIds == 0 || i + 1 == lists_.size()) out.EndPart();
  }
}

void PartialStore::Load(StateReader& in) {
  partials_.clear();
  slots_.clear();
  live_ = 0;
  for (const auto& events : events_) in.Read(*events);
  in.Read(free_, free_lists_);
  const uint64_t count = in.ReadSize();
  in.Check(count < kNone, "there are too many lists of events");
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t number = 0;
  while (lists_.size() < count && in.ok()) {
    if (!in.NextPart(section, &key_group, &number)) {
      in.Fail("lists of events are missing");
      return;
    }
    in.Check(number == lists_.size() / kStatePartIds, "lists of events are missing");
    do {
      in.Read(lists_.emplace_back().events);
    } while (lists_.size() % kStatePartIds != 0 && lists_.size() < count && in.ok());
    in.EndPart();
  }
}

// Of those that are free only what outlives them.
void PartialStore::SavePartial(PartialId id, StateWriter& out) const {
  const Partial& partial = partials_[id];
  out.WriteSize(partial.generation);
  if (!partial.alive) {
    out.Write(uint8_t{0});
    return;
  }
  out.Write(static_cast<uint8_t>(kAlive | (partial.rearmed ? kRearmed : 0) |
                                 (partial.taken ? kTaken : 0) | (partial.given_up ? kGivenUp : 0)));
  out.Write(partial.timestamp, partial.start);
  // One more, so that the commonest, none, is zero.
  for (uint32_t s = 0; s < width_; ++s) out.WriteSize(uint32_t{Slot(id, s) + 1});
}

bool PartialStore::LoadPartial(StateReader& in) {
  const auto id = static_cast<PartialId>(partials_.size());
  Partial& partial = partials_.emplace_back();
  slots_.resize(slots_.size() + width_, kNoEvent);
  partial.generation = static_cast<uint32_t>(in.ReadSize());
  const auto flags = in.Get<uint8_t>();
  partial.alive = (flags & kAlive) != 0;
  if (!partial.alive) return false;
  ++live_;
  partial.rearmed = (flags & kRearmed) != 0;
  partial.taken = (flags & kTaken) != 0;
  partial.given_up = (flags & kGivenUp) != 0;
  in.Read(partial.timestamp, partial.start);
  for (uint32_t s = 0; s < width_ && in.ok(); ++s) {
    const auto slot = static_cast<uint32_t>(in.ReadSize()) - 1;
    if (slot == kNoEvent) continue;
    LoadSlot(in, s, slot);
    Slot(id, s) = slot;
  }
  return true;
}

void PartialStore::LoadSlot(StateReader& in, uint32_t s, uint32_t slot) {
  const AutomatonState& state = automaton_.states[s];
  if (state.kind != StateKind::kCount) {
    events_[s]->LoadRef(in, slot, state.absent());
    return;
  }
  const bool there = slot < lists_.size() && !lists_[slot].events.empty();
  if (!in.Check(there, "a partial match has a list of events that is not there")) return;
  EventList& list = lists_[slot];
  if (list.references == 0) {
    list.state = s;
    for (const EventId event : list.events) events_[s]->LoadRef(in, event, /*settled=*/false);
  }
  in.Check(list.state == s, "a list of events belongs to two states");
  ++list.references;
}

void PartialStore::CheckLoaded(StateReader& in) {
  for (const auto& events : events_) events->CheckLoaded(in);
  in.Check(live_ + free_.size() == partials_.size(), "partial matches are missing");
  std::vector<bool> seen(partials_.size());
  for (const PartialId id : free_) {
    const bool free = id < partials_.size() && !partials_[id].alive && !seen[id];
    if (!in.Check(free, "a partial match is free and in use")) return;
    seen[id] = true;
  }
  seen.assign(lists_.size(), false);
  for (const uint32_t list : free_lists_) {
    const bool free = list < lists_.size() && lists_[list].events.empty() && !seen[list];
    if (!in.Check(free, "a list of events is free and in use")) return;
    seen[list] = true;
  }
  for (size_t i = 0; i < lists_.size(); ++i) {
    in.Check(seen[i] != (lists_[i].references > 0), "a list of events is kept for nobody");
  }
}

}  // namespace weir
