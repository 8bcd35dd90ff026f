#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/net_loop.h"
#include "net/outgoing.h"

namespace weir {

// The part of a sink that lives on the loop's thread: it owns the sockets.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // Engine's thread, before Start.
  virtual Status Open() = 0;
  virtual void Start() = 0;
  // Engine's thread, while no piece is on its way: writes what it can itself, and tells how much
  // that was and to which peer.
  virtual size_t WriteAtOnce(std::string_view /*bytes*/, uint64_t* /*peer*/) { return 0; }
  // Sends the piece, or gives it up by letting go of it.
  virtual void Send(std::shared_ptr<Outgoing::Piece> piece) = 0;
  virtual void Stop() = 0;
};

// What sinks over sockets share: they wait for the first connection, hold a bounded number of
// bytes, and wait at the end for what is on its way. How records become bytes is left to them.
class OutgoingSink : public Sink {
 public:
  ~OutgoingSink() override;  // stops the carrier

  Status Open() override;
  Status Flush() override;
  void Await() override;
  Status Close() override;
  uint64_t delivered() const override { return outgoing_->delivered(); }
  SinkRecall recall() const override { return SinkRecall::kCount; }
  uint64_t settled() const override { return outgoing_->settled(); }
  std::vector<LostRecords> TakeLost() override { return outgoing_->TakeLost(); }
  int lost_fd() const override { return outgoing_->lost_fd(); }

 protected:
  struct Manner {
    bool connects = true;      // else others do
    bool needs_peers = false;  // a piece is made only when somebody is connected, if the sink waits
    TimeMs patience_ms = 0;    // with what is on its way
  };
  OutgoingSink(const TransportPlace& place, std::shared_ptr<NetLoop> loop, size_t queue_bytes);
  // Once, by the constructor.
  void SetCarrier(std::shared_ptr<Carrier> carrier, const Manner& manner);

  // The bytes of all records since the last call, at least one.
  virtual std::string TakeBytes() = 0;

  void CountRecord() { ++records_; }
  uint64_t records() const { return records_; }  // that TakeBytes would give
  const TransportPlace& place() const { return place_; }
  const std::shared_ptr<NetLoop>& loop() const { return loop_; }
  const std::shared_ptr<Outgoing>& outgoing() const { return outgoing_; }
  void Report(const std::string& what) const;

 private:
  void TellLost(bool at_end);

  const TransportPlace place_;
  std::shared_ptr<NetLoop> loop_;  // ends after what lives on it
  std::shared_ptr<Outgoing> outgoing_;
  std::shared_ptr<Carrier> carrier_;
  Manner manner_;
  uint64_t records_ = 0;
  uint64_t told_lost_ = 0;
};

}  // namespace weir
