#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <vector>

#include "time/timeline.h"

namespace weir {

// A timer an operator asked for. `payload` is the operator's own (which key, which partial match).
struct Timer {
  TimeMs due;
  uint64_t number;  // arming order, ties of `due` fire in it
  uint64_t payload;
  Moment overdue = 0;  // not 0: armed when already due, fires in this moment of the same epoch
};

// Pending timers of one operator, in firing order: by moment, then arming order. Arming in
// ascending due times (every sliding window does) is O(1). Not thread-safe.
class TimerQueue {
 public:
  // Arms a timer in the step whose moment and time are given. If it is already due it fires right
  // after that step, in the next round of the same position.
  void Arm(TimeMs due, uint64_t payload, Moment step, TimeMs now);

  bool empty() const { return overdue_.empty() && ascending_.empty() && heap_.empty(); }

  // The earliest due time that is not overdue; kNever if none. O(1).
  TimeMs NextDue() const {
    TimeMs due = kNever;
    if (!ascending_.empty()) due = ascending_.front().due;
    if (!heap_.empty() && heap_.top().due < due) due = heap_.top().due;
    return due;
  }
  bool has_overdue() const { return !overdue_.empty(); }

  // The moment at which the next timer fires, if that lies within the timeline.
  std::optional<Moment> NextMoment(const Timeline& timeline) const {
    if (!overdue_.empty()) return NextMomentWithOverdue(timeline);
    const TimeMs due = NextDue();
    if (due > timeline.end()) return std::nullopt;
    return timeline.DueMoment(due);
  }

  // Removes and returns the timer that NextMoment is about.
  Timer Pop(const Timeline& timeline);

 private:
  struct Later {
    bool operator()(const Timer& a, const Timer& b) const {
      return a.due != b.due ? a.due > b.due : a.number > b.number;
    }
  };
  std::optional<Moment> NextMomentWithOverdue(const Timeline& timeline) const;
  Timer PopDue();

  std::deque<Timer> overdue_;
  std::deque<Timer> ascending_;
  std::priority_queue<Timer, std::vector<Timer>, Later> heap_;
  uint64_t next_number_ = 0;
};

}  // namespace weir
