#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bind/bound_app.h"
#include "plan/planner.h"

namespace weir {

// The streams whose rows the sinks of an app take, one for each sink that is wanted, in the order
// of SinkSet.
std::vector<OutputRequest> SinkRequests(const BoundApp& app, bool (*wanted)(const SinkSpec&));

// The sinks of an app: rows go in, records come out at the other end.
class SinkSet {
 public:
  using Wanted = bool (*)(const SinkSpec&);
  // Makes those that are wanted, without opening them.
  Status Make(const BoundApp& app, const TransportPlace& surroundings, Wanted wanted);
  Status Open();

  // Takes a row of SinkRequests()[sink].
  void Write(uint32_t sink, const Chunk& chunk, uint32_t row);
  Status Flush();
  // Waits until everything is gone, and tells how many rows nobody took.
  Status Close();

  size_t size() const { return sinks_.size(); }
  // Not ok once a sink has failed for good.
  const Status& status() const { return status_; }

 private:
  struct One {
    std::string stream;
    std::unique_ptr<Encoder> encoder;
    std::unique_ptr<Sink> sink;
    const char* type = "";
    uint64_t dropped = 0;
  };
  void ReportDropped(One* one, const Status& status);

  std::vector<One> sinks_;
  std::function<void(std::string_view)> report_;
  TextBuffer record_;
  Status status_;
};

}  // namespace weir
