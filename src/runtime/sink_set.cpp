#include "runtime/sink_set.h"

#include "runtime/distributed_sink.h"

namespace weir {

std::vector<OutputRequest> SinkRequests(const BoundApp& app, bool (*wanted)(const SinkSpec&)) {
  std::vector<OutputRequest> requests;
  for (const BoundStream& stream : app.streams) {
    for (const BoundSink& sink : stream.sinks) {
      if (wanted(*sink.spec)) requests.push_back({false, stream.name});
    }
  }
  return requests;
}

Status SinkSet::Make(const BoundApp& app, const TransportPlace& surroundings, Wanted wanted) {
  report_ = surroundings.report;
  for (const BoundStream& stream : app.streams) {
    for (const BoundSink& bound : stream.sinks) {
      if (!wanted(*bound.spec)) continue;
      One one;
      one.stream = stream.name;
      one.type = bound.spec->name;
      one.encoder = bound.make_encoder();
      record_.clear();
      one.encoder->WriteHead(&record_);
      TransportPlace place = surroundings;
      place.app = app.name;
      place.stream = stream.name;
      place.schema = stream.schema;
      place.head = record_.view();
      place.waits = bound.waits_on_error;
      std::vector<std::unique_ptr<Sink>> made;
      for (const Options& options : bound.destinations) {
        Result<std::unique_ptr<Sink>> sink = bound.spec->make(options, place);
        if (!sink.ok()) return sink.status();
        made.push_back(std::move(sink).value());
      }
      if (made.size() == 1) {
        one.sink = std::move(made[0]);
      } else {
        one.sink =
            std::make_unique<DistributedSink>(bound.strategy, bound.partition_key, std::move(made));
      }
      sinks_.push_back(std::move(one));
    }
  }
  return Status::Ok();
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
  One& one = sinks_[sink];
  record_.clear();
  one.encoder->Write(chunk, row, &record_);
  const Status status = one.sink->Write({record_.view(), &chunk, row});
  if (status.ok()) return;
  if (status.code() == StatusCode::kNotFound) {
    ReportDropped(&one, status);
  } else {
    status_ = status;
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
  if (!status_.ok()) return status_;
  for (const One& one : sinks_) {
    const Status status = one.sink->Flush();
    if (!status.ok() && status.code() != StatusCode::kNotFound) return status_ = status;
  }
  return Status::Ok();
}

Status SinkSet::Close() {
  Status first = status_;
  for (const One& one : sinks_) {
    const Status status = one.sink->Close();
    if (first.ok() && !status.ok()) first = status;
    if (one.dropped > 1 && report_) {
      report_("sink '" + std::string(one.type) + "' of stream '" + one.stream +
              "': " + std::to_string(one.dropped) + " events were dropped");
    }
  }
  return first;
}

}  // namespace weir
