#include "exec/step_operator.h"

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
  while (true) {
    const std::optional<OrderKey> next = NextTimer(in.timeline);
    if (!next || (in.limit && !(*next < *in.limit))) break;
    FireOne();
  }
  Flush();
  timeline_ = nullptr;
  out_ = nullptr;
}

std::optional<OrderKey> StepOperator::NextTimer(const Timeline& timeline) const {
  const std::optional<Moment> moment = timers_.NextMoment(timeline);
  if (!moment) return std::nullopt;
  return OrderKey{*moment, RootPath()};
}

void StepOperator::FireNextTimer(const Timeline& timeline, std::vector<Chunk>* out) {
  timeline_ = &timeline;
  out_ = out;
  FireOne();
  Flush();
  timeline_ = nullptr;
  out_ = nullptr;
}

void StepOperator::SetStep(const OrderKey& key, bool timer) {
  step_ = key;
  now_ = timeline_->TimeOf(key.moment);
  in_timer_ = timer;
  emission_ = 0;
}

bool StepOperator::TimerComesBefore(const OrderKey& key) const {
  const std::optional<OrderKey> next = NextTimer(*timeline_);
  return next && *next < key;
}

void StepOperator::FireTimersBefore(const OrderKey& key) {
  while (TimerComesBefore(key)) FireOne();
}

void StepOperator::FireOne() {
  const OrderKey key = *NextTimer(*timeline_);
  const Timer timer = timers_.Pop(*timeline_);
  const uint64_t epoch = timeline_->first_message;
  if (key.moment != last_timer_moment_ || epoch != last_timer_epoch_) {
    last_timer_moment_ = key.moment;
    last_timer_epoch_ = epoch;
    timer_emission_ = 0;
  }
  SetStep(key, /*timer=*/true);
  OnTimer(timer);
}

OrderKey StepOperator::EmissionKey() {
  if (in_timer_) return {step_.moment, step_.path.AppendEmission(timer_emission_++)};
  if (!place_.multi_emitter) return step_;
  return {step_.moment, step_.path.AppendEmission(emission_++)};
}

}  // namespace weir
