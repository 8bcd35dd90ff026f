// What a run that may go on in another process keeps of its sinks.
#include <algorithm>
#include <cstdlib>
#include <map>

#include "runtime/distributed_sink.h"
#include "runtime/sink_set.h"

namespace weir {

Status SinkSet::KeepState() {
  keeps_state_ = true;
  for (const One& one : sinks_) {
    const auto* dealt = dynamic_cast<const DistributedSink*>(one.sink.get());
    if (dealt == nullptr || dealt->recall() == SinkRecall::kNothing) continue;
    if (dealt->needs_rows()) {
      return Status::NotSupported("@distribution by key together with a state directory");
    }
    if (dealt->recall() == SinkRecall::kPlace) {
      return Status::NotSupported("@distribution to '" + std::string(one.type) +
                                  "' together with a state directory");
    }
  }
  return Status::Ok();
}

void SinkSet::Save(StateWriter& out) const {
  std::map<std::string, Saved> all;
  std::map<std::string, std::vector<Event>> events;
  for (const One& one : sinks_) {
    Saved& saved = all[one.name];
    saved.rows = one.rows;
    saved.known = one.known;
    if (one.sink->recall() == SinkRecall::kPlace) saved.place = one.sink->Place();
    if (one.sink->recall() != SinkRecall::kCount) continue;
    for (const Unsettled& row : one.unsettled) {
      saved.unsettled.emplace_back(row.number, row.bytes);
      if (row.event != nullptr) events[one.name].push_back(*row.event);
    }
  }
  out.BeginOwner(":sinks");
  out.Write(all);
  out.EndOwner();
  if (events.empty()) return;
  out.BeginOwner(":sink events");
  out.Write(events);
  out.EndOwner();
}

void SinkSet::Event::Save(StateWriter& out) const {
  out.Write(timestamp, json);
  out.WriteSize(values.size());
  for (const Value& value : values) value.Save(out);
}

void SinkSet::Event::Load(StateReader& in) {
  in.Read(timestamp, json);
  for (uint64_t left = in.ReadSize(1); left > 0 && in.ok(); --left) {
    values.emplace_back(Type::kBool);
    values.back().Load(in);
  }
}

void SinkSet::Load(StateReader& in) {
  std::map<std::string, Saved> all;
  if (in.BeginOwner(":sinks")) {
    in.Read(all);
    in.EndOwner();
  }
  std::map<std::string, std::vector<Event>> events;
  if (in.ok() && in.BeginOwner(":sink events")) {
    in.Read(events);
    in.EndOwner();
  }
  if (!in.ok() || goes_on_) return;
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
    LoadUnsettled(saved->second, events[one.name], &one);
  }
}

// A row of which the event was not kept is dropped if it is not delivered; so is one that was
// remembered for another reason than now.
void SinkSet::LoadUnsettled(const Saved& saved, std::vector<Event>& events, One* one) {
  const bool whole = one->diverts() && events.size() == saved.unsettled.size();
  for (size_t i = 0; i < saved.unsettled.size(); ++i) {
    Unsettled row{saved.unsettled[i].first, saved.unsettled[i].second};
    if (whole) row.event = std::make_unique<Event>(std::move(events[i]));
    one->unsettled.push_back(std::move(row));
  }
}

Status SinkSet::BeginAnew() {
  if (goes_on_) return Status::Ok();
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
  const Status flushed = FlushLetters();
  if (status_.ok()) status_ = flushed;
  return positions;
}

Status SinkSet::SkipDelivered(const std::vector<InputPosition>& positions) {
  if (goes_on_) return Status::Ok();
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
