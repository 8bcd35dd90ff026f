#include "exec/step_operator.h"

#include <string>

namespace weir {

uint32_t PortCursor::RunEnd(const OrderKey* limit) const {
  const Chunk& chunk = this->chunk();
  if (limit == nullptr || chunk.KeyAt(chunk.size() - 1) < *limit) return chunk.size();
  // Keys ascend: gallop would help long runs, but runs between two live ports are short.
  uint32_t end = chunk.EmissionEnd(row_);
  while (end < chunk.size() && chunk.KeyAt(end) < *limit) ++end;
  return end;
}

void StepOperator::Process(const EpochInput& in, std::vector<Chunk>* out) {
  timeline_ = &in.timeline;
  out_ = out;
  limit_ = in.limit;
  // Two epochs may begin with the same message if a clock jump was cut.
  if (!limit_) last_timer_epoch_ = UINT64_MAX;
  std::vector<PortCursor> cursors(in.ports.begin(), in.ports.end());
  while (true) {
    int first = -1;
    OrderKey first_key, second_key;
    bool has_second = false;
    for (size_t p = 0; p < cursors.size(); ++p) {
      if (cursors[p].done()) continue;
      const OrderKey key = cursors[p].key();
      if (first < 0 || key < first_key) {
        has_second = first >= 0;
        second_key = first_key;
        first_key = key;
        first = static_cast<int>(p);
      } else if (!has_second || key < second_key) {
        has_second = true;
        second_key = key;
      }
    }
    if (first < 0) break;
    PortCursor& cursor = cursors[first];
    const uint32_t end = cursor.RunEnd(has_second ? &second_key : nullptr);
    OnRows(first, cursor.chunk(), cursor.row(), end);
    cursor.MoveTo(end);
  }
  FireTimers(nullptr);
  Flush();
  timeline_ = nullptr;
  out_ = nullptr;
}

std::optional<OrderKey> StepOperator::NextTimer(const Timeline& timeline) const {
  const Moment moment = timers_.NextMomentOrNone(timeline, &due_hint_);
  if (moment == TimerQueue::kNoMoment) return std::nullopt;
  return OrderKey{moment, root_path_};
}

void StepOperator::FireNextTimer(const Timeline& timeline, std::vector<Chunk>* out) {
  timeline_ = &timeline;
  out_ = out;
  const Moment moment = timers_.NextMomentOrNone(timeline, &due_hint_);
  CHECK(moment != TimerQueue::kNoMoment);
  FireOne(moment);
  Flush();
  timeline_ = nullptr;
  out_ = nullptr;
}

void StepOperator::FireTimers(const OrderKey* key) {
  // Keys inside an island tell nothing about timers. Not even those before the cause: a timer of
  // the same operator and time comes after all that the one before it led to.
  if (limit_) return;
  while (true) {
    const Moment moment = timers_.NextMomentOrNone(*timeline_, &due_hint_);
    if (moment == TimerQueue::kNoMoment) return;
    if (key != nullptr && !TimerComesBefore(moment, *key)) return;
    FireOne(moment);
  }
}

void StepOperator::GiveUp() {
  if (failure_) return;
  failure_ =
      Failure{step_, Status(StatusCode::kLimit, "timers without delay and without end: more than " +
                                                    std::to_string(kMaxTimerRounds) +
                                                    " rounds at one time (limits.rounds)")};
}

void StepOperator::FireOne(Moment moment) {
  const Timer timer = timers_.Pop(moment);
  const uint64_t epoch = timeline_->first_message;
  if (moment != last_timer_moment_ || epoch != last_timer_epoch_) {
    last_timer_moment_ = moment;
    last_timer_epoch_ = epoch;
    timer_emission_ = 0;
  }
  SetStep(moment, root_path_, /*timer=*/true);
  OnTimer(timer);
}

}  // namespace weir
