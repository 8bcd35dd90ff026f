#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "types/order_key.h"

namespace weir {

inline constexpr TimeMs kNever = std::numeric_limits<TimeMs>::max();

// The clock of one epoch: its value before the first message and after each. Operators learn the
// time from here only. Invariant between epochs: no pending timer is due at or before the clock.
struct Timeline {
  TimeMs base = 0;             // the clock before position 0
  std::vector<TimeMs> clocks;  // after each position; never decreasing, each >= base
  uint64_t first_message = 0;  // app-wide number of the message at position 0
  uint64_t app_seed = 0;       // seeds UUID() and random functions

  uint32_t size() const { return static_cast<uint32_t>(clocks.size()); }
  TimeMs end() const { return clocks.empty() ? base : clocks.back(); }

  Moment MessageMoment(uint32_t position) const {
    return PackMoment(position, clocks[position] - base, kMessageRound);
  }
  TimeMs TimeOf(Moment moment) const { return base + MomentTimeSinceBase(moment); }

  // The moment of a timer due at `due`, later than the clock when it was armed: the first position
  // whose clock reaches it. Only for due <= end(); at the start of the app base itself may be due.
  Moment DueMoment(TimeMs due) const {
    uint32_t hint = 0;
    return DueMoment(due, &hint);
  }
  // `hint`: a position to look at first (any number), replaced by the one found; asking in
  // ascending order of due then costs O(1).
  Moment DueMoment(TimeMs due, uint32_t* hint) const {
    uint32_t at = *hint;
    if (at >= size() || clocks[at] < due || (at > 0 && clocks[at - 1] >= due)) {
      const bool later = at < size() && clocks[at] < due;
      const auto from = clocks.begin() + (later ? at + 1 : 0);
      const auto near = later && clocks.end() - from > 8 ? from + 8 : clocks.end();
      auto found = std::lower_bound(from, near, due);
      if (found == near) found = std::lower_bound(near, clocks.end(), due);
      at = static_cast<uint32_t>(found - clocks.begin());
    }
    *hint = at;
    return PackMoment(at, std::max(due, base) - base, 0);
  }
  // False if a step in `armed` is the last of kMaxTimerRounds and may not arm an overdue timer.
  static bool HasNextRound(Moment armed) {
    const uint32_t round = MomentRound(armed);
    return round != kMaxTimerRounds && round != kMaxRound;
  }
  // The moment of a timer that was already due when `armed`, which has a next round, armed it.
  static Moment OverdueMoment(Moment armed) {
    CHECK(HasNextRound(armed));
    return armed + 1;
  }
};

}  // namespace weir
