#include "time/timer_queue.h"

namespace weir {

void TimerQueue::Arm(TimeMs due, uint64_t payload, Moment step, TimeMs now) {
  if (due <= now) {
    // Steps ascend, so these stay sorted by moment.
    overdue_.PushBack({due, next_number_++, payload, Timeline::OverdueMoment(step)});
    return;
  }
  ArmEarlier(due, payload);
}

void TimerQueue::ArmEarlier(TimeMs due, uint64_t payload) {
  const uint64_t number = next_number_++;
  if (due == kNever) return;
  if (ascending_.empty() || ascending_.back().due <= due) {
    ascending_.PushBack({due, number, payload});
  } else {
    heap_.push({due, number, payload});
  }
  next_due_ = std::min(next_due_, due);
}

Timer TimerQueue::PopDue() {
  CHECK(!ascending_.empty() || !heap_.empty());
  const bool from_heap =
      ascending_.empty() || (!heap_.empty() && Later()(ascending_.front(), heap_.top()));
  const Timer timer = from_heap ? heap_.top() : ascending_.front();
  if (from_heap) {
    heap_.pop();
  } else {
    ascending_.PopFront();
  }
  next_due_ = ascending_.empty() ? kNever : ascending_.front().due;
  if (!heap_.empty()) next_due_ = std::min(next_due_, heap_.top().due);
  return timer;
}

Timer TimerQueue::Pop(Moment moment) {
  if (overdue_.empty() || overdue_.front().overdue != moment) return PopDue();
  return overdue_.PopFront();
}

}  // namespace weir
