#include "runtime/distributed_sink.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "io/value_text.h"

namespace weir {
namespace {

bool IsFailure(const Status& status) {
  return !status.ok() && status.code() != StatusCode::kNotFound;
}

}  // namespace

DistributedSink::DistributedSink(SinkStrategy strategy, std::optional<uint32_t> partition_key,
                                 std::vector<std::unique_ptr<Sink>> sinks, bool follows)
    : strategy_(strategy),
      partition_key_(partition_key),
      sinks_(std::move(sinks)),
      follows_(follows),
      followers_(sinks_.size()) {}

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

Status DistributedSink::WriteTo(size_t sink, const SinkRecord& record) {
  Status status = sinks_[sink]->Write(record);
  if (status.ok() && follows_) {
    parts_.push_back({static_cast<uint32_t>(sink), ++followers_[sink].taken, /*last=*/false});
  }
  return status;
}

Status DistributedSink::Write(const SinkRecord& record) {
  const bool partitioned = strategy_ == SinkStrategy::kPartitioned;
  Status last;
  bool taken = false;
  for (size_t i = 0; i < (partitioned ? 1 : sinks_.size()); ++i) {
    const size_t at = partitioned                             ? PlaceOf(record)
                      : strategy_ == SinkStrategy::kBroadcast ? i
                                                              : next_++ % sinks_.size();
    const Status status = WriteTo(at, record);
    if (IsFailure(status)) return status;
    if (!status.ok()) last = status;
    taken |= status.ok();
    if (taken && strategy_ == SinkStrategy::kRoundRobin) break;
  }
  if (taken && follows_) parts_.back().last = true;
  return taken ? Status::Ok() : last;
}

Status DistributedSink::Flush() {
  for (const auto& sink : sinks_) {
    const Status status = sink->Flush();
    if (IsFailure(status)) return status;
  }
  Settle();
  return Status::Ok();
}

void DistributedSink::Await() {
  for (const auto& sink : sinks_) sink->Await();
  Settle();
}

Status DistributedSink::Close() {
  Status first;
  for (const auto& sink : sinks_) {
    const Status status = sink->Close();
    if (first.ok()) first = status;
  }
  Settle();
  return first;
}

uint64_t DistributedSink::delivered() const {
  uint64_t sum = 0;
  for (const auto& sink : sinks_) sum += sink->delivered();
  return sum;
}

std::vector<LostRecords> DistributedSink::TakeLost() {
  Settle();
  return std::exchange(lost_, {});
}

// What is settled is asked for first: then it is known whether it was lost.
void DistributedSink::Settle() {
  if (!follows_) return;
  for (size_t i = 0; i < sinks_.size(); ++i) {
    followers_[i].settled = sinks_[i]->settled();
    for (LostRecords& lost : sinks_[i]->TakeLost()) followers_[i].lost.push_back(std::move(lost));
  }
  while (SettleFirst()) continue;
}

bool DistributedSink::SettleFirst() {
  size_t count = 0;
  for (bool last = false; !last; ++count) {
    if (count == parts_.size()) return false;
    const Part& part = parts_[count];
    if (part.number > followers_[part.sink].settled) return false;
    last = part.last;
  }
  std::string why;
  bool lost = true;
  for (; count > 0; --count) {
    why = WhyLost(parts_.front());
    lost &= !why.empty();
    parts_.pop_front();
  }
  ++settled_;
  if (lost) lost_.push_back({settled_, 1, std::move(why)});
  return true;
}

// Empty if it was not lost. To be asked for in the order of each sink's numbers.
std::string DistributedSink::WhyLost(const Part& part) {
  std::deque<LostRecords>& all = followers_[part.sink].lost;
  while (!all.empty() && part.number >= all.front().first + all.front().count) all.pop_front();
  return !all.empty() && part.number >= all.front().first ? all.front().why : "";
}

Result<std::unique_ptr<Sink>> MakeSink(const BoundSink& bound, const TransportPlace& place,
                                       std::vector<int>* lost_fds) {
  std::vector<std::unique_ptr<Sink>> made;
  for (const Options& options : bound.destinations) {
    Result<std::unique_ptr<Sink>> sink = bound.spec->make(options, place);
    if (!sink.ok()) return sink.status();
    made.push_back(std::move(sink).value());
    const int lost_fd = made.back()->lost_fd();
    if (lost_fds != nullptr && lost_fd >= 0) lost_fds->push_back(lost_fd);
  }
  if (made.size() == 1) return std::move(made[0]);
  const bool follows = place.tells_lost || place.keeps_state;
  return std::unique_ptr<Sink>(std::make_unique<DistributedSink>(
      bound.strategy, bound.partition_key, std::move(made), follows));
}

}  // namespace weir
