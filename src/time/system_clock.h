#pragma once

#include "types/type.h"

namespace weir {

// The machine's clocks, for the runtime only: operators are told the time by the Timeline.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeMs WallMs() const = 0;       // since 1970, may be set back
  virtual TimeMs MonotonicMs() const = 0;  // since some point, never goes back
};

// Stateless, so any thread may use it.
const Clock& SystemClock();

}  // namespace weir
