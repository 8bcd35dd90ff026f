#include "weir/session.h"

#include <algorithm>

#include "json/ndjson_reader.h"
#include "json/row_writer.h"
#include "json/text_scan.h"
#include "library/builtins.h"
#include "runtime/app_impl.h"
#include "runtime/app_state.h"
#include "runtime/epoch_loop.h"
#include "runtime/query_answer.h"
#include "runtime/sink_set.h"
#include "runtime/tap_merge.h"

namespace weir {
namespace {

constexpr size_t kRowsPerEpoch = 2048;

Outcome BadRow(std::string reason) { return {OutcomeCode::kBadRecord, std::move(reason)}; }

Outcome WrongValue(const Attribute& attribute) {
  return BadRow("value does not fit attribute '" + attribute.name + "' (" +
                std::string(TypeName(attribute.type)) + ")");
}

bool FitsInt(int64_t value) {
  return value >= std::numeric_limits<int32_t>::min() &&
         value <= std::numeric_limits<int32_t>::max();
}

// The value as the attribute's type; false if it does not fit.
bool Convert(const SessionValue& value, Type type, Value* result) {
  *result = Value::Null(type);
  if (std::holds_alternative<std::monostate>(value)) return true;
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (type != Type::kString) return false;
    *result = Value::String(*text);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    if (type != Type::kBool) return false;
    *result = Value::Bool(*flag);
  } else if (const auto* integer = std::get_if<int64_t>(&value)) {
    if (type == Type::kInt && !FitsInt(*integer)) return false;
    if (type == Type::kInt) *result = Value::Int(static_cast<int32_t>(*integer));
    if (type == Type::kLong) *result = Value::Long(*integer);
    if (type == Type::kFloat) *result = Value::Float(static_cast<float>(*integer));
    if (type == Type::kDouble) *result = Value::Double(static_cast<double>(*integer));
    return IsNumeric(type);
  } else {
    const double floating = std::get<double>(value);
    if (type == Type::kFloat) *result = Value::Float(static_cast<float>(floating));
    if (type == Type::kDouble) *result = Value::Double(floating);
    return type == Type::kFloat || type == Type::kDouble;
  }
  return true;
}

bool WritesLog(const SinkSpec& spec) { return spec.writes_log; }

bool InRange(const std::optional<int64_t>& timestamp) {
  return !timestamp || (*timestamp >= -kTimestampMax && *timestamp <= kTimestampMax);
}

}  // namespace

struct Session::Impl : BadRecordSink {
  struct Output {
    std::string name;
    bool is_query;
    RowWriter writer;
    uint64_t rows = 0;
    std::string key() const { return (is_query ? "query:" : "") + name; }
  };

  Impl(std::shared_ptr<const App> session_app, SessionOptions session_options, Plan plan,
       StreamFormats stream_formats)
      : app(std::move(session_app)),
        options(std::move(session_options)),
        formats(std::move(stream_formats)),
        batch(formats),
        parser(formats, Rules({})),
        loop(std::move(plan.dag), Schemas(), app->playback(),
             [this](const Timeline& timeline, const std::vector<Port>& taps) {
               HandOut(timeline, taps);
             }),
        log(plan.log),
        units(StateUnitsOf(app->impl().bound, plan)),
        answerer(app->impl().bound, {std::move(plan.found), std::move(plan.aggregations)}, formats,
                 &loop) {
    for (size_t i = 0; i < options.outputs.size(); ++i) {
      const OutputRequest request = ParseOutputName(options.outputs[i]);
      outputs.push_back({request.name, request.query, RowWriter(plan.outputs[i].schema, {})});
    }
  }

  Status OpenSinks() {
    TransportPlace place;
    place.report = [this](std::string_view line) {
      if (options.on_log) options.on_log(message, line);
    };
    const Status made = log_sinks.Make(app->impl().bound, place, WritesLog, /*letters=*/nullptr);
    return made.ok() ? log_sinks.Open() : made;
  }

  LineRules Rules(std::string_view bare_stream) const {
    LineRules rules;
    rules.strict_fields = options.strict_fields;
    rules.bare_stream = FindStream(bare_stream);
    return rules;
  }

  std::vector<SchemaPtr> Schemas() const {
    std::vector<SchemaPtr> schemas;
    for (const StreamFormat& format : formats) schemas.push_back(format.schema);
    return schemas;
  }

  std::optional<uint32_t> FindStream(std::string_view name) const {
    for (uint32_t s = 0; s < formats.size(); ++s) {
      if (formats[s].name == name) return s;
    }
    return std::nullopt;
  }

  Outcome UnknownStream(std::string_view name) const {
    return {OutcomeCode::kUsage, "no such stream: '" + std::string(name) + "'"};
  }

