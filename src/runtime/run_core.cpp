#include "runtime/run_core.h"

#include <poll.h>

#include <algorithm>

namespace weir {
namespace {

constexpr TimeMs kPollMsMax = 60'000;
constexpr uint32_t kBatchesPerLook = 64;  // at the clock, for progress
constexpr TimeMs kProgressMs = 500;
constexpr int kFaultRoundsMax = 100;  // what comes back may come back again and again

std::vector<SchemaPtr> SchemasOf(const StreamFormats& formats) {
  std::vector<SchemaPtr> schemas;
  for (const StreamFormat& format : formats) schemas.push_back(format.schema);
  return schemas;
}

}  // namespace

RunCore::RunCore(const App::Impl& app, const RunOptions& options, const Clock& clock, Plan plan,
                 const StreamFormats& inputs, StreamFormats formats, ResultWriter* results)
    : app_(app),
      options_(options),
      clock_(clock),
      results_(results),
      inputs_(inputs),
      formats_(std::move(formats)),
      batch_(inputs),
      map_(inputs, formats_),
      units_(StateUnitsOf(app.bound, plan)),
      disk_tables_(plan.disk_tables),
      loop_(std::move(plan.dag), SchemasOf(formats_), app.event_time(),
            [results, log = plan.log, &options](const Timeline&, const std::vector<Port>& taps) {
              results->Write(taps);
              log->HandOut([&options](const OrderKey&, const std::string& line) {
                if (options.report) options.report(line);
              });
            }),
      answerer_(app.bound, {std::move(plan.found), std::move(plan.aggregations)}, formats_, &loop_),
      event_time_(app.event_time()),
      started_at_(clock.MonotonicMs()),
      told_at_(started_at_) {}

bool RunCore::Ending() const {
  return (options_.stop != nullptr && options_.stop->requested()) || results_->reader_gone();
}

bool RunCore::ReloadAsked() const {
  return options_.reload != nullptr && options_.reload->requested();
}

Status RunCore::Start() { return event_time_ ? Status::Ok() : AdvanceTo(clock_.WallMs()); }

Status RunCore::AdvanceTo(TimeMs time) {
  MessageBatch step(formats_);
  step.messages.push_back({time, BatchMessage::kClockStep, 0});
  Status status = Log(step);
  if (status.ok()) status = loop_.Run(&step);
  if (status.ok() && keeper_ != nullptr) status = keeper_->AfterBatch();
  return status.ok() ? FlushIfLarge() : status;
}

Status RunCore::FlushIfLarge() { return results_->is_large() ? Flush() : Status::Ok(); }

// Nothing leaves that a restart would not know the cause of.
Status RunCore::Flush() {
  const Status settled = keeper_ == nullptr ? Status::Ok() : keeper_->Settle();
  return settled.ok() ? results_->Flush() : settled;
}

std::vector<InputPosition> RunCore::Positions() const {
  return positions_ ? positions_() : std::vector<InputPosition>();
}

// Nothing is run that a restart would not know of.
Status RunCore::Log(const MessageBatch& batch) {
  return keeper_ == nullptr ? Status::Ok() : keeper_->LogBatch(batch, Positions());
}

// On the wall clock the time of a batch is recorded as a message of its own before it; lines that
// only tell a time say nothing.
void RunCore::StampWallClock() {
  const size_t before = batch_.messages.size();
  std::erase_if(batch_.messages, [](const BatchMessage& message) {
    return message.stream == BatchMessage::kClockStep;
  });
  if (batch_.messages.size() != before && !warned_of_clock_steps_ && options_.report) {
    warned_of_clock_steps_ = true;
    options_.report(
        "warning: lines with only a timestamp are ignored, because the app runs on the wall clock "
        "(--playback makes it run on event time)");
  }
  batch_.messages.insert(batch_.messages.begin(), {clock_.WallMs(), BatchMessage::kClockStep, 0});
}

// Null if none of them gives anything back.
SinkSet* RunCore::fault_sinks() const {
  SinkSet* sinks = results_->sinks();
  return sinks != nullptr && sinks->has_fault_streams() ? sinks : nullptr;
}

Status RunCore::RunFaults() {
  SinkSet* sinks = fault_sinks();
  Status status;
  for (int round = 0; sinks != nullptr && round < kFaultRoundsMax && status.ok(); ++round) {
    status = RunBatch();
    if (status.ok()) status = Flush();
    sinks->Await();
    if (!sinks->HasFaults()) break;
  }
  return status;
}

Status RunCore::RunBatch() {
  if (SinkSet* sinks = fault_sinks()) sinks->TakeFaults(inputs_, &batch_);
  if (batch_.messages.empty()) {
    if (after_batch_) after_batch_();
    return Status::Ok();
  }
  events_ += batch_.rows;
  if (!event_time_) StampWallClock();
  MessageBatch* batch = map_.Apply(&batch_);
  Status status = Log(*batch);
  if (status.ok()) status = loop_.Run(batch);
  if (status.ok() && keeper_ != nullptr) status = keeper_->AfterBatch();
  if (options_.report) {
    for (const std::string& line : answerer_.TakeRefusedRows()) options_.report(line);
  }
  if (status.ok() && after_batch_) after_batch_();
  if (options_.progress && ++batches_ % kBatchesPerLook == 0) TellProgress();
  return status.ok() ? FlushIfLarge() : status;
}

void RunCore::TellProgress() {
  const TimeMs now = clock_.MonotonicMs();
  if (now - told_at_ < kProgressMs) return;
  told_at_ = now;
  options_.progress(events_, bytes_, static_cast<uint64_t>(now - started_at_));
}

Status RunCore::Answer(Input* input) {
  Status status = RunBatch();
  if (!status.ok()) return status;
  input->PassQuery();
  const std::string& query = input->query();
  const auto log = [&] {
    if (!input->query_may_change()) return Status::Invalid("only reading is allowed here");
    if (keeper_ != nullptr) status = keeper_->LogQuery(query, Positions());
    return status;
  };
  const std::string answer = answerer_.Answer(query, log);
  if (status.ok() && !input->TakeAnswer(answer)) results_->WriteAnswer(answer);
  return status;
}

Status RunCore::Recover(StateKeeper* keeper, std::vector<std::string>* dropped) {
  dropped_ = dropped;
  const Status status = keeper->Recover(this);
  dropped_ = nullptr;
  keeper_ = keeper;
  return status.ok() ? results_->FlushIfLarge() : status;
}

void RunCore::Save(StateWriter& out) const {
  SaveAppState(units_, loop_, out);
  results_->Save(out);
}

Status RunCore::Load(StateReader& in, bool migrate) {
  UnitChanges changes;
  const Status status = LoadAppState(units_, in, &loop_, migrate ? &changes : nullptr);
  if (disk_tables_ != nullptr && !disk_tables_->status().ok()) return disk_tables_->status();
  if (!status.ok()) return status;
  *dropped_ = std::move(changes.details);
  results_->Load(in);
  return in.status();
}

Status RunCore::LoadFrom(StateReader& in, std::vector<std::string>* dropped) {
  UnitChanges changes;
  const Status status = LoadAppState(units_, in, &loop_, &changes);
  if (!status.ok()) return status;
  *dropped = std::move(changes.details);
  return in.status();
}

Status RunCore::Begin() { return results_->Empty(); }

// Answers and what is told to the user were put out before.
Status RunCore::Replay(MessageBatch* batch) {
  const Status status = loop_.Run(batch);
  answerer_.TakeRefusedRows();
  return status.ok() ? results_->FlushIfLarge() : status;
}

Status RunCore::ReplayQuery(const std::string& query) {
  answerer_.Answer(query);
  return Status::Ok();
}

Status RunCore::PrepareSave() {
  return disk_tables_ == nullptr ? Status::Ok() : disk_tables_->Checkpoint();
}

Status RunCore::SettleSave() {
  return disk_tables_ == nullptr ? Status::Ok() : disk_tables_->SettleCheckpoint();
}

Status RunCore::SaveTo(StateWriter& out) {
  const Status prepared = PrepareSave();
  if (!prepared.ok()) return prepared;
  SaveAppState(units_, loop_, out);
  return SettleSave();
}

Status RunCore::FlushOutputs() { return results_->Flush(); }
Status RunCore::SyncOutputs() { return results_->Sync(); }

void RunCore::ReportRefusedRows() {
  if (!options_.report) return;
  for (const std::string& line : answerer_.TakeRefusedRows()) options_.report(line);
  for (const std::string& warning : answerer_.RefusedRows()) options_.report(warning);
}

// The first input, in turn, that has bytes or has ended; regular files always do.
Input* RunCore::Poll(std::span<Input* const> inputs, int timeout_ms) {
  std::vector<pollfd> waits;
  for (const Input* input : inputs) waits.push_back({input->fd(), POLLIN, 0});
  const int stop_fd = options_.stop == nullptr ? -1 : options_.stop->poll_fd();
  const int reload_fd = options_.reload == nullptr ? -1 : options_.reload->poll_fd();
  waits.push_back({stop_fd, POLLIN, 0});  // a negative descriptor is passed over
  waits.push_back({reload_fd, POLLIN, 0});
  if (results_->sinks() != nullptr) {
    for (const int fd : results_->sinks()->lost_fds()) waits.push_back({fd, POLLIN, 0});
  }
  if (poll(waits.data(), waits.size(), timeout_ms) <= 0) return nullptr;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const size_t at = (next_polled_ + i) % inputs.size();
    if (waits[at].revents == 0) continue;
    next_polled_ = at + 1;
    return inputs[at];
  }
  return nullptr;
}

