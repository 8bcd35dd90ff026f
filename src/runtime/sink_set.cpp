#include "runtime/sink_set.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

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
      one.sequence = bound.sequence;
      one.name = ":sink " + stream.name + " " + one.type;
      uint64_t same = 0;
      for (const One& other : sinks_) same += other.stream == one.stream && other.type == one.type;
      if (same > 0) one.name += " " + std::to_string(same);
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

void SinkSet::Hand(One* one, const SinkRecord& record) {
  const Status status = one->sink->Write(record);
  if (status.ok()) return;
  if (status.code() == StatusCode::kNotFound) {
    if (!one->unsettled.empty()) one->unsettled.pop_back();
    ReportDropped(one, status);
  } else {
    status_ = status;
  }
}

void SinkSet::Trim(One* one) {
  const uint64_t settled = one->sink->settled();
  for (; one->trimmed < settled && !one->unsettled.empty(); ++one->trimmed) {
    one->known = one->unsettled.front().number;
    one->unsettled.pop_front();
  }
  if (one->unsettled.empty()) one->known = std::max(one->known, one->rows);
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
  return Status::Ok();
}

Status SinkSet::Close() {
  if (std::exchange(closed_, true)) return Status::Ok();
  Status first = status_;
  for (One& one : sinks_) {
    const Status status = one.sink->Close();
    if (Remembers(one)) Trim(&one);  // what is saved now is what nobody got
    if (first.ok() && !status.ok()) first = status;
    if (one.dropped > 1 && report_) {
      report_("sink '" + std::string(one.type) + "' of stream '" + one.stream +
              "': " + std::to_string(one.dropped) + " events were dropped");
    }
  }
  return first;
}

Status SinkSet::KeepState() {
  keeps_state_ = true;
  for (const One& one : sinks_) {
    if (const auto* dealt = dynamic_cast<const DistributedSink*>(one.sink.get())) {
      if (dealt->has_memory()) {
        return Status::NotSupported("@distribution to '" + std::string(one.type) +
                                    "' together with a state directory");
      }
    }
  }
  return Status::Ok();
}

void SinkSet::Save(StateWriter& out) const {
  std::map<std::string, Saved> all;
  for (const One& one : sinks_) {
    Saved& saved = all[one.name];
    saved.rows = one.rows;
    saved.known = one.known;
    if (one.sink->recall() == SinkRecall::kPlace) saved.place = one.sink->Place();
    saved.unsettled.assign(one.unsettled.begin(), one.unsettled.end());
  }
  out.BeginOwner(":sinks");
  out.Write(all);
  out.EndOwner();
}

void SinkSet::Load(StateReader& in) {
  std::map<std::string, Saved> all;
  if (in.BeginOwner(":sinks")) {
    in.Read(all);
    in.EndOwner();
  }
  if (!in.ok()) return;
  for (One& one : sinks_) {
    const auto saved = all.find(one.name);
    if (one.sink->recall() == SinkRecall::kPlace) {
      const Result<bool> there = one.sink->GoBackTo(saved == all.end() ? "" : saved->second.place);
      if (!there.ok()) return in.Fail(there.status().message());
      if (!there.value() && report_) {
        report_("warning: sink '" + std::string(one.type) + "' of stream '" + one.stream +
                "': shorter than what was written to it before");
      }
    }
    if (saved == all.end()) continue;  // the sink is new
    one.rows = saved->second.rows;
    one.known = saved->second.known;
    one.unsettled.assign(saved->second.unsettled.begin(), saved->second.unsettled.end());
  }
}

Status SinkSet::BeginAnew() {
  for (const One& one : sinks_) {
    if (one.sink->recall() != SinkRecall::kPlace) continue;
    const Result<bool> begun = one.sink->GoBackTo("");
    if (!begun.ok()) return begun.status();
  }
  return Status::Ok();
}

std::vector<InputPosition> SinkSet::Positions() {
  std::vector<InputPosition> positions;
  for (One& one : sinks_) {
    if (one.sink->recall() != SinkRecall::kCount) continue;
    Trim(&one);
    positions.push_back({one.name, std::to_string(one.known)});
  }
  return positions;
}

Status SinkSet::SkipDelivered(const std::vector<InputPosition>& positions) {
  for (One& one : sinks_) {
    if (one.sink->recall() != SinkRecall::kCount) continue;
    for (const InputPosition& position : positions) {
      if (position.input != one.name) continue;
      one.known =
          std::max<uint64_t>(one.known, std::strtoull(position.position.c_str(), nullptr, 10));
    }
    std::deque<Unsettled> waiting;
    waiting.swap(one.unsettled);
    for (Unsettled& row : waiting) {
      if (row.number <= one.known) continue;
      one.unsettled.push_back(std::move(row));
      const std::string bytes = one.unsettled.back().bytes;
      Hand(&one, {bytes, nullptr, 0});
      if (!status_.ok()) return status_;
    }
  }
  return Status::Ok();
}

bool SinkSet::HasRecall(SinkRecall recall) const {
  return std::any_of(sinks_.begin(), sinks_.end(),
                     [recall](const One& one) { return one.sink->recall() == recall; });
}

Status SinkSet::Sync() const {
  for (const One& one : sinks_) {
    const Status status = one.sink->Sync();
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

}  // namespace weir