  void HandOut(const Timeline& timeline, const std::vector<Port>& taps);
  bool AppendJsonRow(const SessionJsonRow& row, uint32_t stream);
  Outcome AppendRow(const SessionRow& row, uint32_t stream);
  Outcome FinishMessage(uint32_t stream, size_t rows_before);
  Outcome RunIfFull();
  Outcome RunBatch();
  void SaveCounts(StateWriter& out) const;
  void LoadCounts(StateReader& in);
  // How records of the stream are read in that codec: as its source says, if it has one.
  // As the stream's source reads; what its transport would give is null.
  Result<MakeDecoder> DecoderOf(uint32_t stream, std::string_view codec,
                                std::vector<GivenValue>* given) const;
  template <class Reader>
  Outcome Feed(Reader* reader, std::string_view bytes, Session& session);

  bool OnBadRecord(uint64_t line, const BadRecord& bad) override {
    if (options.on_bad_record) options.on_bad_record(line, bad.reason);
    return true;
  }
  void OnRawBytes(std::string_view, bool) override {}

  std::shared_ptr<const App> app;
  SessionOptions options;
  StreamFormats formats;
  MessageBatch batch;
  LineParser parser;
  EpochLoop loop;
  std::shared_ptr<EventLog> log;
  std::vector<StateUnit> units;
  QueryAnswerer answerer;
  std::vector<Output> outputs;
  SinkSet log_sinks;     // their taps follow those of the outputs
  uint64_t message = 0;  // that caused the row in a sink's hands
  TapMerge merge;
  TextBuffer values;
  TextBuffer event;
  std::string padded;
  TimeMs clock = 0;
  bool started = false;
};

void Session::Impl::HandOut(const Timeline& timeline, const std::vector<Port>& taps) {
  merge.ForEach(taps, [&](uint32_t tap, const Chunk& chunk, uint32_t row) {
    message = timeline.first_message + MomentPosition(chunk.moment(row));
    if (tap >= outputs.size()) {
      log_sinks.Write(tap - static_cast<uint32_t>(outputs.size()), chunk, row);
      return;
    }
    Output& output = outputs[tap];
    ++output.rows;
    if (!options.on_row) return;
    values.clear();
    event.clear();
    output.writer.WriteValues(chunk, row, &values);
    output.writer.WriteEvent(chunk, row, &event);
    OutputRow result;
    result.name = output.name;
    result.is_query = output.is_query;
    result.is_expired = chunk.kind(row) == RowKind::kExpired;
    result.timestamp = chunk.timestamp(row);
    result.message = message;
    result.sequence = output.rows;
    result.values = values.view();
    result.event = event.view();
    options.on_row(result);
  });
  log->HandOut([&](const OrderKey& key, const std::string& line) {
    if (options.on_log) {
      options.on_log(timeline.first_message + MomentPosition(key.moment), line);
    }
  });
}

bool Session::Impl::AppendJsonRow(const SessionJsonRow& row, uint32_t stream) {
  padded.assign(row.json);
  padded.append(kTextPadding, '\0');
  const std::string_view text(padded.data(), row.json.size());
  return parser.ParseRow(text, stream, row.timestamp.value_or(kNoTime), &batch);
}

Outcome Session::Impl::AppendRow(const SessionRow& row, uint32_t stream) {
  const StreamFormat& format = formats[stream];
  if (row.values.size() > format.schema->size()) {
    return BadRow("more values than attributes of stream '" + format.name + "'");
  }
  StreamRows& rows = batch.streams[stream];
  TimeMs time = row.timestamp.value_or(kNoTime);
  for (uint32_t c = 0; c < format.schema->size(); ++c) {
    const Attribute& attribute = (*format.schema)[c];
    Value value = Value::Null(attribute.type);
    if (c < row.values.size() && !Convert(row.values[c], attribute.type, &value)) {
      return WrongValue(attribute);
    }
    if (format.time_attribute == c && !value.is_null()) time = value.long_value();
    rows.columns[c].AppendValue(value);
  }
  if (time != kNoTime && !InRange(time)) return BadRow("timestamp is out of range");
  rows.timestamps.push_back(time);
  return {};
}

Outcome Session::Impl::FinishMessage(uint32_t stream, size_t rows_before) {
  const StreamRows& rows = batch.streams[stream];
  const size_t count = rows.size() - rows_before;
  const TimeMs time = count == 0 ? kNoTime : rows.timestamps.back();
  batch.messages.push_back({time, stream, static_cast<uint32_t>(count)});
  batch.rows += count;
  return RunIfFull();
}

Outcome Session::Impl::RunIfFull() {
  const BatchMessage& message = batch.messages.back();
  const bool moves = message.stream == BatchMessage::kClockStep || app->playback();
  if (moves && message.time != kNoTime) {
    const bool first = !started && loop.next_message() + batch.messages.size() == 1;
    clock = first ? message.time : std::max(clock, message.time);
    started = true;
  }
  const bool full = batch.messages.size() >= options.epoch_size || batch.rows >= kRowsPerEpoch;
  return full ? RunBatch() : Outcome();
}

