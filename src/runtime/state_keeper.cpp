#include "runtime/state_keeper.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "base/huge_pages.h"
#include "runtime/state_view.h"
#include "runtime/stored_app.h"
#include "state/kill_point.h"
#include "time/system_clock.h"

namespace weir {
namespace {

constexpr uint64_t kReplayedPerWord = 256;
constexpr int kSnapshotNice = 5;  // events come first; the threads it begins inherit that
constexpr int64_t kShortPauseUs = 2000;

TimeMs NowMs() { return SystemClock().MonotonicMs(); }
int64_t MsSince(TimeMs begin) { return NowMs() - begin; }

}  // namespace

// A snapshot on its way to the disk.
struct StateKeeper::Pending {
  int side = 0;  // of the index
  uint64_t number = 0;
  uint64_t log_number = 0;
  std::unique_ptr<SnapshotChange> change;
  TimeMs begin = 0;
  std::unique_ptr<StateImage> image;
  ImageStats stats;
  int64_t prepare_us = 0;
  int64_t ms = 0;
  Status status;
  std::atomic<bool> done = false;
  std::thread thread;  // not joinable in place
};

StateKeeper::StateKeeper(KeeperOptions options, const StreamFormats& formats)
    : options_(std::move(options)),
      formats_(formats),
      fs_(options_.file_system != nullptr ? options_.file_system : &PosixFileSystem()),
      space_wait_({[this](std::string_view line) { Report(std::string(line)); }, options_.ending}),
      last_snapshot_(NowMs()) {
  if (options_.keys) sealing_ = std::make_unique<Sealing>(std::move(*options_.keys));
}

void StateKeeper::StopThreads() {
  queue_.reset();
  interval_sync_.reset();
}

void StateKeeper::Report(const std::string& line) const {
  const std::lock_guard lock(report_mutex_);
  if (options_.report) options_.report(line);
}

StateKeeper::~StateKeeper() {
  StopThreads();
  if (pending_ != nullptr && pending_->thread.joinable()) pending_->thread.join();
}

Result<std::unique_ptr<StateKeeper>> StateKeeper::Open(KeeperOptions options,
                                                       const StreamFormats& formats) {
  std::unique_ptr<StateKeeper> keeper(new StateKeeper(std::move(options), formats));
  FileSystem* fs = keeper->fs_;
  const std::string& directory = keeper->options_.directory;
  Status made = fs->MakeDirectory(directory);
  // Else a power cut may take the directory with all that was synced in it.
  if (made.ok()) made = fs->SyncDirectory(DirectoryOf(directory));
  if (!made.ok()) return Status(StatusCode::kCannotCreate, made.message());
  auto lock = fs->Lock(JoinPath(directory, "lock"));
  if (!lock.ok() && lock.status().code() != StatusCode::kLocked) {
    return Status(StatusCode::kCannotCreate, lock.status().message());
  }
  if (!lock.ok()) return lock.status();
  keeper->lock_ = std::move(lock).value();
  KILL_POINT("keeper.locked");
  Status status = keeper->CheckFormat();
  if (status.ok()) status = keeper->index_.Create();
  if (!status.ok()) return status;
  return keeper;
}

Status StateKeeper::CheckFormat() {
  const std::string path = JoinPath(options_.directory, kStateFormatName);
  const Result<bool> there = fs_->Exists(path);
  if (!there.ok()) return there.status();
  if (there.value()) {
    const Result<std::string> text = fs_->ReadAll(path);
    if (!text.ok()) return text.status();
    if (text.value() == kStateFormatText) return Status::Ok();
    const bool other_version = text.value().starts_with(kStateFormatBegin);
    return Status(StatusCode::kCannotCreate,
                  path + (other_version ? ": the directory was written by another version of weir"
                                        : ": this is no state directory"));
  }
  const Result<std::vector<std::string>> names = fs_->List(options_.directory);
  if (!names.ok()) return names.status();
  for (const std::string& name : names.value()) {
    // A crash while the file was being published leaves its temporary form.
    if (name == "lock" || name.starts_with(kStateFormatName)) continue;
    return Status(StatusCode::kCannotCreate,
                  options_.directory + ": not empty, and no state directory");
  }
  const Status published = fs_->Publish(path, kStateFormatText);
  if (published.code() == StatusCode::kNoSpace) return published;
  if (!published.ok()) return Status(StatusCode::kCannotCreate, published.message());
  return Status::Ok();
}

Status StateKeeper::Recover(KeptRun* run) {
  const auto begin = NowMs();
  run_ = run;
  SnapshotOptions snapshots;
  snapshots.sealing = sealing_.get();
  auto store = SnapshotStore::Open(fs_, JoinPath(options_.directory, "snapshots"), snapshots);
  if (!store.ok()) return store.status();
  store_ = std::move(store).value();
  Status status = LoadSnapshot(run);
  if (!status.ok()) return status;
  KILL_POINT("keeper.loaded");
  const std::string log = JoinPath(options_.directory, "log");
  const LogNeeds needs{snapshot_number_ + 1, snapshot_number_};
  const Result<LogRecovery> recovered = RecoverLog(fs_, log, needs);
  if (!recovered.ok()) return recovered.status();
  for (const std::string& note : recovered.value().notes) Report("warning: " + note);
  KILL_POINT("keeper.log_repaired");
  const uint64_t next = std::max(recovered.value().next_number, snapshot_number_ + 1);
  fresh_ = next == 1;
  const bool replays = next > snapshot_number_ + 1;
  if (run->wants_positions()) {
    if (replays) status = ReadPositions(snapshot_number_ + 1);
    if (status.ok()) status = run->TakePositions(positions_);
  }
  if (status.ok() && replays) status = ReplayLog(run, snapshot_number_ + 1, next);
  if (status.ok() && !options_.app.empty()) {
    status = PublishStoredApp(fs_, options_.directory, options_.app, sealing_.get());
  }
  if (status.ok()) status = OpenLog(next);
  if (status.ok()) KILL_POINT("keeper.recovered");
  stats_.recovery_ms = MsSince(begin);
  last_snapshot_ = NowMs();
  return status;
}

// Its records are noted in the index on the way, so that the next snapshot against it writes only
// what changed.
Result<SnapshotMeta> StateKeeper::ValidSnapshot() {
  constexpr int kSide = 0;
  const Status mapped = index_.Map();
  if (!mapped.ok()) return mapped;
  uint64_t noted = 0;
  const auto note = [&](uint64_t number, std::string_view key, std::string_view value) {
    if (number != noted) {
      index_.Forget(kSide);
      index_.Begin(kSide);
      noted = number;
    }
    index_.Note(key, RecordIndex::HashOf(key), SumOfRecord(key, value).low);
  };
  Result<SnapshotMeta> valid = store_->NewestValid(note);
  if (valid.ok() && (noted == 0 || noted == valid.value().number)) {
    side_numbers_[kSide] = valid.value().number;
  } else {
    index_.Forget(kSide);
  }
  const Status noting = index_.status();
  index_.Unmap();
  return noting.ok() ? valid : noting;
}

// The newest snapshot that is whole; an older one, or none, only after a word to the user. Without
// any the log must begin with the first record, which its recovery checks.
Status StateKeeper::LoadSnapshot(KeptRun* run) {
  const Result<SnapshotMeta> newest = ValidSnapshot();
  for (const std::string& note : store_->notes()) Report("error: " + note);
  if (!newest.ok()) return newest.status();
  const SnapshotMeta& meta = newest.value();
  if (meta.number == 0) return run->Begin();
  auto loaded = store_->Source(meta.number);
  if (!loaded.ok()) return loaded.status();
  StateReader in(loaded.value().get());
  if (in.BeginOwner(":inputs")) {
    in.Read(positions_);
    in.EndOwner();
  }
  snapshot_number_ = meta.log_number;
  return run->Load(in, options_.migrate);
}

Status StateKeeper::ReadLog(uint64_t from, const TakeRecord& take) {
  const std::string log = JoinPath(options_.directory, "log");
  auto reader = LogReader::Open(fs_, log, sealing_.get(), from);
  if (!reader.ok()) return reader.status();
  std::optional<EntryDecoder> decoder;
  LogReader::Record record;
  for (;;) {
    const Result<bool> more = reader.value()->Next(&record);
    if (!more.ok()) return more.status();
    if (!more.value()) return Status::Ok();
    if (!decoder || record.has_new_schema) {
      Result<EntryDecoder> made =
          EntryDecoder::Make(reader.value()->schema(), formats_, options_.rows_move_clock);
      if (!made.ok()) return made.status();
      decoder = std::move(made).value();
    }
    const Status status = take(*decoder, record.payload);
    if (!status.ok()) return status;
  }
}

Status StateKeeper::ReadPositions(uint64_t from) {
  return ReadLog(from, [this](const EntryDecoder& decoder, std::string_view payload) {
    EntryDecoder::Entry entry;
    const Status status = decoder.DecodePositions(payload, &entry);
    Remember(entry.positions);
    return status;
  });
}

Status StateKeeper::ReplayLog(KeptRun* run, uint64_t from, uint64_t end) {
  return ReadLog(from, [&](const EntryDecoder& decoder, std::string_view payload) {
    const Status status = ReplayRecord(run, decoder, payload);
    if (!status.ok()) return status;
    if (++stats_.replayed % kReplayedPerWord == 0 && options_.replay_progress) {
      options_.replay_progress(stats_.replayed, end - from);
    }
    KILL_POINT("keeper.replayed_record");
    return Status::Ok();
  });
}

Status StateKeeper::ReplayRecord(KeptRun* run, const EntryDecoder& decoder,
                                 std::string_view payload) {
  EntryDecoder::Entry entry;
  MessageBatch batch(formats_);
  const Status decoded = decoder.Decode(payload, &entry, &batch);
  if (!decoded.ok()) return decoded;
  Remember(entry.positions);
  return entry.kind == LogEntryKind::kQuery ? run->ReplayQuery(entry.query) : run->Replay(&batch);
}

Status StateKeeper::OpenLog(uint64_t next_number) {
  LogOptions options;
  options.sync = options_.sync;
  options.schema = DescribeFormats(formats_);
  options.sealing = sealing_.get();
  if (options_.in_place) options.salt = 1;
  auto log =
      LogWriter::Open(fs_, JoinPath(options_.directory, "log"), std::move(options), next_number);
  if (!log.ok()) return log.status();
  log_ = std::move(log).value();
  last_number_ = next_number - 1;
  if (options_.in_place || options_.sync == SyncPolicy::kEpoch) return Status::Ok();
  queue_ = std::make_unique<LogQueue>([this](const std::string& entry) { return Append(entry); });
  if (options_.sync == SyncPolicy::kInterval) {
    interval_sync_ = std::make_unique<IntervalSync>(log_.get());
  }
  return Status::Ok();
}

std::optional<std::string> StateKeeper::PositionOf(const std::string& input) const {
  for (const InputPosition& position : positions_) {
    if (position.input == input) return position.position;
  }
  return std::nullopt;
}

void StateKeeper::Remember(const std::vector<InputPosition>& positions) {
  for (const InputPosition& position : positions) {
    const auto at = std::find_if(positions_.begin(), positions_.end(),
                                 [&](const auto& known) { return known.input == position.input; });
    if (at == positions_.end()) {
      positions_.push_back(position);
    } else {
      at->position = position.position;
    }
  }
}

Status StateKeeper::LogBatch(const MessageBatch& batch, std::vector<InputPosition> positions) {
  entry_.clear();
  EncodeBatch(formats_, batch, positions, &entry_);
  const Status status = AppendEntry();
  if (status.ok()) Remember(positions);
  return status;
}

Status StateKeeper::LogQuery(std::string_view query, std::vector<InputPosition> positions) {
  entry_.clear();
  EncodeQuery(query, positions, &entry_);
  const Status status = AppendEntry();
  if (status.ok()) Remember(positions);
  return status;
}

Status StateKeeper::AppendEntry() {
  ++stats_.log_records;
  stats_.log_bytes += entry_.size();
  const Status status = queue_ == nullptr ? Append(entry_) : queue_->Push(&entry_);
  if (status.ok()) ++last_number_;
  return status;
}

// Nothing is read while the disk is full, and nothing that was read is lost.
Status StateKeeper::Append(const std::string& entry) {
  const auto append = [&] {
    KILL_POINT("keeper.before_append");
    const Result<uint64_t> appended = log_->Append(entry);
    KILL_POINT("keeper.after_append");
    return appended.status();
  };
  return options_.in_place ? append() : space_wait_.Write(append);
}

Status StateKeeper::AfterBatch() {
  if (pending_ != nullptr) {
    if (!pending_->done.load(std::memory_order_acquire)) return Status::Ok();
    const Status status = FinishSnapshot();
    if (!status.ok()) return status;
  }
  const bool anything_new = last_number_ > snapshot_number_;
  if (options_.snapshot_interval_ms == 0 || !anything_new ||
      MsSince(last_snapshot_) < options_.snapshot_interval_ms) {
    return Status::Ok();
  }
  return BeginSnapshot();
}

Status StateKeeper::BeginSnapshot() {
  Status status = Settle();
  if (status.ok()) status = run_->FlushOutputs();
  if (!status.ok()) return status;
  KILL_POINT("keeper.before_image");
  auto pending = std::make_unique<Pending>();
  pending->begin = last_snapshot_ = NowMs();
  status = run_->PrepareSave();
  if (!status.ok()) return GiveUp(status, last_number_);
  pending->prepare_us = MsSince(pending->begin) * 1000;
  const uint64_t older = store_->older().number;
  const bool is_known = older != 0 && std::count(side_numbers_.begin(), side_numbers_.end(), older);
  auto change = store_->Begin(!is_known);
  if (!change.ok()) return GiveUp(change.status(), last_number_);
  pending->change = std::move(change).value();
  pending->side = SideOf(pending->change->base());
  pending->number = store_->newest().number + 1;
  pending->log_number = last_number_;
  const auto save = [this](StateWriter& out) {
    out.BeginOwner(":inputs");
    out.Write(positions_);
    out.EndOwner();
    run_->Save(out);
  };
  auto image = StateImage::Take(&index_, pending->side, save, options_.in_place);
  if (!image.ok()) {
    side_numbers_[pending->side] = 0;
    return GiveUp(image.status(), pending->log_number);
  }
  pending->image = std::move(image).value();
  KILL_POINT("keeper.image_taken");
  pending_ = std::move(pending);
  Pending* written = pending_.get();
  if (options_.in_place) {
    written->status = WriteSnapshot(written);
    return FinishSnapshot();
  }
  written->thread = std::thread([this, written] {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kSnapshotNice);  // of this thread
    written->status = WriteSnapshot(written);
    written->ms = MsSince(written->begin);
    // What the run wrote meanwhile has small pages now, which would slow the next fork.
    if (written->stats.pause_us > kShortPauseUs) CollapseIntoHugePages();
    written->done.store(true, std::memory_order_release);
  });
  return Status::Ok();
}

