#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "exec/dag.h"
#include "json/message_batch.h"

namespace weir {

// Turns messages into epochs and runs them: keeps the clock, the app-wide message numbers and the
// DAG. Where a batch or an epoch ends changes nothing that comes out.
//
// A clock step moves the clock to its time, never back. Messages with rows do the same in event
// time (`rows_move_clock`); on the wall clock a row's timestamp is its own. The app starts at the
// first time that moves the clock; before that the clock stands at 0.
class EpochLoop {
 public:
  // Called after each epoch with what its taps hold, in key order.
  using OnEpoch = std::function<void(const Timeline&, const std::vector<Port>& taps)>;

  EpochLoop(std::unique_ptr<Dag> dag, std::vector<SchemaPtr> schemas, bool rows_move_clock,
            OnEpoch on_epoch);

  // Runs all messages of the batch and empties it. Not ok once the app has failed for good.
  Status Run(MessageBatch* batch);

  TimeMs clock() const { return clock_; }
  bool started() const { return started_; }
  uint64_t next_message() const { return next_message_; }
  TimeMs NextDue() const { return dag_->NextDue(); }

  // The clock and the state of all operators, between two batches. Load comes before the first
  // batch; look at the reader's status afterwards.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  // Rows [begin, end) of a stream's rows in the batch are in the epoch being put together.
  struct Cursor {
    uint32_t begin = 0;
    uint32_t end = 0;
  };

  static constexpr TimeMs kFirstSpanMax = 60'000;
  static constexpr uint64_t kManyRows = 1 << 16;
  static constexpr uint64_t kFewRows = 1 << 14;

  TimeMs ClockAfter(const BatchMessage& message) const;
  void MoveClock(TimeMs target);
  void Start(TimeMs time);
  void TakeRows(MessageBatch* batch);
  void TakeStream(uint32_t stream, StreamRows* rows);
  void RunPending();
  void FillSources();
  Chunk MakeChunk(uint32_t stream, const Cursor& rows);
  void Adapt(bool span_was_reached);

  std::unique_ptr<Dag> dag_;
  std::vector<SchemaPtr> schemas_;
  bool rows_move_clock_;
  OnEpoch on_epoch_;

  bool started_ = false;
  TimeMs clock_ = 0;
  uint64_t next_message_ = 0;
  // An epoch whose timers give many rows is kept short, so that memory stays bounded.
  TimeMs span_max_ = kFirstSpanMax;

  // The epoch being put together, and the batch its rows come from.
  Timeline timeline_;
  std::vector<BatchMessage> pending_;  // one per position
  std::vector<uint32_t> touched_;      // streams that have rows in the batch, ascending
  std::vector<std::vector<ColumnPtr>> columns_;
  std::vector<std::vector<TimeMs>> timestamps_;
  std::vector<Cursor> cursors_;
  std::vector<std::vector<Moment>> moments_;
  std::vector<Port> sources_;
  std::vector<Port> taps_;
};

}  // namespace weir