Outcome Session::Impl::RunBatch() { return ToOutcome(loop.Run(&batch)); }

Result<MakeDecoder> Session::Impl::DecoderOf(uint32_t stream, std::string_view codec,
                                             std::vector<GivenValue>* given) const {
  const CodecSpec* spec = BuiltinTransports().FindCodec(codec);
  if (spec == nullptr) return Status::Invalid("no such codec: '" + std::string(codec) + "'");
  const BoundStream* bound = app->impl().bound.FindStream(formats[stream].name);
  for (const BoundSource& source : bound->sources) {
    if (source.codec != spec) continue;
    *given = source.Given();
    return source.make_decoder;
  }
  CodecSetup setup;
  const Status complete = setup.options.Complete(spec->decoder_options);
  return complete.ok() ? spec->bind_decoder(setup, bound->schema) : complete;
}

// Messages go one by one, so that epochs end where they would if the caller had sent them.
template <class Reader>
Outcome Session::Impl::Feed(Reader* reader, std::string_view bytes, Session& session) {
  while (!bytes.empty()) {
    const auto space = reader->Reserve();
    const size_t size = std::min(space.size, bytes.size());
    std::copy_n(bytes.data(), size, space.data);
    reader->Commit(size);
    bytes.remove_prefix(size);
    if (bytes.empty()) reader->Finish();
    for (;;) {
      const size_t before = batch.messages.size();
      const Decoder::State state = reader->Read(before + 1, SIZE_MAX, &batch);
      if (batch.messages.size() > before) {
        const Outcome ran = RunIfFull();
        if (!ran.ok()) return ran;
      }
      if (state == Decoder::State::kQuery) {
        const Outcome answered = session.Query(reader->query());
        if (!answered.ok()) return answered;
      } else if (state != Decoder::State::kFull) {
        break;
      }
    }
  }
  return {};
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Outcome Session::Open(std::shared_ptr<const App> app, SessionOptions options,
                      std::unique_ptr<Session>* session) {
  options.epoch_size = std::clamp<uint32_t>(options.epoch_size, 1, kMaxEpochMessages);
  if (options.no_outputs) options.outputs.clear();
  if (options.outputs.empty() && !options.no_outputs) options.outputs = app->default_outputs();
  PlanOptions plan_options;
  plan_options.optimize = app->impl().options.optimize;
  plan_options.place = TablePlace::Temporary(/*self_contained=*/true);
  if (options.table_batch_rows > 0) plan_options.place->set_batch_rows(options.table_batch_rows);
  for (const std::string& output : options.outputs) {
    plan_options.outputs.push_back(ParseOutputName(output));
  }
  for (const OutputRequest& request : SinkRequests(app->impl().bound, WritesLog)) {
    plan_options.outputs.push_back(request);
  }
  Result<Plan> plan = MakePlan(app->impl().bound, plan_options);
  if (!plan.ok()) return ToOutcome(plan.status());
  StreamFormats formats = app->impl().Formats(plan.value());
  *session = std::unique_ptr<Session>(new Session(std::make_unique<Impl>(
      std::move(app), std::move(options), std::move(plan).value(), std::move(formats))));
  return ToOutcome((*session)->impl_->OpenSinks());
}

Outcome Session::SendJson(std::string_view stream, std::span<const SessionJsonRow> rows) {
  const std::optional<uint32_t> at = impl_->FindStream(stream);
  if (!at) return impl_->UnknownStream(stream);
  const size_t rows_before = impl_->batch.streams[*at].size();
  for (const SessionJsonRow& row : rows) {
    if (InRange(row.timestamp) && impl_->AppendJsonRow(row, *at)) continue;
    impl_->batch.streams[*at].Truncate(rows_before);
    return BadRow(InRange(row.timestamp) ? impl_->parser.bad_record().reason
                                         : "timestamp is out of range");
  }
  return impl_->FinishMessage(*at, rows_before);
}

Outcome Session::SendJson(std::string_view stream, std::string_view row_json) {
  const SessionJsonRow row{row_json, std::nullopt};
  return SendJson(stream, std::span(&row, 1));
}

Outcome Session::Send(std::string_view stream, std::span<const SessionRow> rows) {
  const std::optional<uint32_t> at = impl_->FindStream(stream);
  if (!at) return impl_->UnknownStream(stream);
  const size_t rows_before = impl_->batch.streams[*at].size();
  for (const SessionRow& row : rows) {
    Outcome appended = impl_->AppendRow(row, *at);
    if (appended.ok()) continue;
    impl_->batch.streams[*at].Truncate(rows_before);
    return appended;
  }
  return impl_->FinishMessage(*at, rows_before);
}

Outcome Session::AdvanceTo(int64_t time_ms) {
  if (!InRange(time_ms)) return BadRow("timestamp is out of range");
  impl_->batch.messages.push_back({time_ms, BatchMessage::kClockStep, 0});
  return impl_->RunIfFull();
}

Outcome Session::SendNdjson(std::string_view bytes, std::string_view bare_stream) {
  if (!bare_stream.empty() && !impl_->FindStream(bare_stream)) {
    return impl_->UnknownStream(bare_stream);
  }
  NdjsonReader reader(impl_->formats, impl_->Rules(bare_stream), {}, impl_.get());
  return impl_->Feed(&reader, bytes, *this);
}

Outcome Session::SendEncoded(std::string_view bytes, std::string_view stream,
                             std::string_view codec) {
  const std::optional<uint32_t> at = impl_->FindStream(stream);
  if (!at) return impl_->UnknownStream(stream);
  DecoderPlace place;
  const Result<MakeDecoder> make = impl_->DecoderOf(*at, codec, &place.given);
  if (!make.ok()) return ToOutcome(make.status());
  place.formats = &impl_->formats;
  place.stream = *at;
  place.bad_records = impl_.get();
  place.strict_fields = impl_->options.strict_fields;
  const std::unique_ptr<Decoder> decoder = make.value()(place);
  return impl_->Feed(decoder.get(), bytes, *this);
}

Outcome Session::Query(std::string_view text) {
  Outcome ran = Flush();
  if (!ran.ok()) return ran;
  const std::string answer = impl_->answerer.Answer(text);
  if (impl_->options.on_answer) impl_->options.on_answer(answer);
  return ran;
}

Outcome Session::Flush() { return impl_->RunBatch(); }

void Session::Impl::SaveCounts(StateWriter& out) const {
  out.BeginOwner(":session");
  std::map<std::string, uint64_t> counts;
  for (const Output& output : outputs) counts[output.key()] = output.rows;
  out.Write(clock, started, counts);
  out.EndOwner();
}

void Session::Impl::LoadCounts(StateReader& in) {
  if (!in.BeginOwner(":session")) return in.Fail("the counts of output rows are missing");
  std::map<std::string, uint64_t> counts;
  in.Read(clock, started, counts);
  in.EndOwner();
  for (Output& output : outputs) output.rows = counts[output.key()];
}

Outcome Session::SaveState(std::string* bytes) {
  const Outcome ran = Flush();
  if (!ran.ok()) return ran;
  StateMap state;
  StateWriter out(&state);
  SaveAppState(impl_->units, impl_->loop, out);
  impl_->SaveCounts(out);
  *bytes = PackState(state);
  return {};
}

Outcome Session::LoadState(std::string_view bytes, std::vector<std::string>* dropped) {
  if (next_message() != 0) {
    return {OutcomeCode::kUsage, "state can only be loaded before the first message"};
  }
  StateMap state;
  Status status = UnpackState(bytes, &state);
  UnitChanges changes;
  if (status.ok()) {
    StateMap::Source source(state);
    StateReader in(&source);
    status = LoadAppState(impl_->units, in, &impl_->loop, dropped == nullptr ? nullptr : &changes);
    if (status.ok()) impl_->LoadCounts(in);
    if (status.ok()) status = in.status();
  }
  if (status.code() == StatusCode::kDataError) return {OutcomeCode::kIo, status.message()};
  if (!status.ok()) return ToOutcome(status);
  if (dropped != nullptr) {
    *dropped = std::move(changes.changed);
    dropped->insert(dropped->end(), changes.gone.begin(), changes.gone.end());
  }
  return {};
}

Outcome Session::DescribeState(std::vector<UnitState>* units) {
  const Outcome ran = Flush();
  if (!ran.ok()) return ran;
  StateMap state;
  StateWriter out(&state);
  impl_->loop.Save(out);
  std::map<std::string, UnitState, std::less<>> owners;
  for (const auto& [key, value] : state.records()) {
    UnitState& owner = owners[key.substr(0, key.find('\0'))];
    ++owner.records;
    owner.bytes += key.size() + value.size();
  }
  for (const StateUnit& unit : impl_->units) {
    UnitState described{unit.name, unit.shape};
    for (const std::string& name : unit.owners) {
      described.records += owners[name].records;
      described.bytes += owners[name].bytes;
    }
    units->push_back(std::move(described));
  }
  return {};
}

std::optional<int64_t> Session::next_timer() const {
  const TimeMs due = impl_->loop.NextDue();
  return due == kNever ? std::nullopt : std::optional<int64_t>(due);
}

uint64_t Session::next_message() const {
  return impl_->loop.next_message() + impl_->batch.messages.size();
}

int64_t Session::clock() const { return impl_->clock; }

}  // namespace weir
