#include <algorithm>
#include <optional>

#include "base/state_map.h"
#include "catalog/registry.h"
#include "runtime/file_input.h"
#include "runtime/input_merge.h"
#include "runtime/prepared_run.h"
#include "runtime/run_core.h"
#include "runtime/source_input.h"
#include "runtime/state_view.h"
#include "runtime/stored_app.h"

namespace weir {
namespace {

Outcome UnknownStream(const StreamFormats& formats, const std::string& name) {
  std::vector<std::string> names;
  for (const StreamFormat& format : formats) names.push_back(format.name);
  const std::string near = NearestName(name, names);
  std::string message = "--input: the app has no stream named '" + name + "'";
  if (!near.empty()) message += "; did you mean '" + near + "'?";
  return {OutcomeCode::kUsage, message};
}

bool AnySink(const SinkSpec&) { return true; }

std::string DeadLetterDirectory(const RunOptions& options) {
  if (!options.dead_letters.empty() || options.state.directory.empty()) return options.dead_letters;
  return JoinPath(options.state.directory, kDeadLetterFolder);
}

// Sources may have many channels, so the buffer of each begins small.
constexpr size_t kSourceBufferBytes = 4 << 10;

// One run, from opening files to closing them.
class AppRun final : public PreparedRun {
 public:
  AppRun(std::shared_ptr<const App> app, const RunOptions& options)
      : app_(std::move(app)), options_(options) {
    outputs_ = OutputsOf(*app_);
    inputs_ = options.inputs;
    for (const BoundStream& stream : impl().bound.streams) {
      has_sources_ = has_sources_ || !stream.sources.empty();
    }
    if (inputs_.empty() && !has_sources_) inputs_.push_back({"", "-"});
    options_.epoch_size = std::clamp<uint32_t>(options.epoch_size, 1, kMaxEpochMessages);
  }

  Outcome Open() override;
  Outcome Run() override;
  bool reads_standard_input() const override;

 private:
  const App::Impl& impl() const { return app_->impl(); }
  std::vector<RunOutput> OutputsOf(const App& app) const;
  Status CheckTables(const App& app) const;
  Result<Plan> PlanFor(const App& app, const std::vector<RunOutput>& outputs) const;
  Outcome OpenInputs();
  Outcome OpenDeadLetters();
  Outcome OpenSinks();
  Outcome OpenSources();
  TransportPlace Surroundings();
  Outcome OpenBadRecordFile();
  LineRules RulesFor(const RunInput& input) const;
  std::function<bool()> Ending() const;
  Outcome OpenState(const StreamFormats& formats);
  Status Recover();
  void Tell(const std::string& line) const;
  void TellDropped(const std::vector<std::string>& dropped) const;
  Status ResumeInputs();
  Status Reload();
  Status SwapApp(std::shared_ptr<const App> next, Plan plan, StreamFormats formats);
  void MakeCore(Plan plan, StreamFormats formats);
  void TellStatistics() const;
  void GiveReceipts();
  Status ReadAll(bool* stopped);
  Status ReadInTurn(bool* stopped);
  Status Drain(Input* input, bool* ended, bool* stopped);
  Outcome Close(const Status& status, bool stopped);

