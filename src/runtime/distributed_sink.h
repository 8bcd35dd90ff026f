#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "bind/bound_app.h"

namespace weir {

// `@distribution`: deals records out to several sinks.
class DistributedSink final : public Sink {
 public:
  DistributedSink(SinkStrategy strategy, std::optional<uint32_t> partition_key,
                  std::vector<std::unique_ptr<Sink>> sinks)
      : strategy_(strategy), partition_key_(partition_key), sinks_(std::move(sinks)) {}

  Status Open() override;
  // Round robin passes over those that take nothing; broadcast is a success if anybody takes it.
  Status Write(const SinkRecord& record) override;
  Status Flush() override;
  Status Close() override;
  uint64_t delivered() const override;
  // One of them knows what it took; what all have taken has no order.
  bool has_memory() const;

 private:
  size_t PlaceOf(const SinkRecord& record);

  SinkStrategy strategy_;
  std::optional<uint32_t> partition_key_;
  std::vector<std::unique_ptr<Sink>> sinks_;
  size_t next_ = 0;
  TextBuffer key_;
};

}  // namespace weir
