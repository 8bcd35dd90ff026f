#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/state_map.h"
#include "plan/state_units.h"
#include "runtime/epoch_loop.h"

namespace weir {

// Writes which units the app has, then the clock and the state of its operators.
void SaveAppState(const std::vector<StateUnit>& units, const EpochLoop& loop, StateWriter& out);

// The way back, before the first message. If the app's units are not those that were saved: kLimit
// and a message that tells what changed, or, with `kept_changes`, the state of all units that are
// the same is loaded, and what changed is told there. kDataError if the state cannot be right.
Status LoadAppState(const std::vector<StateUnit>& units, StateReader& in, EpochLoop* loop,
                    UnitChanges* kept_changes);

// A state as one string, with a check of its integrity, and the way back (kDataError).
std::string PackState(const StateMap& state);
Status UnpackState(std::string_view bytes, StateMap* state);

}  // namespace weir
