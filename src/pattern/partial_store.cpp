#include "pattern/partial_store.h"

namespace weir {

void EventStore::Store(uint32_t row) {
  if (pruned_.empty()) {
    std::vector<ColumnPtr> columns;
    columns.reserve(columns_.values.size());
    for (const ExprPtr& value : columns_.values) {
      columns.push_back(EvalColumn(*value, EvalContext{*chunk_, timeline_}));
    }
    pruned_ = chunk_->WithColumns(columns_.schema, std::move(columns));
  }
  current_ = rows_.AddOne(pruned_, row);
  if (references_.size() <= current_) references_.resize(size_t{current_} + 1);
  references_[current_] = 1;
}

PartialStore::PartialStore(const Automaton& automaton)
    : automaton_(automaton), width_(static_cast<uint32_t>(automaton.states.size())) {
  events_.reserve(width_);
  for (const AutomatonState& state : automaton.states) {
    events_.push_back(std::make_unique<EventStore>(state.stored));
  }
}

PartialId PartialStore::New() {
  PartialId id;
  if (!free_.empty()) {
    id = free_.back();
    free_.pop_back();
  } else {
    id = static_cast<PartialId>(partials_.size());
    partials_.emplace_back();
    slots_.resize(slots_.size() + width_, kNoEvent);
  }
  const uint32_t generation = partials_[id].generation + 1;
  partials_[id] = Partial();
  partials_[id].generation = generation;
  partials_[id].alive = true;
  ++live_;
  return id;
}

PartialId PartialStore::CopyBefore(PartialId from, uint32_t element) {
  const PartialId id = New();
  partials_[id].timestamp = partials_[from].timestamp;
  if (element == 0) return id;
  partials_[id].start = partials_[from].start;
  partials_[id].rearmed = partials_[from].rearmed;
  for (uint32_t s = 0; s < width_; ++s) {
    const uint32_t slot = Slot(from, s);
    if (slot == kNoEvent || automaton_.states[s].element >= element) continue;
    Slot(id, s) = slot;
    if (automaton_.states[s].kind == StateKind::kCount) {
      ++lists_[slot].references;
    } else {
      events_[s]->Ref(slot);
    }
  }
  return id;
}

void PartialStore::Free(PartialId id) {
  for (uint32_t s = 0; s < width_; ++s) {
    if (Slot(id, s) != kNoEvent) Release(id, s);
  }
  partials_[id].alive = false;
  free_.push_back(id);
  --live_;
}

void PartialStore::Set(PartialId id, uint32_t state, EventId event) {
  events_[state]->Ref(event);
  if (Slot(id, state) != kNoEvent) Release(id, state);
  Slot(id, state) = event;
}

void PartialStore::Clear(PartialId id, uint32_t state) {
  if (Slot(id, state) != kNoEvent) Release(id, state);
}

void PartialStore::Release(PartialId id, uint32_t state) {
  uint32_t& slot = Slot(id, state);
  if (automaton_.states[state].kind == StateKind::kCount) {
    DropList(slot, state);
  } else {
    events_[state]->Unref(slot);
  }
  slot = kNoEvent;
}

void PartialStore::DropList(uint32_t list, uint32_t state) {
  if (--lists_[list].references > 0) return;
  for (EventId event : lists_[list].events) events_[state]->Unref(event);
  lists_[list].events.clear();
  free_lists_.push_back(list);
}

uint32_t PartialStore::NewList() {
  uint32_t list;
  if (!free_lists_.empty()) {
    list = free_lists_.back();
    free_lists_.pop_back();
  } else {
    list = static_cast<uint32_t>(lists_.size());
    lists_.emplace_back();
  }
  lists_[list].references = 1;
  return list;
}

void PartialStore::Append(PartialId id, uint32_t state, EventId event) {
  uint32_t list = Slot(id, state);
  if (list == kNone) {
    list = NewList();
  } else if (lists_[list].references > 1) {
    const uint32_t copy = NewList();
    lists_[copy].events = lists_[list].events;
    for (EventId shared : lists_[copy].events) events_[state]->Ref(shared);
    DropList(list, state);
    list = copy;
  }
  Slot(id, state) = list;
  lists_[list].events.push_back(event);
  events_[state]->Ref(event);
}

std::span<const EventId> PartialStore::All(PartialId id, uint32_t state) const {
  const AutomatonState& s = automaton_.states[state];
  if (s.absent() || !Has(id, state)) return {};
  if (s.kind == StateKind::kCount) return lists_[Slot(id, state)].events;
  return {&Slot(id, state), 1};
}

EventId PartialStore::ResolveRare(PartialId id, const StoredValue& value) const {
  const std::span<const EventId> all = All(id, value.state);
  switch (value.index.kind) {
    case EventIndex::Kind::kFirst:
      return all.empty() ? kNoEvent : all[0];
    case EventIndex::Kind::kAt:
      return value.index.n < all.size() ? all[value.index.n] : kNoEvent;
    case EventIndex::Kind::kLast:
      return value.index.n < all.size() ? all[all.size() - 1 - value.index.n] : kNoEvent;
    case EventIndex::Kind::kAll:
      break;
  }
  return kNoEvent;
}

}  // namespace weir
