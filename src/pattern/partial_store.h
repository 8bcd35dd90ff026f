#pragma once

#include <cstdint>
#include <vector>

#include "base/large_array.h"
#include "base/prefetch.h"
#include "pattern/automaton.h"
#include "time/timeline.h"
#include "types/row_store.h"

namespace weir {

// An event that a state keeps. Two values are not events: none, and one without any kept value.
using EventId = RowId;
inline constexpr EventId kNoEvent = kNoRow;
inline constexpr EventId kBareEvent = kNoRow - 1;

// So many partial matches, or events, or lists of these share a part of a state.
inline constexpr uint32_t kStatePartIds = 16;

// The events that one state keeps for its partial matches, each stored once and counted.
class EventStore {
 public:
  explicit EventStore(const StoredColumns& columns) : columns_(columns), rows_(columns.schema) {}

  // Events come from this chunk from now on; null: from none.
  void Attach(const Chunk* chunk, const Timeline* timeline) {
    chunk_ = chunk;
    timeline_ = timeline;
    pruned_ = Chunk();
  }
  // The event at this visible row of the chunk; it stays at least until EndRow.
  EventId Take(uint32_t row) {
    if (columns_.values.empty()) return kBareEvent;
    if (current_ == kNoEvent) Store(row);
    return current_;
  }
  void EndRow() {
    if (current_ == kNoEvent) return;
    Unref(current_);
    current_ = kNoEvent;
  }

  void Ref(EventId id) {
    if (id < kBareEvent) ++references_[id];
  }
  // The values stay readable until Reclaim.
  void Unref(EventId id) {
    if (id < kBareEvent && --references_[id] == 0) rows_.Release(id);
  }
  void Reclaim() { rows_.Reclaim(); }

  void Save(StateWriter& out) const { rows_.Save(out, kStatePartIds); }
  // Then each reference is read by LoadRef, and CheckLoaded says whether they fit what is there.
  void Load(StateReader& in);
  // `settled`: the state asks for an absence, so that no event can be meant.
  void LoadRef(StateReader& in, EventId id, bool settled);
  void CheckLoaded(StateReader& in);

  const RowStore& rows() const { return rows_; }

 private:
  void Store(uint32_t row);

  const StoredColumns& columns_;
  RowStore rows_;
  std::vector<uint32_t> references_;
  std::vector<uint64_t> live_;  // only while references are loaded
  const Chunk* chunk_ = nullptr;
  const Timeline* timeline_ = nullptr;
  Chunk pruned_;  // the kept columns of *chunk_, made when the first row is stored
  EventId current_ = kNoEvent;
};

using PartialId = uint32_t;

struct Partial {
  TimeMs timestamp = -1;  // of the last event that completed an element; -1: none yet
  TimeMs start = kNever;  // of the earliest event of the first element
  uint32_t waits = 0;     // places in waiting lists
  uint32_t first_wait = kNone;
  uint32_t generation = 0;  // tells users of a number apart
  uint32_t pins = 0;
  bool alive = false;
  bool rearmed = false;  // it has armed the first element again
  bool taken = false;    // it has taken an event itself, not only been copied with some
  bool given_up = false;
};

// Partial matches: for each state the event that it matched, or the list of those it counted.
class PartialStore {
 public:
  explicit PartialStore(const Automaton& automaton);

  PartialId New();
  // A partial match that agrees with `from` before `element` and is empty from there on.
  PartialId CopyBefore(PartialId from, uint32_t element);
  void Free(PartialId id);

  Partial& operator[](PartialId id) { return partials_[id]; }
  const Partial& operator[](PartialId id) const { return partials_[id]; }
  uint32_t capacity() const { return static_cast<uint32_t>(partials_.size()); }
  uint32_t live() const { return live_; }
  void BringNear(PartialId id) const {
    BringMemoryNear(&partials_[id]);
    BringMemoryNear(&slots_[size_t{id} * width_]);
  }

  // True if the state has matched, or the absence it asks for is settled.
  bool Has(PartialId id, uint32_t state) const { return Slot(id, state) != kNoEvent; }
  void Set(PartialId id, uint32_t state, EventId event);
  void Clear(PartialId id, uint32_t state);
  // For counted states.
  void Append(PartialId id, uint32_t state, EventId event);
  uint32_t Collected(PartialId id, uint32_t state) const {
    const uint32_t list = Slot(id, state);
    return list == kNone ? 0 : static_cast<uint32_t>(lists_[list].events.size());
  }

  // The event meant by `value`; kNoEvent if there is none.
  EventId Resolve(PartialId id, const StoredValue& value) const {
    const AutomatonState& state = automaton_.states[value.state];
    if (state.kind == StateKind::kCount || state.absent()) return ResolveRare(id, value);
    const bool last_but = value.index.kind != EventIndex::Kind::kFirst && value.index.n > 0;
    return last_but ? kNoEvent : Slot(id, value.state);
  }
  // All events of a state, in order.
  std::span<const EventId> All(PartialId id, uint32_t state) const;

  // Save and Load hold all but the partial matches themselves. These are loaded first to last with
  // LoadPartial, which says whether one is alive; CheckLoaded is called after the last.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);
  void SavePartial(PartialId id, StateWriter& out) const;
  bool LoadPartial(StateReader& in);
  void CheckLoaded(StateReader& in);

  EventStore& events(uint32_t state) { return *events_[state]; }
  const EventStore& events(uint32_t state) const { return *events_[state]; }

 private:
  struct EventList {
    std::vector<EventId> events;
    uint32_t references = 0;  // partial matches that share it
    uint32_t state = kNone;   // only while it is loaded: whose events they are
  };

  const uint32_t& Slot(PartialId id, uint32_t state) const {
    return slots_[size_t{id} * width_ + state];
  }
  uint32_t& Slot(PartialId id, uint32_t state) { return slots_[size_t{id} * width_ + state]; }
  EventId ResolveRare(PartialId id, const StoredValue& value) const;
  void Release(PartialId id, uint32_t state);
  uint32_t NewList();
  void DropList(uint32_t list, uint32_t state);
  void LoadSlot(StateReader& in, uint32_t state, uint32_t slot);

  const Automaton& automaton_;
  const uint32_t width_;  // states
  std::vector<std::unique_ptr<EventStore>> events_;
  LargeVector<Partial> partials_;
  LargeVector<uint32_t> slots_;  // width_ each: an event, or a list for counted states
  std::vector<PartialId> free_;
  std::vector<EventList> lists_;
  std::vector<uint32_t> free_lists_;
  uint32_t live_ = 0;
};

}  // namespace weir