Input* RunCore::WaitForOne(std::span<Input* const> inputs, Status* status) {
  if (Ending() || ReloadAsked()) return nullptr;
  if (inputs.size() == 1 && inputs[0]->is_regular()) return inputs[0];
  if (Input* ready = Poll(inputs, 0)) return ready;
  *status = RunBatch();
  if (status->ok()) *status = Flush();
  idle_since_ = clock_.MonotonicMs();
  while (status->ok() && !Ending()) {
    const bool has_faults = fault_sinks() != nullptr && fault_sinks()->HasFaults();
    if (Input* ready = Poll(inputs, has_faults ? 0 : TimeoutMs())) return ready;
    if (Ending() || ReloadAsked()) break;
    *status = OnIdle();
    if (status->ok()) *status = RunBatch();
    if (status->ok()) *status = Flush();
  }
  return nullptr;
}

// How long nothing needs to be done if no input comes; -1: for ever.
int RunCore::TimeoutMs() const {
  TimeMs wait;
  if (!event_time_) {
    const TimeMs due = loop_.NextDue();
    if (due == kNever) return -1;
    wait = due - std::max(loop_.clock(), clock_.WallMs());
  } else if (app_.bound.idle_time && loop_.started()) {
    wait = idle_since_ + *app_.bound.idle_time - clock_.MonotonicMs();
  } else {
    return -1;
  }
  return static_cast<int>(std::clamp<TimeMs>(wait, 0, kPollMsMax));
}

// Time has passed without input: the recorded step of the clock that follows from it.
Status RunCore::OnIdle() {
  if (!event_time_) {
    const TimeMs now = clock_.WallMs();
    return loop_.NextDue() <= now ? AdvanceTo(now) : Status::Ok();
  }
  if (!app_.bound.idle_time || !loop_.started()) return Status::Ok();
  const TimeMs now = clock_.MonotonicMs();
  if (now - idle_since_ < *app_.bound.idle_time) return Status::Ok();
  idle_since_ = now;
  const TimeMs next = loop_.clock() + app_.bound.increment.value_or(*app_.bound.idle_time);
  return AdvanceTo(std::min(next, kTimestampMax));
}

}  // namespace weir
