#include <algorithm>

#include "base/state_map.h"
#include "runtime/app_impl.h"
#include "runtime/app_state.h"
#include "runtime/batch_codec.h"
#include "runtime/query_answer.h"
#include "runtime/result_writer.h"
#include "runtime/state_view.h"
#include "state/replay_log.h"
#include "state/snapshot_store.h"

namespace weir {
namespace {

// An app that records are run through.
struct Player {
  Player(const App::Impl& app, Plan plan, const StreamFormats& formats, EpochLoop::OnEpoch on_epoch)
      : units(StateUnitsOf(app.bound, plan)),
        log(plan.log),
        loop(std::move(plan.dag), SchemasOf(formats), app.event_time(), std::move(on_epoch)),
        answerer(app.bound, {std::move(plan.found), std::move(plan.aggregations)}, formats, &loop) {
  }

  static std::vector<SchemaPtr> SchemasOf(const StreamFormats& formats) {
    std::vector<SchemaPtr> schemas;
    for (const StreamFormat& format : formats) schemas.push_back(format.schema);
    return schemas;
  }

  std::vector<StateUnit> units;
  std::shared_ptr<EventLog> log;
  EpochLoop loop;
  QueryAnswerer answerer;
};

class ReplayRun {
 public:
  ReplayRun(const App& app, const ReplayOptions& options) : app_(app.impl()), options_(options) {
    outputs_ = options.outputs;
    if (outputs_.empty() && !options.no_outputs) {
      for (const std::string& name : app.default_outputs()) outputs_.push_back({name, ""});
    }
    plan_options_.optimize = app_.options.optimize;
    for (const RunOutput& output : outputs_) {
      plan_options_.outputs.push_back(ParseOutputName(output.what));
    }
  }

  Outcome Run();

 private:
  Outcome OpenResults();
  Outcome FindBegin();
  Outcome BeginAtSnapshot(bool* begun);
  Result<bool> TakeSnapshot(SnapshotStore* store, const SnapshotMeta& meta);
  Status MakePlayer();
  Status ReadLog();
  Status Play(const EntryDecoder& decoder, const LogReader::Record& record);
  void Warn(const std::string& text) const {
    if (options_.report) options_.report("warning: " + text);
  }