// The side of the index that knows the records of a snapshot; else one that knows nothing.
int StateKeeper::SideOf(uint64_t base) {
  for (int side = 0; side < RecordIndex::kSides; ++side) {
    if (base != 0 && side_numbers_[side] == base) return side;
  }
  const int side = side_numbers_[0] != 0 && side_numbers_[0] == store_->newest().number ? 1 : 0;
  if (index_.Map().ok()) index_.Forget(side);
  index_.Unmap();
  side_numbers_[side] = 0;
  return side;
}

// On the thread of the snapshot: what it covers must be durable before it is.
Status StateKeeper::WriteSnapshot(Pending* pending) {
  class Into final : public ImageChanges {
   public:
    explicit Into(SnapshotChange* change) : change_(change) {}
    Status Put(std::string_view key, std::string_view value) override {
      return change_->Put(key, value);
    }
    Status Delete(std::string_view key) override { return change_->Delete(key); }

   private:
    SnapshotChange* change_;
  };
  Into into(pending->change.get());
  Status status = pending->image->Read(&into, &pending->stats);
  if (status.ok()) status = log_->Sync();
  if (status.ok()) status = run_->SyncOutputs();
  if (!status.ok()) return status;
  SnapshotMeta meta;
  meta.number = pending->number;
  meta.log_number = pending->log_number;
  meta.record_count = pending->stats.records;
  meta.sum = pending->stats.sum;
  KILL_POINT("keeper.before_commit");
  status = pending->change->Commit(meta);
  KILL_POINT("keeper.after_commit");
  return status;
}

