#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "runtime/batch_codec.h"
#include "state/file_system.h"
#include "state/interval_sync.h"
#include "state/log_queue.h"
#include "state/record_index.h"
#include "state/replay_log.h"
#include "state/snapshot_store.h"
#include "state/space_wait.h"
#include "state/state_image.h"

namespace weir {

struct KeeperOptions {
  std::string directory;
  SyncPolicy sync = SyncPolicy::kInterval;
  int64_t snapshot_interval_ms = 30'000;  // 0: only when asked for, and at the end
  uint64_t retained_log_bytes = 0;        // kept beyond what recovery needs
  // What the file `app` is to hold (stored_app.h); empty: there is none.
  std::string app;
  bool rows_move_clock = true;  // see EntryDecoder
  bool migrate = false;         // take over what another app's state has in common
  // Everything happens in the calls themselves: no thread, no fork. For deterministic tests.
  bool in_place = false;
  FileSystem* file_system = nullptr;  // null: the disk
  std::optional<KeyRing> keys;
  std::function<void(std::string_view)> report;  // one line each; may be null
  // Told now and then while the log is replayed; may be null.
  std::function<void(uint64_t records, uint64_t all_records)> replay_progress;
  // Asked while a full disk is waited for; true: give up. May be null.
  std::function<bool()> ending;
};

// The run whose state is kept. Its calls come from the thread that calls the keeper, but for
// SyncOutputs.
class KeptRun {
 public:
  virtual ~KeptRun() = default;
  virtual void Save(StateWriter& out) const = 0;
  // kLimit: the state is that of another app, and `migrate` is false.
  virtual Status Load(StateReader& in, bool migrate) = 0;
  // There is no snapshot: everything begins with the first record of the log, if there is any.
  virtual Status Begin() { return Status::Ok(); }
  // How far inputs and outputs were at the very end is asked for before anything is replayed.
  virtual bool wants_positions() const { return false; }
  virtual Status TakePositions(const std::vector<InputPosition>&) { return Status::Ok(); }
  virtual Status Replay(MessageBatch* batch) = 0;
  virtual Status ReplayQuery(const std::string& query) = 0;
  // Before a snapshot is taken: what was put out so far leaves the process.
  virtual Status FlushOutputs() { return Status::Ok(); }
  // What Save only names becomes durable; then, once it is so with the snapshot, what older ones
  // named may go.
  virtual Status PrepareSave() { return Status::Ok(); }
  virtual Status SettleSave() { return Status::Ok(); }
  // What was flushed becomes durable; called by another thread.
  virtual Status SyncOutputs() { return Status::Ok(); }
};

struct KeeperStats {
  uint64_t log_records = 0;    // appended by this process
  uint64_t log_bytes = 0;      // before they are packed
  LogWriter::SyncCosts syncs;  // of the log; known once the keeper is closed
  uint64_t snapshots = 0;
  uint64_t failed_snapshots = 0;
  ImageStats last;                 // of the last snapshot
  int64_t last_ms = 0;             // from its begin until it was durable
  int64_t pause_us_max = 0;        // of all snapshots
  std::vector<int64_t> pauses_us;  // of the latest snapshots, at most kPausesKept, in any order
  static constexpr size_t kPausesKept = 1024;
  uint64_t replayed = 0;  // log records, when this process began
  int64_t recovery_ms = 0;
};

// The figures as lines for the user.
std::vector<std::string> DescribeStats(const KeeperStats& stats);

// Keeps the state of a run in a directory: a replay log, to which every batch is appended before it
// is run, and snapshots. What is there after a crash at any instruction is a state from which the
// run goes on as if nothing had happened. One thread; snapshots are written by another one.
class StateKeeper {
 public:
  // Takes the directory, which is made if it is not there. kLocked: another process has it.
  // kCannotCreate: it cannot be made, or holds something else.
  static Result<std::unique_ptr<StateKeeper>> Open(KeeperOptions options,
                                                   const StreamFormats& formats);
  // Waits for a snapshot that is being written, takes none.
  ~StateKeeper();

  // Loads the newest snapshot that is whole and replays the log behind it. Called once, before
  // anything else.
  Status Recover(KeptRun* run);
  // True if there was nothing to recover.
  bool fresh() const { return fresh_; }
  // How far the inputs were read before, as far as they can tell.
  std::optional<std::string> PositionOf(const std::string& input) const;

  // Before a batch (a query) is run. Waits while the disk is full. Any failure is final.
  Status LogBatch(const MessageBatch& batch, std::vector<InputPosition> positions);
  Status LogQuery(std::string_view query, std::vector<InputPosition> positions);
  // What was logged is in the log: nothing that follows from it may leave the process before.
  Status Settle() { return queue_ == nullptr ? Status::Ok() : queue_->Settle(); }
  // Between two batches: begins a snapshot if it is time, and tells of one that failed.
  Status AfterBatch();
  // Takes a snapshot now and waits until it is durable.
  Status TakeSnapshot();
  // A last snapshot, unless nothing happened since the one before; the log is durable.
  // `outputs_moved`: what was put out has left the process since, so something happened.
  Status Close(bool outputs_moved = false);

  const KeeperStats& stats() const { return stats_; }

 private:
  struct Pending;

  StateKeeper(KeeperOptions options, const StreamFormats& formats);
  Status CheckFormat();
  Status OpenLog(uint64_t next_number);
  Result<SnapshotMeta> ValidSnapshot();
  Status LoadSnapshot(KeptRun* run);
  Status ReplayLog(KeptRun* run, uint64_t from, uint64_t end);
  // Calls `take` with each record of the log from `from` on.
  using TakeRecord = std::function<Status(const EntryDecoder&, std::string_view payload)>;
  Status ReadLog(uint64_t from, const TakeRecord& take);
  Status ReadPositions(uint64_t from);
  Status ReplayRecord(KeptRun* run, const EntryDecoder& decoder, std::string_view payload);
  Status AppendEntry();
  Status Append(const std::string& entry);
  void StopThreads();
  void Remember(const std::vector<InputPosition>& positions);
  Status BeginSnapshot();
  Status FinishSnapshot();
  Status WriteSnapshot(Pending* pending);
  int SideOf(uint64_t base);
  Status GiveUp(const Status& why, uint64_t log_number);
  Status CutLogBehind();
  void Report(const std::string& line) const;

  mutable std::mutex report_mutex_;
  KeeperOptions options_;
  StreamFormats formats_;
  FileSystem* fs_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<Sealing> sealing_;  // null: plain
  std::unique_ptr<SnapshotStore> store_;
  std::unique_ptr<LogWriter> log_;
  std::unique_ptr<IntervalSync> interval_sync_;  // null for the other policies
  std::unique_ptr<LogQueue> queue_;              // null: entries are appended by the calls
  uint64_t last_number_ = 0;                     // of the entries appended or in the queue
  RecordIndex index_;
  // By side of the index: the snapshot whose records it knows; 0: none.
  std::array<uint64_t, RecordIndex::kSides> side_numbers_ = {};
  KeptRun* run_ = nullptr;
  bool fresh_ = true;
  std::vector<InputPosition> positions_;
  SpaceWait space_wait_;  // of the log
  std::string entry_;
  uint64_t snapshot_number_ = 0;      // the last log record that the newest snapshot covers
  TimeMs last_snapshot_;              // monotonic
  std::unique_ptr<Pending> pending_;  // a snapshot being written
  KeeperStats stats_;
};

}  // namespace weir
