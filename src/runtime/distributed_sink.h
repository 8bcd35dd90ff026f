#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "bind/bound_app.h"

namespace weir {

// `@distribution`: deals records out to several sinks of one type.
class DistributedSink final : public Sink {
 public:
  // `follows`: it is asked what became of its records.
  DistributedSink(SinkStrategy strategy, std::optional<uint32_t> partition_key,
                  std::vector<std::unique_ptr<Sink>> sinks, bool follows);

  Status Open() override;
  // Round robin passes over those that take nothing; broadcast is a success if anybody takes it.
  Status Write(const SinkRecord& record) override;
  Status Flush() override;
  void Await() override;
  Status Close() override;
  uint64_t delivered() const override;
  // As of the last Flush, Await, Close or TakeLost.
  uint64_t settled() const override { return settled_; }
  // Lost is what none of those has who took it.
  std::vector<LostRecords> TakeLost() override;
  SinkRecall recall() const override { return sinks_[0]->recall(); }
  // Records cannot be dealt out without their rows.
  bool needs_rows() const { return strategy_ == SinkStrategy::kPartitioned; }

 private:
  // A record at one of the sinks, which has given it that number.
  struct Part {
    uint32_t sink;
    uint64_t number;
    bool last;  // of the record
  };
  struct Follower {
    uint64_t taken = 0;
    uint64_t settled = 0;
    std::deque<LostRecords> lost;
  };

  size_t PlaceOf(const SinkRecord& record);
  Status WriteTo(size_t sink, const SinkRecord& record);
  void Settle();
  bool SettleFirst();
  std::string WhyLost(const Part& part);

  SinkStrategy strategy_;
  std::optional<uint32_t> partition_key_;
  std::vector<std::unique_ptr<Sink>> sinks_;
  const bool follows_;
  size_t next_ = 0;
  TextBuffer key_;
  std::vector<Follower> followers_;  // by sink
  std::deque<Part> parts_;           // of records that are not settled, in order
  uint64_t settled_ = 0;
  std::vector<LostRecords> lost_;  // not taken yet
};

// The sink of an app, with all its destinations. `lost_fds`: of those is readable what has lost
// something; may be null.
Result<std::unique_ptr<Sink>> MakeSink(const BoundSink& bound, const TransportPlace& place,
                                       std::vector<int>* lost_fds);

}  // namespace weir
