#include "time/timer_queue.h"

#include <algorithm>

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
    heap_.push_back({due, number, payload});
    std::push_heap(heap_.begin(), heap_.end(), Later());
  }
  next_due_ = std::min(next_due_, due);
}

Timer TimerQueue::PopDue() {
  CHECK(!ascending_.empty() || !heap_.empty());
  const bool from_heap =
      ascending_.empty() || (!heap_.empty() && Later()(ascending_.front(), heap_.front()));
  const Timer timer = from_heap ? heap_.front() : ascending_.front();
  if (from_heap) {
    std::pop_heap(heap_.begin(), heap_.end(), Later());
    heap_.pop_back();
  } else {
    ascending_.PopFront();
  }
  FindNextDue();
  return timer;
}

void TimerQueue::FindNextDue() {
  next_due_ = ascending_.empty() ? kNever : ascending_.front().due;
  if (!heap_.empty()) next_due_ = std::min(next_due_, heap_.front().due);
}

void TimerQueue::Save(StateWriter& out) const {
  CHECK(overdue_.empty());
  out.Write(ascending_, heap_, next_number_);
}

void TimerQueue::Load(StateReader& in) {
  in.Read(ascending_, heap_, next_number_);
  bool sorted = std::is_heap(heap_.begin(), heap_.end(), Later());
  for (size_t i = 1; i < ascending_.size(); ++i) {
    sorted = sorted && !Later()(ascending_[i - 1], ascending_[i]);
  }
  in.Check(sorted, "timers are not in order");
  FindNextDue();
}

Timer TimerQueue::Pop(Moment moment) {
  if (overdue_.empty() || overdue_.front().overdue != moment) return PopDue();
  return overdue_.PopFront();
}

}  // namespace weir
