#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "exec/operator.h"
#include "time/timer_queue.h"

namespace weir {

// Where an operator stands in the order: given by the planner, once.
struct OrderPlace {
  // Digit of this operator as the root of its timers' cascades; same width everywhere.
  uint32_t root = 0;
  int root_width = 0;
  // True if one input emission may lead to several output emissions.
  bool multi_emitter = false;
};

// Base of ordinary operators: merges the ports and the operator's timers by key, numbers the
// emissions, and calls OnRows / OnTimer in exact order.
class StepOperator : public Operator {
 public:
  explicit StepOperator(OrderPlace place)
      : multi_emitter_(place.multi_emitter),
        root_width_(place.root_width),
        root_path_(Path().Append(place.root, place.root_width)) {}

  void Process(const EpochInput& in, std::vector<Chunk>* out) final;
  std::optional<OrderKey> NextTimer(const Timeline& timeline) const final;
  TimeMs NextDue() const final { return timers_.NextDue(); }
  void FireNextTimer(const Timeline& timeline, std::vector<Chunk>* out) final;
  int timer_root_width() const final { return root_width_ > 0 ? root_width_ : 1; }
  const Failure* failure() const final { return failure_ ? &*failure_ : nullptr; }
  void Save(StateWriter& out) const final {
    out.Write(timers_, now_);
    SaveStep(out);
  }
  void Load(StateReader& in) final {
    in.Read(timers_, now_);
    LoadStep(in);
  }

 protected:
  // The state of the operator beside its timers, as Operator::Save and Load.
  virtual void SaveStep(StateWriter&) const = 0;
  virtual void LoadStep(StateReader&) = 0;

  // Takes visible rows [begin, end) of a chunk of `port`: whole emissions, with no row of another
  // port between them. For each emission, in order, an implementation calls BeginStep(key) first:
  // that fires the operator's timers that come before it.
  virtual void OnRows(int port, const Chunk& chunk, uint32_t begin, uint32_t end) = 0;
  // One of the operator's timers; now() is its time, and BeginStep has been called.
  virtual void OnTimer(const Timer&) {}
  // Called once when the epoch's (or island step's) rows and timers are done and whenever pending
  // output reaches kChunkRows at an emission's end: append pending output to out().
  virtual void Flush() = 0;

  // Starts the step caused by an arriving emission: fires timers whose key is smaller, then sets
  // now() and the key of emissions to come.
  void BeginStep(const OrderKey& key) {
    if (timers_.MayFireBy(timeline_->TimeOf(key.moment))) FireTimers(&key);
    SetStep(key.moment, key.path, /*timer=*/false);
  }

  // The key of the next emission of the current step. An operator that is not a multi_emitter may
  // call it any number of times within a message's step and always gets that emission's key; call
  // it once for each emission in a timer's step.
  OrderKey EmissionKey() {
    if (!in_timer_ && !multi_emitter_) return step_;
    const uint64_t number = in_timer_ ? timer_emission_++ : emission_++;
    return {step_.moment, step_.path.AppendEmission(number)};
  }

  // Asks for OnTimer at `due`; if that is not in the future it comes right after this step, in the
  // next round. Only within a step or Start.
  void Arm(TimeMs due, uint64_t payload) {
    if (due <= now_ && !Timeline::HasNextRound(step_.moment)) {
      GiveUp();
    } else {
      timers_.Arm(due, payload, step_.moment, now_);
    }
  }
  // True in a step that a timer of this very time led to whose operator stands before this one: a
  // timer of this operator that was armed earlier for now() would still come.
  bool timers_of_now_to_come() const {
    const Path& path = limit_ ? limit_->path : step_.path;
    return !in_timer_ && MomentRound(step_.moment) == 0 && path < root_path_;
  }
  // Arms a timer for now() as if it had been armed earlier. Only if timers_of_now_to_come().
  void ArmForNow(uint64_t payload) { timers_.ArmEarlier(now_, payload); }
  TimeMs now() const { return now_; }
  const OrderKey& step() const { return step_; }
  bool in_timer() const { return in_timer_; }
  const Timeline& timeline() const { return *timeline_; }
  std::vector<Chunk>* out() { return out_; }

 private:
  // Not an OrderKey: copying one just made stalls on its two parts.
  void SetStep(Moment moment, Path path, bool timer) {
    step_.moment = moment;
    step_.path = path;
    now_ = timeline_->TimeOf(moment);
    in_timer_ = timer;
    emission_ = 0;
  }
  // Fires the timers before `key` (null: all within the timeline).
  void FireTimers(const OrderKey* key);
  bool TimerComesBefore(Moment moment, const OrderKey& key) const {
    return moment < key.moment || (moment == key.moment && root_path_ < key.path);
  }
  // Fires the next timer; `moment` is what TimerQueue::NextMomentOrNone said.
  void FireOne(Moment moment);
  void GiveUp();

  const bool multi_emitter_;
  const int root_width_;
  const Path root_path_;
  TimerQueue timers_;
  mutable uint32_t due_hint_ = 0;  // where in the timeline timers fired last
  const Timeline* timeline_ = nullptr;
  std::vector<Chunk>* out_ = nullptr;
  std::optional<OrderKey> limit_;
  OrderKey step_;
  TimeMs now_ = std::numeric_limits<TimeMs>::min();  // no time yet: nothing armed by Start is late
  bool in_timer_ = false;
  uint64_t emission_ = 0;  // number of the next emission of the step
  // Emissions of all firings in one moment are numbered together; an epoch is named by its first
  // message, since moments are relative to it.
  Moment last_timer_moment_ = 0;
  uint64_t last_timer_epoch_ = UINT64_MAX;
  uint64_t timer_emission_ = 0;
  std::optional<Failure> failure_;
};

// Iterates the chunks of one port by emission runs; used by StepOperator and unions.
class PortCursor {
 public:
  explicit PortCursor(const Port& port) : port_(&port) { SkipEmpty(); }
  bool done() const { return chunk_ == port_->chunks.size(); }
  const Chunk& chunk() const { return port_->chunks[chunk_]; }
  uint32_t row() const { return row_; }
  OrderKey key() const { return chunk().KeyAt(row_); }
  // The end of the run of rows in this chunk whose keys are below `limit` (no limit: the chunk's
  // end); at least the current row's emission.
  uint32_t RunEnd(const OrderKey* limit) const;
  void MoveTo(uint32_t row) {
    row_ = row;
    if (row_ == chunk().size()) {
      ++chunk_;
      row_ = 0;
      SkipEmpty();
    }
  }

 private:
  void SkipEmpty() {
    while (chunk_ < port_->chunks.size() && port_->chunks[chunk_].empty()) ++chunk_;
  }
  const Port* port_;
  size_t chunk_ = 0;
  uint32_t row_ = 0;
};

}  // namespace weir
