#include "runtime/sink_set.h"

#include <algorithm>
#include <utility>

#include "runtime/distributed_sink.h"
#include "runtime/fault_sink.h"
#include "time/system_clock.h"

namespace weir {
namespace {

constexpr char kLetterSink[] = "dead letters";  // of @OnError(action='STORE')
constexpr size_t kFaultsMax = 2048;             // taken at once

ObjectRef TextObject(const std::string& text) {
  auto object = std::make_shared<Object>();
  object->value = text;
  return object;
}

ObjectRef ErrorOf(const std::string& sink, const std::string& message) {
  Object::Map map;
  map.entries = {{"sink", TextObject(sink)}, {"message", TextObject(message)}};
  auto object = std::make_shared<Object>();
  object->value = std::move(map);
  return object;
}

bool IsLetterStream(const BoundStream& stream) {
  return stream.takes_faults && stream.stores_faults;
}

}  // namespace

std::vector<OutputRequest> SinkRequests(const BoundApp& app, bool (*wanted)(const SinkSpec&)) {
  std::vector<OutputRequest> requests;
  for (const BoundStream& stream : app.streams) {
    for (const BoundSink& sink : stream.sinks) {
      if (wanted(*sink.spec)) requests.push_back({false, stream.name});
    }
    if (IsLetterStream(stream)) requests.push_back({false, stream.name});
  }
  return requests;
}

std::string ShortSinkName(const BoundStream& stream, size_t sink) {
  std::string name = stream.sinks[sink].spec->name;
  uint64_t same = 0;
  for (size_t i = 0; i < sink; ++i) same += stream.sinks[i].spec->name == name ? 1 : 0;
  return same > 0 ? name + " " + std::to_string(same) : name;
}

std::optional<std::string> StreamWithDeadLetters(const BoundApp& app) {
  for (const BoundStream& stream : app.streams) {
    if (stream.stores_faults) return stream.name;
    for (const BoundSink& sink : stream.sinks) {
      if (sink.on_error == SinkOnError::kStore) return stream.name;
    }
  }
  return std::nullopt;
}

Status SinkSet::Make(const BoundApp& app, const TransportPlace& surroundings, Wanted wanted,
                     DeadLetterWriter* letters) {
  report_ = surroundings.report;
  letters_ = letters;
  for (const BoundStream& stream : app.streams) {
    TransportPlace place = surroundings;
    place.app = app.name;
    place.stream = stream.name;
    place.schema = stream.schema;
    for (size_t i = 0; i < stream.sinks.size(); ++i) {
      if (!wanted(*stream.sinks[i].spec)) continue;
      const Status status = MakeOne(stream, i, place);
      if (!status.ok()) return status;
    }
    if (IsLetterStream(stream)) AddLetterSink(stream, place);
  }
  return Status::Ok();
}

Status SinkSet::MakeOne(const BoundStream& stream, size_t sink_number, TransportPlace place) {
  const BoundSink& bound = stream.sinks[sink_number];
  One one;
  one.stream = stream.name;
  one.type = bound.spec->name;
  one.sequence = bound.sequence;
  one.on_error = bound.on_error;
  one.short_name = ShortSinkName(stream, sink_number);
  one.name = ":sink " + stream.name + " " + one.short_name;
  one.encoder = bound.make_encoder();
  if (one.on_error == SinkOnError::kStore) {
    one.events = std::make_unique<RowWriter>(stream.schema, RowFormat());
  }
  record_.clear();
  one.encoder->WriteHead(&record_);
  place.head = record_.view();
  place.waits = bound.on_error == SinkOnError::kWait;
  place.tells_lost = one.diverts();
  Result<std::unique_ptr<Sink>> made = MakeSink(bound, place, one.diverts() ? &lost_fds_ : nullptr);
  if (!made.ok()) return made.status();
  one.sink = std::move(made).value();
  const bool to_stream = one.on_error == SinkOnError::kStream;
  if (to_stream) {
    fault_streams_.resize(sinks_.size() + 1);
    fault_streams_.back() = "!" + stream.name;
  }
  sinks_.push_back(std::move(one));
  return Status::Ok();
}

void SinkSet::AddLetterSink(const BoundStream& faults, const TransportPlace& place) {
  FaultSink made = letters_ == nullptr ? MakeTellingSink(faults, place.report)
                                       : MakeDeadLetterSink(faults, letters_);
  One one;
  one.stream = faults.name;
  one.type = kLetterSink;
  one.name = ":sink " + faults.name + " " + kLetterSink;
  one.encoder = std::move(made.encoder);
  one.sink = std::move(made.sink);
  sinks_.push_back(std::move(one));
}

Status SinkSet::Open() {
  for (const One& one : sinks_) {
    const Status status = one.sink->Open();
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

void SinkSet::Write(uint32_t sink, const Chunk& chunk, uint32_t row) {
  if (!status_.ok()) return;
  if (!gate_asked_ && gate_) {
    gate_asked_ = true;
    status_ = gate_();
    if (!status_.ok()) return;
  }
  One& one = sinks_[sink];
  const bool remembers = Remembers(one);
  if (remembers) Trim(&one);
  if (++one.rows <= one.known) return;
  record_.clear();
  one.encoder->Write(chunk, row, &record_);
  if (one.sequence) Number(one);
  if (remembers) {
    one.unsettled.push_back({one.rows, std::string(record_.view())});
    if (one.diverts()) one.unsettled.back().event = Remember(one, chunk, row);
  }
  Hand(&one, {record_.view(), &chunk, row});
}

// Who reads drops what comes again by this.
void SinkSet::Number(const One& one) {
  const std::string object(record_.view());  // with at least one member
  record_.clear();
  record_.Append("{\"seq\":" + std::to_string(one.rows) + ",");
  record_.Append(std::string_view(object).substr(1));
}

std::unique_ptr<SinkSet::Event> SinkSet::Remember(const One& one, const Chunk& chunk,
                                                  uint32_t row) {
  auto event = std::make_unique<Event>();
  event->timestamp = chunk.timestamp(row);
  if (one.events != nullptr) {
    json_.clear();
    one.events->WriteEvent(chunk, row, &json_);
    event->json = json_.view();
  } else {
    for (const ColumnPtr& column : chunk.columns()) event->values.push_back(column->GetValue(row));
  }
  return event;
}

void SinkSet::Hand(One* one, const SinkRecord& record) {
  const Status status = one->sink->Write(record);
  if (status.ok()) return;
  if (status.code() != StatusCode::kNotFound) {
    status_ = status;
  } else if (!one->unsettled.empty() && one->unsettled.back().event != nullptr) {
    one->unsettled.back().event->refusal = status.message();
  } else {
    if (!one->unsettled.empty()) one->unsettled.pop_back();
    ReportDropped(one, status);
  }
}

// Empty if it was not lost. To be asked for in order.
std::string SinkSet::WhyLost(One* one, uint64_t record) {
  while (!one->lost.empty()) {
    const LostRecords& lost = one->lost.front();
    if (record < lost.first) return "";
    if (record < lost.first + lost.count) return lost.why;
    one->lost.pop_front();
  }
  return "";
}

void SinkSet::NoteLost(One* one) {
  for (LostRecords& lost : one->sink->TakeLost()) one->lost.push_back(std::move(lost));
}

// In order, so that `known` tells all that another process may pass over.
void SinkSet::Trim(One* one, const TakeFault& take) {
  if (one->on_error == SinkOnError::kStream && take == nullptr) return;
  const uint64_t settled = one->sink->settled();
  if (one->diverts()) NoteLost(one);
  while (!one->unsettled.empty()) {
    const Unsettled& front = one->unsettled.front();
    const bool refused = front.event != nullptr && !front.event->refusal.empty();
    if (!refused && one->trimmed >= settled) break;
    const std::string why = refused ? front.event->refusal : WhyLost(one, one->trimmed + 1);
    if (!why.empty() && !Divert(one, front, why, take)) break;
    if (!refused) ++one->trimmed;
    one->known = front.number;
    one->unsettled.pop_front();
  }
  if (one->unsettled.empty()) one->known = std::max(one->known, one->rows);
}

// False if the row has to stay.
bool SinkSet::Divert(One* one, const Unsettled& row, const std::string& why,
                     const TakeFault& take) {
  if (row.event == nullptr) {
    ReportDropped(one, Status(StatusCode::kNotFound, why));
    return true;
  }
  if (take != nullptr) return take(*row.event, why);
  const Status stored = PutAway(*one, row, why);
  if (status_.ok()) status_ = stored;
  return stored.ok();
}

Status SinkSet::PutAway(const One& one, const Unsettled& row, const std::string& why) {
  DeadLetter letter;
  letter.stored_ms = SystemClock().WallMs();
  letter.timestamp_ms = row.event->timestamp;
  letter.stream = one.stream;
  letter.sink = one.short_name;
  letter.error = why;
  letter.event = row.event->json;
  letter.record = row.bytes;
  has_new_letters_ = true;
  return letters_->Append(EncodeDeadLetter(letter));
}

Status SinkSet::FlushLetters() {
  return std::exchange(has_new_letters_, false) ? letters_->Flush() : Status::Ok();
}

void SinkSet::TakeFaults(const StreamFormats& formats, MessageBatch* batch) {
  size_t taken = 0;
  for (size_t i = 0; i < fault_streams_.size(); ++i) {
    if (fault_streams_[i].empty()) continue;
    uint32_t stream = 0;
    while (formats[stream].name != fault_streams_[i]) ++stream;
    Trim(&sinks_[i], [&](const Event& event, const std::string& why) {
      if (taken == kFaultsMax) return false;
      StreamRows& rows = batch->streams[stream];
      for (size_t c = 0; c < event.values.size(); ++c) rows.columns[c].AppendValue(event.values[c]);
      rows.columns.back().AppendObject(ErrorOf(sinks_[i].type, why));
      rows.timestamps.push_back(event.timestamp);
      batch->messages.push_back({kNoTime, stream, 1});
      ++batch->rows;
      ++taken;
      return true;
    });
  }
}

bool SinkSet::HasFaults() {
  bool any = false;
  for (size_t i = 0; i < fault_streams_.size() && !any; ++i) {
    One& one = sinks_[i];
    if (fault_streams_[i].empty() || one.unsettled.empty()) continue;
    NoteLost(&one);
    any = !one.lost.empty();
    // Behind rows that have left one may stand that was refused.
    uint64_t left = one.sink->settled() - one.trimmed;
    for (auto row = one.unsettled.begin(); !any && row != one.unsettled.end(); ++row) {
      any = row->event != nullptr && !row->event->refusal.empty();
      if (left-- == 0) break;
    }
  }
  return any;
}

void SinkSet::Await() {
  for (const One& one : sinks_) {
    if (one.diverts()) one.sink->Await();
  }
}

// The first, and then one whenever their number has grown tenfold.
void SinkSet::ReportDropped(One* one, const Status& status) {
  uint64_t told = ++one->dropped;
  while (told % 10 == 0) told /= 10;
  if (told != 1 || !report_) return;
  report_("sink '" + std::string(one->type) + "' of stream '" + one->stream +
          "': " + status.message() + "; " +
          (one->dropped == 1 ? "the event is dropped"
                             : std::to_string(one->dropped) + " events are dropped so far"));
}

Status SinkSet::Flush() {
  if (!status_.ok() || closed_) return status_;
  for (One& one : sinks_) {
    const Status status = one.sink->Flush();
    if (!status.ok() && status.code() != StatusCode::kNotFound) return status_ = status;
    if (Remembers(one)) Trim(&one);
  }
  if (status_.ok()) status_ = FlushLetters();
  return status_;
}

Status SinkSet::Close() {
  if (std::exchange(closed_, true)) return Status::Ok();
  Status first = status_;
  for (One& one : sinks_) {
    const Status status = one.sink->Close();
    if (Remembers(one)) TrimLast(&one);  // what is saved now is what nobody got
    if (first.ok() && !status.ok()) first = status;
    if (one.dropped > 1 && report_) {
      report_("sink '" + std::string(one.type) + "' of stream '" + one.stream +
              "': " + std::to_string(one.dropped) + " events were dropped");
    }
  }
  const Status flushed = FlushLetters();
  if (first.ok()) first = status_;
  return first.ok() ? flushed : first;
}

// What is lost now comes too late for a fault stream; another process has it again.
void SinkSet::TrimLast(One* one) {
  TakeFault take;
  if (one->on_error == SinkOnError::kStream) {
    take = [&](const Event&, const std::string& why) {
      if (keeps_state_) return false;
      ReportDropped(one, Status(StatusCode::kNotFound, why));
      return true;
    };
  }
  Trim(one, take);
}

}  // namespace weir
