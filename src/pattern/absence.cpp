// Absence: `not A for t` alone, and `not A [for t]` as an operand of `and` / `or`.
//
// Alone, a partial match moves on when t has passed since it came; an A that fits removes it. At
// the beginning of a pattern t counts from the start or from the last A. So it is for an operand in
// the middle of a pattern; at its beginning, under `every` and in sequences the state takes note of
// the last A, and a timer asks from time to time whose silence is complete.
#include "pattern/bring_near.h"
#include "pattern/pattern_machine.h"

namespace weir {
namespace {

// A timer is for a state, or for one partial match that waits there.
constexpr int kPartialBits = 32;
constexpr int kGenerationBits = 20;

uint64_t Payload(uint32_t s, PartialId id, uint32_t generation) {
  const uint64_t tag = generation & ((1u << kGenerationBits) - 1);
  return (uint64_t{s} << (kPartialBits + kGenerationBits)) | (tag << kPartialBits) | id;
}

}  // namespace

void PatternMachine::Start(TimeMs now) {
  if (!automaton_.has_absent) return;
  now_ = now;
  Init(element(0).states[0]);
  for (uint32_t s : element(0).states) {
    if (state(s).wait_ms < 0) continue;
    memory_[s].scheduled = now + state(s).wait_ms;
    ArmState(s, memory_[s].scheduled);
  }
}

void PatternMachine::ArmState(uint32_t s, TimeMs due) { host_.ArmTimer(due, Payload(s, kNone, 0)); }

void PatternMachine::ArmPartial(uint32_t s, PartialId id, TimeMs due) {
  host_.ArmTimer(due, Payload(s, id, partials_[id].generation));
  silences_.PushBack(id);
}

void PatternMachine::AddAbsent(uint32_t s, PartialId id) {
  if (!memory_[s].active) return;
  if (sequence()) ClearList(WaitingLists::Fresh(s));
  AddFresh(s, id);
  if (!automaton_.is_start(s)) ArmSilence(s, id);
}

// In the middle of a pattern any number may wait, so each has its own timer.
void PatternMachine::ArmSilence(uint32_t s, PartialId id) {
  const Partial& partial = partials_[id];
  const TimeMs since = partial.timestamp == -1 ? now_ : partial.timestamp;
  memory_[s].scheduled = since + state(s).wait_ms;
  if (sequence() || automaton_.is_start(s)) {
    ArmState(s, memory_[s].scheduled);
  } else {
    ArmPartial(s, id, memory_[s].scheduled);
  }
}

void PatternMachine::OfferAbsent(uint32_t s, const Candidate& candidate) {
  const AutomatonElement& e = automaton_.element_of(s);
  if (!memory_[s].active) return;
  if (!candidate.holds) {
    if (sequence() && e.resets_start) memory_[element(0).states[0]].reset_start = true;
    return;
  }
  const PartialId id = candidate.partial;
  const Pin pin(this, id);
  partials_[id].timestamp = now_;
  RemoveWait(candidate.wait);
  if (!automaton_.is_start(s) && !sequence()) {
    GiveUp(id);
    RemoveAll(id);
    return;
  }
  GiveUpIfLost(id);
  if (automaton_.is_start(s) && e.rearm == state(s).element) AddEvery(e.rearm, id);
  memory_[s].scheduled = now_ + state(s).wait_ms;
  ArmState(s, memory_[s].scheduled);
}

void PatternMachine::OnTimer(TimeMs now, uint64_t payload) {
  now_ = now;
  if (payload == kGivingUpTimer) {
    OnGivingUpTimer(now);
    return;
  }
  if (payload == kFreeingTimer) {
    OnFreeingTimer(now);
    return;
  }
  const auto s = static_cast<uint32_t>(payload >> (kPartialBits + kGenerationBits));
  const auto id = static_cast<PartialId>(payload);
  // Timers that were loaded may have any payload.
  if (s >= automaton_.states.size() || !state(s).absent()) return;
  if (id != kNone && id >= partials_.capacity()) return;
  Expire(now);
  if (id != kNone) {
    OnPartialTimer(s, id, now, payload);
  } else if (!memory_[s].active) {
    return;
  } else if (state(s).kind == StateKind::kAbsent) {
    OnAbsentTimer(s, now);
  } else {
    OnAbsentLogicalTimer(s, now);
  }
}

void PatternMachine::OnPartialTimer(uint32_t s, PartialId id, TimeMs now, uint64_t payload) {
  if (!silences_.empty()) silences_.PopFront();
  BringNear([this](size_t n) { return n < silences_.size() ? silences_[n] : kNone; });
  if (!partials_[id].alive || Payload(s, id, partials_[id].generation) != payload) return;
  WaitId wait = partials_[id].first_wait;
  while (wait != kNone && lists_[wait].state != s) wait = lists_[wait].sibling;
  if (wait == kNone) return;
  const TimeMs due = partials_[id].timestamp + state(s).wait_ms;
  if (now < due) {
    host_.ArmTimer(due, payload);  // a counted state before has collected more
    silences_.PushBack(id);
    return;
  }
  const Pin pin(this, id);
  RemoveWait(wait);
  if (state(s).kind == StateKind::kAbsentLogical) {
    if (!NoteSilence(s, id)) return;
    RemoveFrom(state(s).partners[0], id);
  }
  SilenceComplete(s, id, now);
}

// The silence of an operand is complete; true if that completes the element.
bool PatternMachine::NoteSilence(uint32_t s, PartialId id) {
  const bool partner_met = partials_.Has(id, state(s).partners[0]);
  if (!partner_met) partials_.Set(id, s, kBareEvent);
  return partner_met != state(s).is_or;
}

void PatternMachine::OnAbsentTimer(uint32_t s, TimeMs now) {
  StateMemory& memory = memory_[s];
  const uint32_t e = state(s).element;
  const uint32_t pending = WaitingLists::Pending(s);
  const bool start = automaton_.is_start(s);
  if (start && FreshEmpty(s) && lists_.empty(pending)) {
    if (!sequence() || element(e).rearm != kNone) {
      const PartialId id = partials_.New();
      const Pin pin(this, id);
      AddState(e, id);
    }
  } else if (sequence() && !FreshEmpty(s)) {
    ResetElement(e);
  }
  UpdateElement(e);
  std::vector<PartialId> silent;
  for (WaitId wait = lists_.list(pending).first; wait != kNone;) {
    const WaitId next = lists_[wait].next;
    const PartialId id = lists_[wait].partial;
    const TimeMs since = partials_[id].timestamp;
    const TimeMs due = since == -1 ? memory.scheduled : since + state(s).wait_ms;
    if (now >= due) {
      ++partials_[id].pins;
      RemoveWait(wait);
      silent.push_back(id);
    }
    wait = next;
  }
  for (PartialId id : silent) {
    SilenceComplete(s, id, now);
    Unpin(id);
  }
  if (silent.empty() && memory.scheduled < now) {
    memory.scheduled = now + state(s).wait_ms;
    ArmState(s, memory.scheduled);
  }
}

void PatternMachine::SilenceComplete(uint32_t s, PartialId id, TimeMs now) {
  partials_[id].timestamp = now;
  Complete(s, id);
  if (!automaton_.is_start(s) || automaton_.element_of(s).rearm != kNone) return;
  memory_[s].active = false;
  for (uint32_t partner : state(s).partners) {
    if (state(s).is_or && state(partner).absent()) memory_[partner].active = false;
  }
}

void PatternMachine::OfferAbsentLogical(uint32_t s, const Candidate& candidate) {
  StateMemory& memory = memory_[s];
  if (!memory.active) return;
  if (!candidate.holds) {
    if (sequence()) RemoveWait(candidate.wait);
    return;
  }
  const AutomatonState& absent = state(s);
  const bool every = automaton_.element_of(s).rearm != kNone;
  memory.last_arrival = now_;
  const PartialId id = candidate.partial;
  const Pin pin(this, id);
  const bool only_noted = absent.wait_ms >= 0 || (sequence() && !absent.is_or && every);
  if (!only_noted) partials_.Set(id, s, kBareEvent);
  // The very first state of a pattern waits on, and has noted the arrival.
  if (s == element(0).states[0]) return;
  RemoveWait(candidate.wait);
  if (sequence()) {
    for (uint32_t partner : absent.partners) RemoveFrom(partner, id);
  }
  GiveUpIfLost(id);
}

bool PatternMachine::PartnerAllows(uint32_t absent, PartialId id) {
  StateMemory& memory = memory_[absent];
  const bool every = automaton_.element_of(absent).rearm != kNone;
  const bool arrived = memory.last_arrival != kNoArrival;
  if (sequence() && !every && arrived) return false;
  if (state(absent).wait_ms >= 0) return partials_.Has(id, absent);
  if (!every) return !partials_.Has(id, absent);
  if (!arrived) return true;
  memory.last_arrival = kNoArrival;
  Init(absent);
  return false;
}

void PatternMachine::OnAbsentLogicalTimer(uint32_t s, TimeMs now) {
  StateMemory& memory = memory_[s];
  const AutomatonState& absent = state(s);
  const uint32_t pending = WaitingLists::Pending(s);
  std::vector<PartialId> silent;
  if (memory.last_arrival == kNoArrival || now >= memory.last_arrival + absent.wait_ms) {
    if (sequence() && automaton_.is_start(s) && FreshEmpty(s) && lists_.empty(pending)) {
      const PartialId id = partials_.New();
      const Pin pin(this, id);
      AddState(absent.element, id);
    } else if (sequence() && !FreshEmpty(s)) {
      ResetElement(absent.element);
    }
    UpdateElement(absent.element);
    const uint32_t partner = absent.partners[0];
    for (WaitId wait = lists_.list(pending).first; wait != kNone;) {
      const WaitId next = lists_[wait].next;
      const PartialId id = lists_[wait].partial;
      if (partials_.Has(id, s) || now >= partials_[id].timestamp + absent.wait_ms) {
        const Pin pin(this, id);
        RemoveWait(wait);
        if (NoteSilence(s, id)) {
          ++partials_[id].pins;
          silent.push_back(id);
        }
      }
      wait = next;
    }
    for (PartialId id : silent) {
      RemoveFrom(partner, id);
      SilenceComplete(s, id, now);
      Unpin(id);
    }
    memory.last_arrival = kNoArrival;
  }
  const bool every = automaton_.element_of(s).rearm != kNone;
  if (every || (silent.empty() && automaton_.is_start(s))) {
    const TimeMs since = memory.last_arrival == kNoArrival ? now : memory.last_arrival;
    ArmState(s, since + absent.wait_ms);
  }
}

}  // namespace weir
