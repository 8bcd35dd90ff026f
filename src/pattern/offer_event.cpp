// What an event does to the partial matches that wait for it.
#include <algorithm>

#include "pattern/pattern_machine.h"

namespace weir {

void PatternMachine::Offer(uint32_t port, uint32_t row) {
  chunk_ = attached_[port];
  now_ = chunk_->timestamp(chunk_->Row(row));
  Expire(now_);
  if (sequence()) {
    for (size_t e = automaton_.elements.size(); e-- > 0;) ResetElement(static_cast<uint32_t>(e));
    for (uint32_t e = 0; e < automaton_.elements.size(); ++e) UpdateElement(e);
  } else {
    Update(port);
  }
  for (uint32_t s : automaton_.states_of_port[port]) OfferTo(s, row);
  for (uint32_t s : automaton_.states_of_port[port]) partials_.events(s).EndRow();
}

void PatternMachine::OfferTo(uint32_t s, uint32_t row) {
  if (memory_[s].waiting == 0) return;
  const bool passes = guards_[s]->Passing().Test(row);
  if (!passes && !sequence()) return;
  candidates_.clear();
  if (passes) {
    Collect(s, row);
  } else {
    for (WaitId wait = lists_.list(WaitingLists::Pending(s)).first; wait != kNone;
         wait = lists_[wait].next) {
      candidates_.push_back({wait, lists_[wait].partial, false});
    }
  }
  for (const Candidate& candidate : candidates_) {
    if (!StillWaits(candidate, s)) continue;
    switch (state(s).kind) {
      case StateKind::kSingle:
        OfferSingle(s, candidate, row);
        break;
      case StateKind::kCount:
        OfferCount(s, candidate, row);
        break;
      case StateKind::kLogical:
        OfferLogical(s, candidate, row);
        break;
      case StateKind::kAbsent:
        OfferAbsent(s, candidate);
        break;
      case StateKind::kAbsentLogical:
        OfferAbsentLogical(s, candidate);
        break;
    }
  }
}

// The partial matches that the event may move, with the result of the whole condition.
void PatternMachine::Collect(uint32_t s, uint32_t row) {
  GuardRunner& guard = *guards_[s];
  uint32_t list = WaitingLists::Pending(s);
  if (guard.has_keys()) {
    uint64_t hash = 0;
    if (!guard.EventKeyHash(row, &hash)) return;
    list = memory_[s].keys.Find(hash, [&](uint32_t candidate) {
      return guard.EventKeyEquals(row, lists_[lists_.list(candidate).first].partial);
    });
    if (list == kNone) return;
  }
  if (guard.has_range()) {
    CollectRange(s, row, list);
    return;
  }
  for (WaitId wait = lists_.list(list).first; wait != kNone; wait = lists_[wait].next) {
    candidates_.push_back({wait, lists_[wait].partial, true});
  }
  guard.Test(row, &candidates_);
}

// All that the event finds move on, so they leave the heap at once.
void PatternMachine::CollectRange(uint32_t s, uint32_t row, uint32_t list) {
  int64_t limit = 0;
  if (list >= ranges_.size() || !guards_[s]->EventRange(row, &limit)) return;
  const bool takes_equal = guards_[s]->range_takes_equal();
  RangeHeap& heap = ranges_[list];
  while (!heap.empty() &&
         (heap.top().value < limit || (takes_equal && heap.top().value == limit))) {
    const RangeHeap::Node node = heap.top();
    heap.Pop();
    if (lists_.Alive(node.wait, node.order)) {
      candidates_.push_back({node.wait, lists_[node.wait].partial, true});
    }
  }
  std::sort(candidates_.begin(), candidates_.end(), [&](const Candidate& a, const Candidate& b) {
    return lists_[a.wait].order < lists_[b.wait].order;
  });
}

void PatternMachine::OfferSingle(uint32_t s, const Candidate& candidate, uint32_t row) {
  const AutomatonElement& e = automaton_.element_of(s);
  if (!candidate.holds) {
    if (!sequence()) return;
    RemoveWait(candidate.wait);
    if (e.resets_start) memory_[element(0).states[0]].reset_start = true;
    return;
  }
  if (!sequence() && automaton_.is_start(s) && e.rearm == 0) {
    SpawnFromStart(s, row);
    return;
  }
  const PartialId id = candidate.partial;
  const Pin pin(this, id);
  partials_.Set(id, s, partials_.events(s).Take(row));
  partials_[id].timestamp = now_;
  partials_[id].taken = true;
  RecordStart(s, id, now_);
  RemoveWait(candidate.wait);
  if (partials_[id].waits > 0) RemoveEarlier(id, state(s).element);
  Complete(s, id);
}

// `every` before the first element alone: the empty partial match stays armed where it is.
void PatternMachine::SpawnFromStart(uint32_t s, uint32_t row) {
  const PartialId id = partials_.New();
  const Pin pin(this, id);
  partials_.Set(id, s, partials_.events(s).Take(row));
  partials_[id].timestamp = now_;
  partials_[id].taken = true;
  partials_[id].rearmed = true;
  RecordStart(s, id, now_);
  if (automaton_.is_last(s)) {
    host_.OnMatch(partials_, id);
  } else {
    AddState(1, id);
  }
}

void PatternMachine::OfferCount(uint32_t s, const Candidate& candidate, uint32_t row) {
  if (!candidate.holds) {
    if (sequence()) RemoveWait(candidate.wait);
    return;
  }
  const AutomatonState& counted = state(s);
  const PartialId id = candidate.partial;
  const Pin pin(this, id);
  if (automaton_.has_absent && MetLater(id, counted.element)) {
    RemoveWait(candidate.wait);
    return;
  }
  if (!partials_.Has(id, s)) RecordStart(s, id, now_);
  partials_.Append(id, s, partials_.events(s).Take(row));
  partials_[id].timestamp = now_;
  partials_[id].taken = true;
  if (partials_[id].waits > 1) RemoveEarlier(id, counted.element);
  const uint32_t collected = partials_.Collected(id, s);
  const bool last = automaton_.is_last(s);
  if (collected == counted.max || (last && collected >= counted.min)) {
    RemoveWait(candidate.wait);
  }
  if (!sequence() || last) {
    if (collected == counted.min) PassOn(s, id);
    if (!sequence() || collected >= counted.min) return;
  }
  // In a sequence it takes a new place at each event, here and at the next state.
  if (collected >= counted.min) AddState(counted.element + 1, id);
  if (collected != counted.max) AddState(counted.element, id);
}

// True if an absence after element `e` counts as met: a counted state then collects no more.
bool PatternMachine::MetLater(PartialId id, uint32_t e) const {
  for (uint32_t s = 0; s < automaton_.states.size(); ++s) {
    if (state(s).element > e && partials_.Has(id, s)) return true;
  }
  return false;
}

void PatternMachine::OfferLogical(uint32_t s, const Candidate& candidate, uint32_t row) {
  if (!candidate.holds) {
    if (sequence()) RemoveWait(candidate.wait);
    return;
  }
  const AutomatonState& operand = state(s);
  const PartialId id = candidate.partial;
  const Pin pin(this, id);
  partials_.Set(id, s, partials_.events(s).Take(row));
  partials_[id].taken = true;
  RecordStart(s, id, now_);
  RemoveWait(candidate.wait);
  if (partials_[id].waits > 0) RemoveEarlier(id, operand.element);
  bool complete = true;
  bool allowed = true;
  for (uint32_t partner : operand.partners) {
    if (operand.is_or) {
      break;
    } else if (state(partner).absent()) {
      complete = allowed = PartnerAllows(partner, id);
    } else {
      complete = complete && partials_.Has(id, partner);
    }
  }
  if (!allowed) GiveUpIfLost(id);
  if (!complete) return;
  RemoveAll(id);
  partials_[id].timestamp = now_;
  Complete(s, id);
}

}  // namespace weir
