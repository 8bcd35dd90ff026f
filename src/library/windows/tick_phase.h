#pragma once

#include <optional>

#include "catalog/window.h"
#include "library/windows/window_parameter.h"

namespace weir {

// The ticks of a window that emits every `span`: they go on forever at a fixed phase, counted from
// the first event or from a start time. A tick that finds nothing to do cannot be told from none,
// so the timer need run only while the window holds something.
class TickPhase {
 public:
  TickPhase(TimeMs span, std::optional<TimeMs> start) : span_(span), start_(start) {}

  bool scheduled() const { return scheduled_; }
  // The next tick while scheduled(), else the last one computed.
  TimeMs tick() const { return tick_; }
  // The time from which ticks count. Only after the first Schedule().
  TimeMs base() const { return base_; }

  // The timer fired.
  void OnTick() { scheduled_ = false; }

  // Arms the timer for the next tick, unless it runs.
  void Schedule(WindowContext& context) {
    if (scheduled_) return;
    const TimeMs now = context.now();
    if (!started_) {
      started_ = true;
      base_ = start_.value_or(now);
      const __int128 since_start = static_cast<__int128>(now) - base_;
      tick_ = After(now, span_ - static_cast<TimeMs>(since_start % span_));
    } else if (tick_ <= now) {
      const auto since_tick = static_cast<TimeMs>((static_cast<__int128>(now) - tick_) % span_);
      tick_ = since_tick == 0 ? now : After(now, span_ - since_tick);
    }
    scheduled_ = true;
    if (tick_ == now) {
      if (context.ScheduleForNow()) return;
      tick_ = After(now, span_);
    }
    context.Schedule(tick_);
  }

  void Save(StateWriter& out) const { out.Write(started_, scheduled_, base_, tick_); }
  void Load(StateReader& in) { in.Read(started_, scheduled_, base_, tick_); }

 private:
  TimeMs span_;
  std::optional<TimeMs> start_;
  bool started_ = false;
  bool scheduled_ = false;
  TimeMs base_ = 0;
  TimeMs tick_ = 0;
};

}  // namespace weir
