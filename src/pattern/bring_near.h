#pragma once

#include "pattern/pattern_machine.h"

namespace weir {

template <class Ahead>
void PatternMachine::BringNear(Ahead&& ahead) const {
  if (partials_.live() < kBringWorthIt) return;
  if (const PartialId id = ahead(kBringPartialAhead); id != kNone) partials_.BringNear(id);
  const auto for_places = [&](size_t n, auto&& bring) {
    const PartialId id = ahead(n);
    if (id == kNone || !partials_[id].alive) return;
    for (WaitId wait = partials_[id].first_wait; wait != kNone; wait = lists_[wait].sibling) {
      bring(wait);
    }
  };
  if (const PartialId id = ahead(kBringPlaceAhead); id != kNone && partials_[id].waits > 0) {
    lists_.BringWaitNear(partials_[id].first_wait);
  }
  // Nearly all have one place or two.
  if (const PartialId id = ahead(kBringSecondAhead); id != kNone && partials_[id].waits > 1) {
    lists_.BringWaitNear(lists_[partials_[id].first_wait].sibling);
  }
  for_places(kBringListsAhead, [&](WaitId wait) { lists_.BringListNear(lists_[wait].list); });
  for_places(kBringKeysAhead, [&](WaitId wait) {
    const KeyTable& keys = memory_[lists_[wait].state].keys;
    if (keys.large()) keys.Prefetch(lists_.list(lists_[wait].list).hash);
  });
}

}  // namespace weir
