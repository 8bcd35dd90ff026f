#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "runtime/app_impl.h"
#include "runtime/app_reload.h"
#include "runtime/app_state.h"
#include "runtime/epoch_loop.h"
#include "runtime/input.h"
#include "runtime/query_answer.h"
#include "runtime/result_writer.h"
#include "runtime/state_keeper.h"
#include "time/system_clock.h"

namespace weir {

// The middle of a run: messages go in by the batch, results go out, and time passes while inputs
// are waited for. How several inputs become one order of messages is decided by the callers.
class RunCore final : private KeptRun {
 public:
  // `inputs` are the formats that inputs read, `formats` those of the plan.
  RunCore(const App::Impl& app, const RunOptions& options, const Clock& clock, Plan plan,
          const StreamFormats& inputs, StreamFormats formats, ResultWriter* results);

  // Messages not run yet; to be appended to.
  MessageBatch* batch() { return &batch_; }
  size_t messages_max() const { return options_.epoch_size; }
  static constexpr size_t kRowsMax = 2048;
  bool Full() const { return batch_.messages.size() >= messages_max() || batch_.rows >= kRowsMax; }

  // Starts the clock of an app that runs on the wall clock.
  Status Start();
  // Runs what is in the batch, and what came back from sinks.
  Status RunBatch();
  // Runs what comes back from sinks, and waits until nothing does any more.
  Status RunFaults();
  // Runs the batch, then prints the answer to the on-demand query that `input` stands at.
  Status Answer(Input* input);

  // Every batch goes through the keeper from now on; what it kept of an earlier run is loaded and
  // replayed. Before anything else. `positions` tells how far the inputs were read.
  Status Recover(StateKeeper* keeper, std::vector<std::string>* dropped);
  void set_positions(std::function<std::vector<InputPosition>()> positions) {
    positions_ = std::move(positions);
  }

  const std::function<std::vector<InputPosition>()>& positions() const { return positions_; }

  // The state without the outputs, between two batches, and the way back for another app:
  // `dropped` tells what was not taken over.
  Status SaveTo(StateWriter& out);
  Status LoadFrom(StateReader& in, std::vector<std::string>* dropped);

  // `call` is called whenever a batch has been run.
  void AfterBatch(std::function<void()> call) { after_batch_ = std::move(call); }

  // Tells what tables did not take because of their primary keys.
  void ReportRefusedRows();

  // Waits until one of the inputs can be read without blocking, and says which. Before it blocks,
  // everything read so far is run and written; while it blocks, timers fire. Null if the run is to
  // end or to be reloaded, or if *status is not ok.
  Input* WaitForOne(std::span<Input* const> inputs, Status* status);

  // A stop was requested, or nobody reads the results.
  bool Ending() const;

  bool ReloadAsked() const;

  void CountBytes(uint64_t bytes) { bytes_ += bytes; }

 private:
  Input* Poll(std::span<Input* const> inputs, int timeout_ms);
  SinkSet* fault_sinks() const;
  int TimeoutMs() const;
  Status OnIdle();
  Status AdvanceTo(TimeMs time);
  Status Log(const MessageBatch& batch);
  Status FlushIfLarge();
  Status Flush();
  std::vector<InputPosition> Positions() const;

  void Save(StateWriter& out) const override;
  Status Load(StateReader& in, bool migrate) override;
  Status Begin() override;
  bool wants_positions() const override { return results_->has_sinks(); }
  Status TakePositions(const std::vector<InputPosition>& positions) override {
    return results_->TakePositions(positions);
  }
  Status Replay(MessageBatch* batch) override;
  Status ReplayQuery(const std::string& query) override;
  Status PrepareSave() override;
  Status SettleSave() override;
  Status FlushOutputs() override;
  Status SyncOutputs() override;
  void StampWallClock();
  void TellProgress();

  const App::Impl& app_;
  const RunOptions& options_;
  const Clock& clock_;
  ResultWriter* results_;
  const StreamFormats& inputs_;
  StreamFormats formats_;
  MessageBatch batch_;  // of the inputs
  StreamMap map_;
  std::vector<StateUnit> units_;
  std::shared_ptr<DiskTables> disk_tables_;  // null: there are none
  EpochLoop loop_;
  QueryAnswerer answerer_;
  StateKeeper* keeper_ = nullptr;
  std::function<std::vector<InputPosition>()> positions_;
  std::vector<std::string>* dropped_ = nullptr;  // of another app's state
  std::function<void()> after_batch_;
  bool event_time_;
  bool warned_of_clock_steps_ = false;
  TimeMs idle_since_ = 0;  // monotonic
  size_t next_polled_ = 0;
  TimeMs started_at_ = 0;  // monotonic
  TimeMs told_at_ = 0;
  uint64_t events_ = 0;
  uint64_t bytes_ = 0;
  uint32_t batches_ = 0;
};

}  // namespace weir