  const App::Impl& app_;
  const ReplayOptions& options_;
  PlanOptions plan_options_;
  std::vector<RunOutput> outputs_;
  StateView view_;
  StreamFormats formats_;
  ResultWriter results_;
  bool muted_ = false;
  std::unique_ptr<Player> player_;
  uint64_t first_ = 0;  // record of the log
  uint64_t from_ = 0;   // is printed first
  uint64_t begin_ = 0;  // is run first
};

Outcome ReplayRun::OpenResults() {
  const Status status = CheckOutputs(outputs_, options_.bare_output, options_.sequence_numbers);
  if (!status.ok()) return ToOutcome(status);
  Result<Plan> plan = MakePlan(app_.bound, plan_options_);
  if (!plan.ok()) return ToOutcome(plan.status());
  formats_ = app_.Formats(plan.value());
  RunOptions run;
  run.bare_output = options_.bare_output;
  run.sequence_numbers = options_.sequence_numbers;
  run.report = options_.report;
  return ToOutcome(results_.Open(plan.value(), outputs_, run));
}

// Tables on disk are in a place of their own, since nothing in the directory is to change.
Status ReplayRun::MakePlayer() {
  plan_options_.place = TablePlace::Temporary(/*self_contained=*/false, view_.tables());
  Result<Plan> plan = MakePlan(app_.bound, plan_options_);
  if (!plan.ok()) return plan.status();
  const auto on_epoch = [this, log = plan.value().log](const Timeline&,
                                                       const std::vector<Port>& taps) {
    results_.Write(taps);
    log->HandOut([this](const OrderKey&, const std::string& line) {
      if (!muted_ && options_.report) options_.report(line);
    });
  };
  player_ = std::make_unique<Player>(app_, std::move(plan).value(), formats_, on_epoch);
  return Status::Ok();
}

// False if the snapshot is of another app, or does not count the rows of an output.
Result<bool> ReplayRun::TakeSnapshot(SnapshotStore* store, const SnapshotMeta& meta) {
  const Status made = MakePlayer();
  if (!made.ok()) return made;
  auto reader = store->Read(meta.number);
  if (!reader.ok()) return reader.status();
  StateMap state;
  for (;;) {
    std::string_view key, value;
    const Result<bool> more = reader.value()->Next(&key, &value);
    if (!more.ok()) return more.status();
    if (!more.value()) break;
    state.Put(key, value);
  }
  StateMap::Source source(state);
  StateReader in(&source);
  const Status loaded = LoadAppState(player_->units, in, &player_->loop, nullptr);
  if (loaded.code() == StatusCode::kLimit) return false;
  if (!loaded.ok()) return loaded;
  return results_.LoadCounts(in) || !options_.sequence_numbers;
}

// The newest snapshot before what is printed.
Outcome ReplayRun::BeginAtSnapshot(bool* begun) {
  const Status locked = view_.Lock();
  if (locked.code() == StatusCode::kLocked && first_ == 1) return {};
  if (!locked.ok()) return ViewOutcome(locked);
  SnapshotOptions options;
  options.sealing = view_.sealing();
  options.read_only = true;
  auto store = SnapshotStore::Open(view_.fs(), view_.snapshots(), options);
  if (!store.ok()) return ViewOutcome(store.status());
  for (const std::string& note : store.value()->notes()) Warn(note);
  for (const SnapshotMeta& meta : {store.value()->newest(), store.value()->older()}) {
    const bool fits = meta.number != 0 && meta.log_number < from_ && meta.log_number + 1 >= first_;
    if (!fits) continue;
    const Result<bool> taken = TakeSnapshot(store.value().get(), meta);
    if (!taken.ok()) Warn(taken.status().message());
    if (!taken.ok() || !taken.value()) continue;
    begin_ = meta.log_number + 1;
    *begun = true;
    return {};
  }
  return {};
}

Outcome ReplayRun::FindBegin() {
  begin_ = first_;
  bool begun = false;
  if (from_ > 1) {
    const Outcome outcome = BeginAtSnapshot(&begun);
    if (!outcome.ok()) return outcome;
  }
  if (begun) return {};
  if (first_ > 1) {
    Warn("the log begins with record " + std::to_string(first_) +
         ", and no snapshot of this app lies before record " + std::to_string(from_) +
         ": what came before the log is not known to this replay");
  }
  results_.ForgetCounts();
  return ToOutcome(MakePlayer());
}

Status ReplayRun::Play(const EntryDecoder& decoder, const LogReader::Record& record) {
  EntryDecoder::Entry entry;
  MessageBatch batch(formats_);
  Status status = decoder.Decode(record.payload, &entry, &batch);
  if (!status.ok()) return status;
  muted_ = record.number < from_;
  results_.set_muted(muted_);
  if (entry.kind == LogEntryKind::kQuery) {
    const std::string answer = player_->answerer.Answer(entry.query);
    if (!muted_) results_.WriteAnswer(answer);
  } else {
    status = player_->loop.Run(&batch);
  }
  for (const std::string& line : player_->answerer.TakeRefusedRows()) {
    if (!muted_ && options_.report) options_.report(line);
  }
  return status.ok() ? results_.FlushIfLarge() : status;
}

Status ReplayRun::ReadLog() {
  auto reader = LogReader::Open(view_.fs(), view_.log(), view_.sealing(), begin_,
                                LogReader::Tail::kMayBeTorn);
  if (!reader.ok()) return reader.status();
  std::optional<EntryDecoder> decoder;
  LogReader::Record record;
  for (;;) {
    if (results_.reader_gone()) return Status::Ok();
    if (options_.stop != nullptr && options_.stop->requested()) return Status::Ok();
    const Result<bool> more = reader.value()->Next(&record);
    if (!more.ok()) return more.status();
    if (!more.value() || record.number > options_.span.to) return Status::Ok();
    if (!decoder || record.has_new_schema) {
      Result<EntryDecoder> made =
          EntryDecoder::Make(reader.value()->schema(), formats_, app_.event_time());
      if (!made.ok()) return made.status();
      decoder = std::move(made).value();
    }
    const Status status = Play(*decoder, record);
    if (!status.ok()) return status;
  }
}

Outcome ReplayRun::Run() {
  Outcome outcome = StateView::Open(options_.state, &view_);
  if (!outcome.ok()) return outcome;
  const auto files = FindLogSegments(view_.fs(), view_.log());
  if (!files.ok()) return ViewOutcome(files.status());
  first_ = files.value().empty() ? 1 : files.value()[0].first_number;
  from_ = options_.span.from == 0 ? first_ : options_.span.from;
  if (from_ < first_) {
    return {OutcomeCode::kNoInput, view_.log() + ": record " + std::to_string(from_) +
                                       " is not there any more: the log begins with record " +
                                       std::to_string(first_)};
  }
  if (view_.sealing() != nullptr) outcome = ToOutcome(app_.CheckSealable());
  if (outcome.ok()) outcome = OpenResults();
  if (outcome.ok()) outcome = FindBegin();
  if (!outcome.ok()) return outcome;
  const Status status = ReadLog();
  const Status closed = results_.Close();
  return ViewOutcome(status.ok() ? closed : status);
}

}  // namespace

Outcome ReplayLog(const std::shared_ptr<const App>& app, const ReplayOptions& options) {
  return ReplayRun(*app, options).Run();
}

}  // namespace weir