Status StateKeeper::FinishSnapshot() {
  if (pending_->thread.joinable()) pending_->thread.join();
  const std::unique_ptr<Pending> pending = std::move(pending_);
  pending->change.reset();
  pending->stats.pause_us += pending->prepare_us;
  stats_.pause_us_max = std::max(stats_.pause_us_max, pending->stats.pause_us);
  if (!pending->status.ok()) {
    pending->image.reset();
    side_numbers_[pending->side] = 0;
    return GiveUp(pending->status, pending->log_number);
  }
  if (stats_.pauses_us.size() < KeeperStats::kPausesKept) stats_.pauses_us.emplace_back();
  stats_.pauses_us[stats_.snapshots % KeeperStats::kPausesKept] = pending->stats.pause_us;
  ++stats_.snapshots;
  stats_.last = pending->stats;
  stats_.last_ms = pending->ms;
  side_numbers_[pending->side] = pending->number;
  snapshot_number_ = pending->log_number;
  const Status settled = run_->SettleSave();
  if (!settled.ok()) Report("warning: tables of older snapshots are left: " + settled.message());
  return CutLogBehind();
}

// A snapshot that could not be written is told and given up: the log still has everything.
Status StateKeeper::GiveUp(const Status& why, uint64_t log_number) {
  ++stats_.failed_snapshots;
  last_snapshot_ = NowMs();
  Report("error: the snapshot at log record " + std::to_string(log_number) +
         " could not be written: " + why.message());
  return log_->Sync();  // fails if the log itself is at its end
}

