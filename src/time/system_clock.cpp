#include "time/system_clock.h"

#include <chrono>

namespace weir {
namespace {

template <class ClockType>
TimeMs NowMs() {
  const auto now = ClockType::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

class MachineClock : public Clock {
 public:
  TimeMs WallMs() const override { return NowMs<std::chrono::system_clock>(); }
  TimeMs MonotonicMs() const override { return NowMs<std::chrono::steady_clock>(); }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

}  // namespace weir
