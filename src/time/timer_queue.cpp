#include "time/timer_queue.h"

namespace weir {

void TimerQueue::Arm(TimeMs due, uint64_t payload, Moment step, TimeMs now) {
  Timer timer{due, next_number_++, payload};
  if (due <= now) {
    timer.overdue = Timeline::OverdueMoment(step);
    overdue_.push_back(timer);  // steps ascend, so these stay sorted by moment
  } else if (ascending_.empty() || ascending_.back().due <= due) {
    ascending_.push_back(timer);
  } else {
    heap_.push(timer);
  }
}

std::optional<Moment> TimerQueue::NextMomentWithOverdue(const Timeline& timeline) const {
  const Moment overdue = overdue_.front().overdue;
  const TimeMs due = NextDue();
  if (due > timeline.end()) return overdue;
  return std::min(overdue, timeline.DueMoment(due));
}

Timer TimerQueue::PopDue() {
  const bool from_heap =
      ascending_.empty() || (!heap_.empty() && Later()(ascending_.front(), heap_.top()));
  if (from_heap) {
    const Timer timer = heap_.top();
    heap_.pop();
    return timer;
  }
  const Timer timer = ascending_.front();
  ascending_.pop_front();
  return timer;
}

Timer TimerQueue::Pop(const Timeline& timeline) {
  CHECK(!empty());
  if (!overdue_.empty()) {
    const TimeMs due = NextDue();
    if (due > timeline.end() || overdue_.front().overdue <= timeline.DueMoment(due)) {
      const Timer timer = overdue_.front();
      overdue_.pop_front();
      return timer;
    }
  }
  return PopDue();
}

}  // namespace weir