// The log is kept from the older snapshot on, so that there is something to fall back to.
Status StateKeeper::CutLogBehind() {
  const SnapshotMeta older = store_->older();
  if (older.number == 0) return Status::Ok();
  LogRetention retention;
  retention.bytes = options_.retained_log_bytes;
  KILL_POINT("keeper.before_cut");
  const Result<uint64_t> cut =
      CutLog(fs_, JoinPath(options_.directory, "log"), older.log_number + 1, retention);
  KILL_POINT("keeper.after_cut");
  if (!cut.ok()) Report("warning: the log could not be cut: " + cut.status().message());
  return Status::Ok();
}

Status StateKeeper::TakeSnapshot() {
  if (pending_ != nullptr) {
    const Status status = FinishSnapshot();
    if (!status.ok()) return status;
  }
  const uint64_t failed = stats_.failed_snapshots;
  Status status = BeginSnapshot();
  if (status.ok() && pending_ != nullptr) status = FinishSnapshot();
  if (status.ok() && stats_.failed_snapshots > failed) {
    return Status(StatusCode::kIoError, "the snapshot could not be written");
  }
  return status;
}

Status StateKeeper::Close(bool outputs_moved) {
  Status status = Settle();
  if (pending_ != nullptr && status.ok()) status = FinishSnapshot();
  if (status.ok() && (last_number_ > snapshot_number_ || outputs_moved)) status = TakeSnapshot();
  KILL_POINT("keeper.before_close");
  StopThreads();
  const Status closed = log_->Close();
  stats_.syncs = log_->sync_costs();
  KILL_POINT("keeper.closed");
  return status.ok() ? closed : status;
}

namespace {

int64_t Median(std::vector<int64_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

std::vector<std::string> DescribeStats(const KeeperStats& stats) {
  const auto ms = [](int64_t us) { return fmt::format("{:.1f}", static_cast<double>(us) / 1000); };
  return {
      fmt::format("log: {} records, {} bytes, {} syncs that took {} ms", stats.log_records,
                  stats.log_bytes, stats.syncs.syncs, ms(stats.syncs.us)),
      fmt::format("snapshots: {} written, {} failed, pause p50 {} ms, longest {} ms",
                  stats.snapshots, stats.failed_snapshots, ms(Median(stats.pauses_us)),
                  ms(stats.pause_us_max)),
      fmt::format("last snapshot: {} of {} records changed, {} of {} bytes, {} gone, pause {} ms, "
                  "durable after {} ms",
                  stats.last.changed_records, stats.last.records, stats.last.changed_bytes,
                  stats.last.bytes, stats.last.gone_records, ms(stats.last.pause_us),
                  stats.last_ms),
      fmt::format("recovery: {} log records replayed in {} ms", stats.replayed, stats.recovery_ms),
  };
}

}  // namespace weir
