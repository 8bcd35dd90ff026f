#include "runtime/distributed_sink.h"

#include <algorithm>

#include "base/hash.h"
#include "io/value_text.h"

namespace weir {
namespace {

bool IsFailure(const Status& status) {
  return !status.ok() && status.code() != StatusCode::kNotFound;
}

}  // namespace

Status DistributedSink::Open() {
  for (const auto& sink : sinks_) {
    const Status status = sink->Open();
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

size_t DistributedSink::PlaceOf(const SinkRecord& record) {
  key_.clear();
  AppendValueText(*record.chunk->column(*partition_key_), record.row, &key_);
  return HashString(key_.view()) % sinks_.size();
}

Status DistributedSink::Write(const SinkRecord& record) {
  if (strategy_ == SinkStrategy::kPartitioned) return sinks_[PlaceOf(record)]->Write(record);
  Status last;
  bool taken = false;
  for (size_t i = 0; i < sinks_.size(); ++i) {
    const size_t at = strategy_ == SinkStrategy::kBroadcast ? i : next_++ % sinks_.size();
    const Status status = sinks_[at]->Write(record);
    if (IsFailure(status)) return status;
    if (!status.ok()) last = status;
    taken |= status.ok();
    if (taken && strategy_ == SinkStrategy::kRoundRobin) break;
  }
  return taken ? Status::Ok() : last;
}

Status DistributedSink::Flush() {
  for (const auto& sink : sinks_) {
    const Status status = sink->Flush();
    if (IsFailure(status)) return status;
  }
  return Status::Ok();
}

Status DistributedSink::Close() {
  Status first;
  for (const auto& sink : sinks_) {
    const Status status = sink->Close();
    if (first.ok()) first = status;
  }
  return first;
}

uint64_t DistributedSink::delivered() const {
  uint64_t sum = 0;
  for (const auto& sink : sinks_) sum += sink->delivered();
  return sum;
}

bool DistributedSink::has_memory() const {
  return std::any_of(sinks_.begin(), sinks_.end(),
                     [](const auto& sink) { return sink->recall() != SinkRecall::kNothing; });
}

}  // namespace weir
