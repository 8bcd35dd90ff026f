#include "pattern/pattern_machine.h"

#include <algorithm>
#include <tuple>

#include "pattern/bring_near.h"

namespace weir {

PatternMachine::PatternMachine(const Automaton& automaton, MachineHost* host)
    : automaton_(automaton),
      host_(*host),
      partials_(automaton),
      lists_(static_cast<uint32_t>(automaton.states.size())),
      memory_(automaton.states.size()),
      relevant_(automaton.streams.size()),
      attached_(automaton.streams.size()) {
  for (uint32_t s = 0; s < automaton.states.size(); ++s) {
    guards_.push_back(std::make_unique<GuardRunner>(automaton, s, &partials_));
  }
  for (const AutomatonElement& e : automaton.elements) {
    rearm_on_expiry_ |= !automaton.sequence && e.rearm == 0;
  }
  if (!automaton.has_absent) Init(element(0).states[0]);
}

void PatternMachine::Attach(uint32_t port, const Chunk* chunk, const Timeline* timeline) {
  if (attached_[port] == nullptr && chunk == nullptr) return;
  attached_[port] = chunk;
  if (chunk != nullptr) relevant_[port].Reset(chunk->size(), false);
  for (uint32_t s : automaton_.states_of_port[port]) {
    guards_[s]->Attach(chunk, timeline);
    partials_.events(s).Attach(chunk, timeline);
    memory_[s].relevant = false;
  }
}

const RowMask& PatternMachine::Relevant(uint32_t port) {
  for (uint32_t s : automaton_.states_of_port[port]) {
    StateMemory& memory = memory_[s];
    // The start of a group under `every` is armed by whatever event finds it too old.
    const bool arms = rearm_on_expiry_ && automaton_.within_ms >= 0 && state(s).element == 0;
    if (memory.relevant || (memory.waiting == 0 && FreshEmpty(s) && !arms)) continue;
    memory.relevant = true;
    relevant_[port].Add(guards_[s]->Passing());
    BringKeysNear(s);
  }
  return relevant_[port];
}

bool PatternMachine::MayMatch(uint32_t port, uint32_t row) {
  for (uint32_t s : automaton_.states_of_port[port]) {
    if (guards_[s]->Passing().Test(row)) return true;
  }
  return false;
}

bool PatternMachine::finished() const {
  const bool arms_itself = sequence() && element(0).rearm != kNone;
  return partials_.live() == 0 && !automaton_.has_absent && !arms_itself;
}

void PatternMachine::Reclaim() {
  for (uint32_t s = 0; s < automaton_.states.size(); ++s) partials_.events(s).Reclaim();
}

// Lists.

void PatternMachine::Unpin(PartialId id) {
  Partial& partial = partials_[id];
  if (--partial.pins == 0 && partial.waits == 0) partials_.Free(id);
}

void PatternMachine::AddFresh(uint32_t s, PartialId id) {
  lists_.Add(WaitingLists::Fresh(s), s, id, &partials_[id]);
  // It enters the table of keys when the next event comes: time enough to fetch its slot.
  uint64_t hash = 0;
  if (!memory_[s].keys.large() || !guards_[s]->PartialKeyHash(id, &hash)) return;
  memory_[s].keys.Prefetch(hash);
}

// Fetches the slots where the passing rows of the chunk will look.
void PatternMachine::BringKeysNear(uint32_t s) {
  GuardRunner& guard = *guards_[s];
  const KeyTable& keys = memory_[s].keys;
  if (!guard.has_keys() || !keys.large()) return;
  const RowMask& passing = guard.Passing();
  const uint32_t end = attached_[state(s).port]->size();
  for (uint32_t row = passing.Next(0, end); row < end; row = passing.Next(row + 1, end)) {
    uint64_t hash = 0;
    if (guard.EventKeyHash(row, &hash)) keys.Prefetch(hash);
  }
}

void PatternMachine::RemoveWait(WaitId wait) {
  const auto [id, s, list, previous, next, sibling, order] = lists_[wait];
  Partial& partial = partials_[id];
  lists_.Remove(wait, &partial);
  if (list != WaitingLists::Fresh(s)) {
    --memory_[s].waiting;
    if (list != WaitingLists::Pending(s) && lists_.empty(list)) {
      memory_[s].keys.Erase(lists_.list(list).hash, list);
      if (list < ranges_.size()) ranges_[list].Clear();
      lists_.DropList(list);
    }
  }
  if (partial.waits == 0 && partial.pins == 0) partials_.Free(id);
}

void PatternMachine::RemoveAll(PartialId id) {
  const Pin pin(this, id);
  while (partials_[id].first_wait != kNone) RemoveWait(partials_[id].first_wait);
}

void PatternMachine::RemoveEarlier(PartialId id, uint32_t e) {
  for (WaitId wait = partials_[id].first_wait; wait != kNone;) {
    const WaitId sibling = lists_[wait].sibling;
    if (state(lists_[wait].state).element < e) RemoveWait(wait);
    wait = sibling;
  }
}

void PatternMachine::RemoveFrom(uint32_t s, PartialId id) {
  for (WaitId wait = partials_[id].first_wait; wait != kNone;) {
    const WaitId sibling = lists_[wait].sibling;
    if (lists_[wait].state == s) RemoveWait(wait);
    wait = sibling;
  }
}

void PatternMachine::ClearList(uint32_t list) {
  while (!lists_.empty(list)) RemoveWait(lists_.list(list).first);
}

// Newcomers enter in the order of the events that brought them here, without such an event last.
void PatternMachine::SortFresh(uint32_t s) {
  const uint32_t fresh = WaitingLists::Fresh(s);
  const auto time = [&](WaitId wait) {
    const TimeMs timestamp = partials_[lists_[wait].partial].timestamp;
    return timestamp == -1 ? kNever : timestamp;
  };
  bool sorted = true;
  scratch_.clear();
  for (WaitId wait = lists_.list(fresh).first; wait != kNone; wait = lists_[wait].next) {
    sorted = sorted && (scratch_.empty() || time(scratch_.back()) <= time(wait));
    scratch_.push_back(wait);
  }
  if (sorted) return;
  std::stable_sort(scratch_.begin(), scratch_.end(),
                   [&](WaitId a, WaitId b) { return time(a) < time(b); });
  for (WaitId wait : scratch_) lists_.Move(wait, fresh);
}

void PatternMachine::Settle(uint32_t s) {
  const uint32_t fresh = WaitingLists::Fresh(s);
  if (lists_.empty(fresh)) return;
  if (lists_.list(fresh).size > 1) SortFresh(s);
  while (!lists_.empty(fresh)) EnterPending(s, lists_.list(fresh).first);
}

void PatternMachine::EnterPending(uint32_t s, WaitId wait) {
  ++memory_[s].waiting;
  const GuardRunner& guard = *guards_[s];
  const PartialId id = lists_[wait].partial;
  uint64_t hash = 0;
  if (!guard.has_keys()) {
    lists_.Move(wait, WaitingLists::Pending(s));
    if (guard.has_range()) EnterRange(s, wait);
    return;
  }
  if (!guard.PartialKeyHash(id, &hash)) {
    // No event finds what is here: a null key equals nothing.
    lists_.Move(wait, WaitingLists::Pending(s));
    return;
  }
  KeyTable& keys = memory_[s].keys;
  uint32_t list = keys.Find(hash, [&](uint32_t candidate) {
    return guard.PartialKeyEquals(id, lists_[lists_.list(candidate).first].partial);
  });
  if (list == kNone) {
    list = lists_.NewList(hash);
    keys.Insert(hash, list);
  }
  lists_.Move(wait, list);
  if (guard.has_range()) EnterRange(s, wait);
}

void PatternMachine::EnterRange(uint32_t s, WaitId wait) {
  RangeHeap::Node node{0, lists_[wait].order, wait};
  if (!guards_[s]->PartialRange(lists_[wait].partial, &node.value)) return;
  const uint32_t list = lists_[wait].list;
  if (ranges_.size() <= list) ranges_.resize(size_t{list} + 1);
  RangeHeap& heap = ranges_[list];
  if (heap.size() > 16 + 2 * size_t{lists_.list(list).size}) {
    heap.Keep([&](const RangeHeap::Node& n) { return lists_.Alive(n.wait, n.order); });
  }
  heap.Push(node);
}

// Arming and advancing.

void PatternMachine::Init(uint32_t s) {
  const uint32_t e = state(s).element;
  const bool before_absent =
      sequence() && automaton_.elements.size() > e + 1 && state(element(e + 1).states[0]).absent();
  if (e != 0 || (memory_[s].initialized && element(e).rearm == kNone && !before_absent)) return;
  const PartialId id = partials_.New();
  const Pin pin(this, id);
  for (uint32_t operand : element(e).states) memory_[operand].initialized = true;
  AddState(e, id);
}

void PatternMachine::AddState(uint32_t e, PartialId id) {
  const uint32_t s = element(e).states[0];
  switch (state(s).kind) {
    case StateKind::kSingle:
      if (!sequence() || FreshEmpty(s)) AddFresh(s, id);
      return;
    case StateKind::kCount: {
      const bool skips = state(s).min == 0 && !partials_.Has(id, s);
      // Where nothing more is needed the match is complete already.
      if (!(skips && automaton_.is_last(s)) && (!sequence() || FreshEmpty(s))) AddFresh(s, id);
      if (skips) PassOn(s, id);
      return;
    }
    case StateKind::kLogical:
    case StateKind::kAbsentLogical:
      AddLogical(e, id);
      return;
    case StateKind::kAbsent:
      AddAbsent(s, id);
      return;
  }
}

void PatternMachine::AddLogical(uint32_t e, PartialId id) {
  const std::vector<uint32_t>& operands = element(e).states;
  const uint32_t first = operands[0];
  if (state(first).absent() && !memory_[first].active) return;
  const bool one_place = e == 0 || sequence();
  for (uint32_t s : operands) {
    if (!one_place || FreshEmpty(s)) AddFresh(s, id);
  }
  if (e == 0) return;
  for (uint32_t s : operands) {
    if (state(s).wait_ms < 0) continue;
    const TimeMs due = partials_[id].timestamp + state(s).wait_ms;
    if (automaton_.own_silence(s)) {
      ArmPartial(s, id, due);
    } else {
      ArmState(s, due);
    }
  }
}

void PatternMachine::AddEvery(uint32_t e, PartialId from) {
  const PartialId id = partials_.CopyBefore(from, e);
  const Pin pin(this, id);
  WatchStart(id);
  const uint32_t first = element(e).states[0];
  if (state(first).absent() && state(first).wait_ms >= 0 && partials_.Has(from, first)) {
    partials_[id].timestamp = -1;
  }
  for (uint32_t s : element(e).states) AddFresh(s, id);
  if (state(first).kind == StateKind::kAbsent) ArmSilence(first, id);
  for (uint32_t s : element(e).states) {
    if (!state(s).logical() || state(s).wait_ms < 0 || !automaton_.own_silence(s)) continue;
    const TimeMs since = partials_[id].timestamp == -1 ? now_ : partials_[id].timestamp;
    ArmPartial(s, id, since + state(s).wait_ms);
  }
  // In a sequence Init offers it to the next state.
  const bool skips = state(first).kind == StateKind::kCount && state(first).min == 0;
  if (skips && !sequence()) AddState(e + 1, id);
}

void PatternMachine::PassOn(uint32_t s, PartialId id) {
  const uint32_t e = state(s).element;
  if (automaton_.is_last(s)) {
    host_.OnMatch(partials_, id);
  } else {
    AddState(e + 1, id);
  }
  if (element(e).rearm != kNone) {
    partials_[id].rearmed |= element(e).rearm == 0;
    AddEvery(element(e).rearm, id);
  }
}

void PatternMachine::Complete(uint32_t s, PartialId id) {
  PassOn(s, id);
  const AutomatonElement& e = automaton_.element_of(s);
  if (e.resets_start && s == e.states[0]) memory_[element(0).states[0]].reset_start = true;
}

void PatternMachine::RecordStart(uint32_t s, PartialId id, TimeMs timestamp) {
  if (automaton_.within_ms < 0 || !automaton_.is_start(s)) return;
  if (timestamp >= partials_[id].start) return;
  partials_[id].start = timestamp;
  WatchStart(id);
}

void PatternMachine::WatchStart(PartialId id) {
  if (automaton_.within_ms < 0 || partials_[id].start == kNever) return;
  latest_start_ = std::max(latest_start_, partials_[id].start);
  PushStart(id, &starts_);
  ArmFreeing();
  if (!automaton_.gives_expired) return;
  PushStart(id, &to_give_up_);
  ArmGivingUp();
}

void PatternMachine::PushStart(PartialId id, StartQueue* queue) {
  // Most matches end long before their time: forget those, so that the queue stays in proportion.
  if (queue->size() > 1024 + 2 * size_t{partials_.live()}) {
    queue->Keep([&](const StartQueue::Start& start) { return IsAlive(start); });
  }
  queue->Push({partials_[id].start, id, partials_[id].generation});
}

void PatternMachine::GiveUp(PartialId id) {
  if (!automaton_.gives_expired || partials_[id].given_up) return;
  partials_[id].given_up = true;
  if (partials_[id].taken) host_.OnGivenUp(partials_, id);
}

// Partial matches are given up by the clock, not only when the next event finds them too old. They
// are only told then, and dropped as ever: who wants to know them gets the same matches as others.
void PatternMachine::ArmGivingUp() {
  TimeMs due;
  if (__builtin_add_overflow(to_give_up_.front().time, automaton_.within_ms + 1, &due)) return;
  if (due >= giving_up_due_) return;
  giving_up_due_ = due;
  host_.ArmTimer(due, kGivingUpTimer);
}

void PatternMachine::OnGivingUpTimer(TimeMs now) {
  if (now >= giving_up_due_) giving_up_due_ = kNever;
  while (!to_give_up_.empty()) {
    const StartQueue::Start start = to_give_up_.front();
    if (IsAlive(start)) {
      if (start.time >= now - automaton_.within_ms) {
        ArmGivingUp();
        return;
      }
      GiveUp(start.partial);
    }
    to_give_up_.Pop();
  }
}

// Where it is known how late rows can be, no event is needed to find that a time is over.
void PatternMachine::ArmFreeing() {
  TimeMs due;
  if (automaton_.lateness_ms < 0 || starts_.empty() ||
      __builtin_add_overflow(automaton_.within_ms, automaton_.lateness_ms + 1, &due) ||
      __builtin_add_overflow(starts_.front().time, due, &due) || due >= freeing_due_) {
    return;
  }
  freeing_due_ = due;
  host_.ArmTimer(due, kFreeingTimer);
}

void PatternMachine::OnFreeingTimer(TimeMs now) {
  if (now >= freeing_due_) freeing_due_ = kNever;
  bool armed = false;
  DropStartedBefore(now - automaton_.lateness_ms - automaton_.within_ms, &armed);
  if (armed) UpdateElement(0);
  ArmFreeing();
}

// `armed`: the group under `every` whose partial match was the first to be dropped is armed again.
void PatternMachine::DropTooOld(PartialId id, bool* armed) {
  const Pin pin(this, id);
  GiveUp(id);
  RemoveAll(id);
  if (!rearm_on_expiry_ || partials_[id].rearmed || *armed) return;
  *armed = true;
  AddEvery(0, id);
}

void PatternMachine::DropStartedBefore(TimeMs limit, bool* armed) {
  while (!starts_.empty() && starts_.front().time < limit) {
    const StartQueue::Start start = starts_.front();
    starts_.Pop();
    BringNear([this](size_t n) {
      const StartQueue::Start* next = starts_.Ahead(n);
      return next == nullptr ? kNone : next->partial;
    });
    if (IsAlive(start)) DropTooOld(start.partial, armed);
  }
}

void PatternMachine::Expire(TimeMs timestamp) {
  if (automaton_.within_ms < 0) return;
  bool armed = false;
  DropStartedBefore(timestamp - automaton_.within_ms, &armed);
  if (latest_start_ > timestamp + automaton_.within_ms) {
    // An event from long ago: what began too long after it goes as well.
    latest_start_ = -kNever;
    for (PartialId id = 0; id < partials_.capacity(); ++id) {
      const Partial& partial = partials_[id];
      if (!partial.alive || partial.start == kNever) continue;
      if (partial.start > timestamp + automaton_.within_ms) {
        DropTooOld(id, &armed);
      } else {
        latest_start_ = std::max(latest_start_, partial.start);
      }
    }
  }
  if (armed) UpdateElement(0);
}

// Called for the elements from the last to the first.
void PatternMachine::ResetElement(uint32_t e) {
  const std::vector<uint32_t>& operands = element(e).states;
  const uint32_t first = operands[0];
  if (!state(first).is_or && state(first).logical()) {
    // Operands that do not wait for the same number show an `and` half done: it may stay.
    for (uint32_t s : operands) {
      if (lists_.list(WaitingLists::Pending(s)).size !=
          lists_.list(WaitingLists::Pending(first)).size) {
        return;
      }
    }
  }
  for (uint32_t s : operands) ClearPending(s);
  if (e != 0) return;
  const bool every = element(e).rearm != kNone;
  const uint32_t armed = every ? first : operands.back();
  if (state(first).kind != StateKind::kAbsent && !FreshEmpty(armed)) return;
  const bool next_waits =
      automaton_.elements.size() > 1 && !lists_.empty(WaitingLists::Pending(element(1).states[0]));
  if (every || !next_waits) Init(armed);
}

void PatternMachine::UpdateElement(uint32_t e) {
  for (uint32_t s : element(e).states) {
    if (memory_[s].reset_start) {
      memory_[s].reset_start = false;
      Init(s);
    }
    Settle(s);
  }
}

void PatternMachine::Update(uint32_t port) {
  for (uint32_t s : automaton_.states_of_port[port]) {
    if (!state(s).logical()) {
      Settle(s);
    } else {
      UpdateElement(state(s).element);
    }
  }
}

}  // namespace weir