  std::shared_ptr<const App> app_;
  RunOptions options_;
  std::vector<RunOutput> outputs_;
  std::vector<RunInput> inputs_;
  bool has_sources_ = false;
  std::unique_ptr<DeadLetterWriter> letters_;  // null: there will be none
  SinkSet sinks_;
  StreamFormats formats_;  // of the inputs; an app that is reloaded may have others
  std::unique_ptr<BadRecordLog> bad_records_;
  std::vector<std::unique_ptr<Input>> open_inputs_;
  std::vector<FileInput*> file_inputs_;  // of these
  ResultWriter results_;
  std::unique_ptr<StateKeeper> keeper_;  // null: no state is kept
  std::shared_ptr<TablePlace> place_;    // of tables on disk
  std::optional<RunCore> core_;          // always at the same address
};

std::vector<RunOutput> AppRun::OutputsOf(const App& app) const {
  std::vector<RunOutput> outputs = options_.outputs;
  if (!outputs.empty() || options_.no_outputs) return outputs;
  for (const std::string& name : app.default_outputs()) outputs.push_back({name, ""});
  return outputs;
}

Result<Plan> AppRun::PlanFor(const App& app, const std::vector<RunOutput>& outputs) const {
  const Status printable = CheckOutputs(outputs, options_.bare_output, options_.sequence_numbers);
  if (!printable.ok()) return printable;
  PlanOptions options;
  options.optimize = app.impl().options.optimize;
  options.place = place_;
  for (const RunOutput& output : outputs) options.outputs.push_back(ParseOutputName(output.what));
  for (const OutputRequest& request : SinkRequests(app.impl().bound, AnySink)) {
    options.outputs.push_back(request);
  }
  return MakePlan(app.impl().bound, options);
}

LineRules AppRun::RulesFor(const RunInput& input) const {
  LineRules rules;
  rules.strict_fields = options_.strict_fields;
  rules.mode = options_.format == LineFormat::kBare       ? LineMode::kBare
               : options_.format == LineFormat::kEnvelope ? LineMode::kEnvelope
                                                          : LineMode::kAny;
  std::vector<uint32_t> unfed;
  for (uint32_t s = 0; s < formats_.size(); ++s) {
    const BoundStream* stream = impl().bound.FindStream(formats_[s].name);
    if (!input.stream.empty() && formats_[s].name == input.stream) rules.bare_stream = s;
    if (stream != nullptr && stream->defined && !stream->written && !stream->table &&
        !stream->named_window && stream->sources.empty()) {
      unfed.push_back(s);
    }
  }
  if (input.stream.empty() && unfed.size() == 1) rules.bare_stream = unfed[0];
  if (!rules.bare_stream) {
    rules.no_bare_stream = "bare event, but the app has " +
                           std::string(unfed.empty() ? "no stream" : "several streams") +
                           " that nothing feeds; name one with --input STREAM=PATH";
  }
  return rules;
}

Outcome AppRun::OpenInputs() {
  size_t from_stdin = 0;
  for (const RunInput& input : inputs_) {
    if (input.path == "-" && ++from_stdin > 1) {
      return {OutcomeCode::kUsage, "--input: standard input can be read once only"};
    }
    const bool known = std::any_of(formats_.begin(), formats_.end(),
                                   [&](const StreamFormat& f) { return f.name == input.stream; });
    if (!input.stream.empty() && !known) return UnknownStream(formats_, input.stream);
    LineRules rules = RulesFor(input);
    if (options_.format == LineFormat::kBare && !rules.bare_stream) {
      return {OutcomeCode::kUsage, "--format bare: " + rules.no_bare_stream};
    }
    Result<FileHandle> file = OpenInput(input.path);
    if (!file.ok()) return {OutcomeCode::kNoInput, file.status().message()};
    ReaderLimits limits;
    limits.record_bytes_max = options_.record_bytes_max;
    auto opened = std::make_unique<FileInput>(
        input.path, std::move(file).value(), formats_, std::move(rules), limits,
        options_.bad_records == BadRecordPolicy::kStop, bad_records_.get());
    if (input.path == "-") opened->Prepend(options_.stdin_prefix);
    file_inputs_.push_back(opened.get());
    open_inputs_.push_back(std::move(opened));
  }
  return {};
}

TransportPlace AppRun::Surroundings() {
  TransportPlace place;
  place.app = impl().bound.name;
  place.insecure = options_.insecure;
  place.keeps_state = keeper_ != nullptr;
  place.stop = options_.stop;
  place.report = options_.report;
  place.standard_output = results_.standard_output();
  return place;
}

Outcome AppRun::OpenSources() {
  for (uint32_t s = 0; s < formats_.size(); ++s) {
    const BoundStream* stream = impl().bound.FindStream(formats_[s].name);
    if (stream == nullptr) continue;
    for (const BoundSource& bound : stream->sources) {
      TransportPlace place = Surroundings();
      place.stream = stream->name;
      place.schema = stream->schema;
      for (const auto& [column, property] : bound.properties) place.properties.push_back(property);
      Result<std::unique_ptr<Source>> source = bound.spec->make(bound.options, place);
      if (!source.ok()) return ToOutcome(source.status());
      const Status opened = source.value()->Open();
      if (opened.code() == StatusCode::kNotFound) return {OutcomeCode::kNoInput, opened.message()};
      if (!opened.ok()) return ToOutcome(opened);
      DecoderPlace decoding;
      decoding.formats = &formats_;
      decoding.stream = s;
      decoding.limits.record_bytes_max = options_.record_bytes_max;
      decoding.limits.buffer_bytes = kSourceBufferBytes;
      decoding.strict_fields = options_.strict_fields;
      decoding.given = bound.Given();
      open_inputs_.push_back(std::make_unique<SourceInput>(
          "source of stream '" + stream->name + "'", std::move(source).value(), bound.make_decoder,
          decoding,
          SourceInput::Surroundings{options_.bad_records == BadRecordPolicy::kStop,
                                    bad_records_.get()}));
    }
  }
  return {};
}

Outcome AppRun::OpenDeadLetters() {
  const std::optional<std::string> stream = StreamWithDeadLetters(impl().bound);
  if (!stream) return {};
  const std::string directory = DeadLetterDirectory(options_);
  if (directory.empty()) {
    return {OutcomeCode::kUsage, "stream '" + *stream +
                                     "' has dead letters: name a directory for them with "
                                     "--dead-letters, or one for all state with --state-dir"};
  }
  Result<std::optional<KeyRing>> keys =
      ReadKeys(options_.state.key_file, options_.state.key_variable);
  if (!keys.ok()) return ToOutcome(keys.status());
  std::vector<std::string> notes;
  auto opened =
      DeadLetterWriter::Open(&PosixFileSystem(), directory, std::move(keys).value(), &notes);
  for (const std::string& note : notes) Tell("warning: " + note);
  if (!opened.ok()) return ToOutcome(opened.status());
  letters_ = std::move(opened).value();
  return {};
}

Outcome AppRun::OpenSinks() {
  const Outcome opened = OpenDeadLetters();
  if (!opened.ok()) return opened;
  Status status = sinks_.Make(impl().bound, Surroundings(), AnySink, letters_.get());
  if (status.ok() && keeper_ != nullptr) {
    status = sinks_.KeepState();
    // Nothing leaves that a restart would not know the cause of.
    sinks_.set_gate([this] { return keeper_->Settle(); });
  }
  if (status.ok()) status = sinks_.Open();
  if (status.ok()) results_.AttachSinks(&sinks_);
  return ToOutcome(status);
}

Outcome AppRun::OpenBadRecordFile() {
  bad_records_ = std::make_unique<BadRecordLog>(options_.report);
  if (options_.bad_records != BadRecordPolicy::kFile) return {};
  Result<FileHandle> file = CreateOutput(options_.bad_record_path);
  if (!file.ok()) return ToOutcome(file.status());
  bad_records_->WriteTo(
      std::make_unique<OutputFile>(options_.bad_record_path, std::move(file).value()));
  return {};
}

Status AppRun::CheckTables(const App& app) const {
  const bool seals = !options_.state.key_file.empty() || !options_.state.key_variable.empty();
  return seals ? app.impl().CheckSealable() : Status::Ok();
}

bool AppRun::reads_standard_input() const {
  for (const BoundStream& stream : impl().bound.streams) {
    for (const BoundSource& source : stream.sources) {
      if (source.spec->name == std::string_view("stdin")) return true;
    }
  }
  return std::any_of(inputs_.begin(), inputs_.end(),
                     [](const RunInput& input) { return input.path == "-"; });
}

Outcome AppRun::Open() {
  if (options_.stop != nullptr && options_.stop->poll_fd() < 0) {
    return ToOutcome(Status(StatusCode::kIoError, "the system gives no file descriptor"));
  }
  const std::string& directory = options_.state.directory;
  place_ = directory.empty()
               ? TablePlace::Temporary(/*self_contained=*/false)
               : std::make_shared<TablePlace>(&PosixFileSystem(), JoinPath(directory, "tables"));
  place_->set_full_disk({options_.report, Ending()});
  const Status sealable = CheckTables(*app_);
  if (!sealable.ok()) return ToOutcome(sealable);
  Result<Plan> plan = PlanFor(*app_, outputs_);
  if (!plan.ok()) return ToOutcome(plan.status());
  formats_ = impl().Formats(plan.value());
  Outcome outcome = OpenState(formats_);
  if (outcome.ok()) outcome = OpenBadRecordFile();
  if (outcome.ok()) outcome = OpenInputs();
  if (outcome.ok()) outcome = ToOutcome(results_.Open(plan.value(), outputs_, options_));
  if (outcome.ok()) outcome = OpenSinks();
  if (outcome.ok()) outcome = OpenSources();
  if (outcome.ok()) MakeCore(std::move(plan).value(), formats_);
  return outcome;
}

Outcome AppRun::Run() {
  bool stopped = false;
  Status status = Recover();
  if (status.ok()) status = core_->Start();
  if (status.ok()) status = ReadAll(&stopped);
  // Another process gets back what this one cannot wait for.
  const bool goes_on = keeper_ != nullptr && core_->Ending();
  if (status.ok() && !goes_on) status = core_->RunFaults();
  core_->set_positions(nullptr);
  core_->ReportRefusedRows();
  return Close(status, stopped);
}

void AppRun::MakeCore(Plan plan, StreamFormats formats) {
  core_.emplace(impl(), options_, SystemClock(), std::move(plan), formats_, std::move(formats),
                &results_);
  core_->AfterBatch([this] { GiveReceipts(); });
}

// Once what was read is in the log; a failure of that ends the run, without a receipt.
void AppRun::GiveReceipts() {
  const auto owes = [](const auto& input) { return input->owes_receipts(); };
  if (std::none_of(open_inputs_.begin(), open_inputs_.end(), owes)) return;
  if (keeper_ != nullptr && !keeper_->Settle().ok()) return;
  for (const auto& input : open_inputs_) input->AfterBatch();
}

// Whether what waits is to give up.
std::function<bool()> AppRun::Ending() const {
  return [this] { return options_.stop != nullptr && options_.stop->requested(); };
}

Outcome AppRun::OpenState(const StreamFormats& formats) {
  const RunState& state = options_.state;
  if (state.directory.empty()) {
    if (state.migrate) return {OutcomeCode::kUsage, "--migrate needs --state-dir"};
    return {};
  }
  Result<std::optional<KeyRing>> keys = ReadKeys(state.key_file, state.key_variable);
  if (!keys.ok()) return ToOutcome(keys.status());
  KeeperOptions keeper;
  keeper.directory = state.directory;
  keeper.sync = state.sync == LogSync::kEpoch      ? SyncPolicy::kEpoch
                : state.sync == LogSync::kInterval ? SyncPolicy::kInterval
                                                   : SyncPolicy::kNone;
  keeper.snapshot_interval_ms = state.snapshot_interval_ms.value_or(
      impl().bound.snapshot_interval.value_or(keeper.snapshot_interval_ms));
  keeper.retained_log_bytes = state.retained_log_bytes;
  keeper.app = EncodeStoredApp(impl());
  keeper.rows_move_clock = impl().event_time();
  keeper.migrate = state.migrate;
  keeper.keys = std::move(keys).value();
  keeper.report = options_.report;
  keeper.replay_progress = options_.replay_progress;
  keeper.ending = Ending();
  Result<std::unique_ptr<StateKeeper>> opened = StateKeeper::Open(std::move(keeper), formats);
  if (!opened.ok()) return ToOutcome(opened.status());
  keeper_ = std::move(opened).value();
  return {};
}

// What an earlier run left is loaded and replayed; then the inputs go on where it was.
Status AppRun::Recover() {
  if (keeper_ == nullptr) return Status::Ok();
  std::vector<std::string> dropped;
  const Status status = core_->Recover(keeper_.get(), &dropped);
  if (!status.ok()) return status;
  TellDropped(dropped);
  // A migrated state is that of the new app from now on, whatever happens.
  if ((keeper_->fresh() && sinks_.has_places()) || options_.state.migrate) {
    const Status taken = keeper_->TakeSnapshot();
    if (!taken.ok()) return taken;
  }
  return ResumeInputs();
}

void AppRun::Tell(const std::string& line) const {
  if (options_.report) options_.report(line);
}

void AppRun::TellDropped(const std::vector<std::string>& dropped) const {
  for (const std::string& line : dropped) Tell("warning: " + line);
}

Status AppRun::ResumeInputs() {
  for (const auto& input : open_inputs_) {
    const std::optional<std::string> position = keeper_->PositionOf(input->path());
    if (!position) continue;
    const Result<bool> resumed = input->Resume(*position);
    if (!resumed.ok()) return resumed.status();
    if (!resumed.value() && options_.report) {
      options_.report("warning: " + input->path() +
                      ": not the file that was read before, or it became shorter; it is read "
                      "from its beginning");
    }
  }
  core_->set_positions([this] {
    std::vector<InputPosition> positions;
    for (const auto& input : open_inputs_) {
      std::string position = input->Position();
      if (!position.empty()) positions.push_back({input->path(), std::move(position)});
    }
    for (InputPosition& sink : sinks_.Positions()) positions.push_back(std::move(sink));
    return positions;
  });
  return Status::Ok();
}

void AppRun::TellStatistics() const {
  if (!options_.statistics || !options_.report || keeper_ == nullptr) return;
  for (const std::string& line : DescribeStats(keeper_->stats())) options_.report(line);
}

Status AppRun::ReadAll(bool* stopped) {
  // Nobody can tell when a socket will bring its next message, so sources are not waited for.
  if (!impl().event_time() || open_inputs_.size() == 1 || has_sources_) return ReadInTurn(stopped);
  return InputMerge(formats_, file_inputs_, &*core_, [this] { return Reload(); }).Run(stopped);
}

// Checks the new app; whatever is wrong with it, the old one goes on.
Status AppRun::Reload() {
  options_.reload->Clear();
  std::shared_ptr<const App> next = options_.reloaded_app();
  if (next == nullptr) return Status::Ok();
  Result<Plan> plan = PlanFor(*next, OutputsOf(*next));
  Status status = plan.status();
  if (status.ok()) status = CheckTables(*next);
  StreamFormats formats;
  if (status.ok()) {
    formats = next->impl().Formats(plan.value());
    status = CheckReload(impl(), next->impl(), formats_, formats);
  }
  if (!status.ok()) {
    Tell("warning: not reloaded, the app goes on as it was: " + status.message());
    return Status::Ok();
  }
  status = core_->RunBatch();  // what was read before is for the old app
  if (!status.ok()) return status;
  core_->ReportRefusedRows();
  return SwapApp(std::move(next), std::move(plan).value(), std::move(formats));
}

// The state goes through the state directory, or through memory if there is none.
Status AppRun::SwapApp(std::shared_ptr<const App> next, Plan plan, StreamFormats formats) {
  StateMap saved;
  if (keeper_ == nullptr) {
    StateWriter out(&saved);
    const Status written = core_->SaveTo(out);
    if (!written.ok()) return written;
  } else {
    const Status closed = keeper_->Close();
    if (!closed.ok()) return closed;
    keeper_.reset();
  }
  std::function<std::vector<InputPosition>()> positions = core_->positions();
  core_.reset();
  app_ = std::move(next);
  outputs_ = OutputsOf(*app_);
  Status status = results_.Reopen(plan, outputs_, options_);
  if (!status.ok()) return status;
  const bool keeps_state = !options_.state.directory.empty();
  options_.state.migrate = keeps_state;
  const Outcome opened = OpenState(formats);
  if (!opened.ok()) return Status(StatusCode::kIoError, opened.message());
  MakeCore(std::move(plan), std::move(formats));
  std::vector<std::string> dropped;
  sinks_.GoOn();
  if (keeps_state) {
    status = core_->Recover(keeper_.get(), &dropped);
  } else {
    StateMap::Source source(saved);
    StateReader in(&source);
    status = core_->LoadFrom(in, &dropped);
  }
  if (!status.ok()) return status;
  core_->set_positions(std::move(positions));
  TellDropped(dropped);
  if (keeps_state) status = keeper_->TakeSnapshot();
  if (!status.ok()) return status;
  Tell("reloaded: the run goes on with what the file says now");
  return core_->Start();
}

// Files one after the other, live inputs as they arrive.
Status AppRun::ReadInTurn(bool* stopped) {
  std::vector<Input*> open;
  for (const auto& input : open_inputs_) open.push_back(input.get());
  Status status;
  // Bytes that were read before the run are not waited for.
  for (size_t i = 0; i < open.size() && status.ok() && !*stopped; ++i) {
    bool ended = false;
    status = Drain(open[i], &ended, stopped);
  }
  while (status.ok() && !open.empty() && !*stopped) {
    if (core_->ReloadAsked()) status = Reload();
    if (!status.ok()) return status;
    std::vector<Input*> candidates;
    bool has_file = false;
    for (Input* input : open) {
      if (input->is_regular() && has_file) continue;
      has_file |= input->is_regular();
      candidates.push_back(input);
    }
    Input* ready = core_->WaitForOne(candidates, &status);
    if (ready == nullptr && status.ok() && !core_->Ending() && core_->ReloadAsked()) continue;
    if (ready == nullptr) break;
    const uint64_t before = ready->bytes();
    status = ready->Fill();
    core_->CountBytes(ready->bytes() - before);
    bool ended = false;
    if (status.ok()) status = Drain(ready, &ended, stopped);
    if (ended) std::erase(open, ready);
  }
  return status.ok() ? core_->RunBatch() : status;
}

// Reads all whole lines that an input has buffered.
Status AppRun::Drain(Input* input, bool* ended, bool* stopped) {
  for (;;) {
    Status status;
    switch (input->Read(core_->messages_max(), RunCore::kRowsMax, core_->batch())) {
      case Decoder::State::kFull:
        status = core_->RunBatch();
        break;
      case Decoder::State::kQuery:
        status = core_->Answer(input);
        break;
      case Decoder::State::kNeedBytes:
        return Status::Ok();
      case Decoder::State::kStopped:
        *stopped = true;
        return Status::Ok();
      case Decoder::State::kEnd:
        *ended = true;
        return Status::Ok();
    }
    if (!status.ok()) return status;
  }
}

Outcome AppRun::Close(const Status& status, bool stopped) {
  // What came before a failure is still results.
  Status kept;
  if (keeper_ != nullptr && status.ok()) {
    // What sinks have taken is to be in the last snapshot.
    kept = keeper_->Settle();
    if (kept.ok()) kept = sinks_.Flush();
    if (kept.ok()) kept = sinks_.Close();
    if (kept.ok()) kept = keeper_->Close(sinks_.has_counts());
  }
  TellStatistics();
  // Rows that follow from what did not get into the log come again after a restart.
  if (keeper_ != nullptr && !keeper_->Settle().ok()) results_.Discard();
  const Status closed = results_.Close();
  const Status logged = bad_records_->Finish();
  if (!status.ok()) return ToOutcome(status);
  if (!kept.ok()) return ToOutcome(kept);
  if (!closed.ok()) return ToOutcome(closed);
  if (!logged.ok()) return ToOutcome(logged);
  if (stopped) return {OutcomeCode::kBadRecord, "stopped at a bad record"};
  return {};
}

}  // namespace

std::unique_ptr<PreparedRun> PrepareRun(const std::shared_ptr<const App>& app,
                                        const RunOptions& options) {
  return std::make_unique<AppRun>(app, options);
}

Outcome RunApp(const std::shared_ptr<const App>& app, const RunOptions& options) {
  AppRun run(app, options);
  const Outcome opened = run.Open();
  return opened.ok() ? run.Run() : opened;
}

}  // namespace weir
