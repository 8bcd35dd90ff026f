#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ring.h"
#include "base/state_reader.h"
#include "time/timeline.h"

namespace weir {

// A timer an operator asked for. `payload` is the operator's own (which key, which partial match).
struct Timer {
  TimeMs due;
  uint64_t number;  // arming order, ties of `due` fire in it
  uint64_t payload;
  Moment overdue = 0;  // not 0: armed when already due, fires in this moment of the same epoch

  void Save(StateWriter& out) const { out.Write(due, number, payload); }
  void Load(StateReader& in) { in.Read(due, number, payload); }
};

// Pending timers of one operator, in firing order: by moment, then arming order. Arming in
// ascending due times (every sliding window does) is O(1). Not thread-safe.
class TimerQueue {
 public:
  // Arms a timer in the step whose moment and time are given. If it is already due it fires right
  // after that step, in the next round of the same position. At kNever it does not fire at all.
  void Arm(TimeMs due, uint64_t payload, Moment step, TimeMs now);
  // Arms a timer as if that had been done at an earlier time: it fires at its due time itself. Only
  // before the timers of that time are fired.
  void ArmEarlier(TimeMs due, uint64_t payload);

  bool empty() const { return overdue_.empty() && next_due_ == kNever; }

  // The earliest due time that is not overdue; kNever if none. O(1).
  TimeMs NextDue() const { return next_due_; }
  bool has_overdue() const { return !overdue_.empty(); }
  // False if surely no timer fires while the clock is at most `now`. O(1).
  bool MayFireBy(TimeMs now) const { return next_due_ <= now || !overdue_.empty(); }

  // The moment at which the next timer fires, if that lies within the timeline.
  std::optional<Moment> NextMoment(const Timeline& timeline) const {
    uint32_t hint = 0;
    const Moment moment = NextMomentOrNone(timeline, &hint);
    return moment == kNoMoment ? std::nullopt : std::optional(moment);
  }
  // The same for hot loops: kNoMoment if there is none; `hint` as in Timeline::DueMoment.
  Moment NextMomentOrNone(const Timeline& timeline, uint32_t* hint) const {
    const Moment due = next_due_ > timeline.end() ? kNoMoment : timeline.DueMoment(next_due_, hint);
    return overdue_.empty() ? due : std::min(due, overdue_.front().overdue);
  }
  static constexpr Moment kNoMoment = UINT64_MAX;

  // Between epochs only, when nothing is overdue.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);

  // Removes and returns the timer that NextMoment is about.
  Timer Pop(const Timeline& timeline) {
    const std::optional<Moment> moment = NextMoment(timeline);
    CHECK(moment.has_value());
    return Pop(*moment);
  }
  // The same, with what NextMoment said.
  Timer Pop(Moment moment);

 private:
  struct Later {
    bool operator()(const Timer& a, const Timer& b) const {
      return a.due != b.due ? a.due > b.due : a.number > b.number;
    }
  };
  Timer PopDue();
  void FindNextDue();

  Ring<Timer> overdue_;
  Ring<Timer> ascending_;
  std::vector<Timer> heap_;   // by Later
  TimeMs next_due_ = kNever;  // of ascending_ and heap_
  uint64_t next_number_ = 0;
};

}  // namespace weir
