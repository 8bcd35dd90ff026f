#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bind/bound_app.h"
#include "plan/planner.h"
#include "runtime/batch_codec.h"

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

  // Before the first row of an epoch goes to a sink, `gate` is asked; what fails there stops all.
  void set_gate(std::function<Status()> gate) { gate_ = std::move(gate); }
  void BeginEpoch() { gate_asked_ = false; }

  // Takes a row of SinkRequests()[sink].
  void Write(uint32_t sink, const Chunk& chunk, uint32_t row);
  Status Flush();
  // Waits until everything is gone, and tells how many rows nobody took. Only the first call does.
  Status Close();

  size_t size() const { return sinks_.size(); }
  // Not ok once a sink has failed for good.
  const Status& status() const { return status_; }

  // For a run that may go on in another process.
  //
  // Rows are remembered from now on until they have left the process. Before Open. kNotSupported
  // if one of the sinks cannot be part of such a run.
  Status KeepState();
  // After Flush.
  void Save(StateWriter& out) const;
  // Rows that had not left the process wait for SkipDelivered; files go back to where they were.
  void Load(StateReader& in);
  // Nothing was saved.
  Status BeginAnew();
  // How many rows have left the process, by sink; newer than what Save wrote.
  std::vector<InputPosition> Positions();
  // What is known to have left is not written again; what waits is written now.
  Status SkipDelivered(const std::vector<InputPosition>& positions);
  // A place to go back to is to be saved before anything is written.
  bool has_places() const { return HasRecall(SinkRecall::kPlace); }
  // How much has left is to be saved after Close.
  bool has_counts() const { return HasRecall(SinkRecall::kCount); }
  // What was flushed is on disk. May be called by another thread.
  Status Sync() const;

 private:
  // A row that may not have left the process yet.
  struct Unsettled {
    uint64_t number;
    std::string bytes;
    void Save(StateWriter& out) const { out.Write(number, bytes); }
    void Load(StateReader& in) { in.Read(number, bytes); }
  };
  struct One {
    std::string stream;
    std::unique_ptr<Encoder> encoder;
    std::unique_ptr<Sink> sink;
    const char* type = "";
    uint64_t dropped = 0;
    bool sequence = false;            // the record begins with the number of its row
    std::string name;                 // the same in every run
    uint64_t rows = 0;                // that there were so far, in all processes
    uint64_t known = 0;               // so many have left
    std::deque<Unsettled> unsettled;  // rows behind those that have left, in order
    uint64_t trimmed = 0;             // of what the sink has settled
  };
  // What a state has of a sink.
  struct Saved {
    uint64_t rows = 0;
    uint64_t known = 0;
    std::string place;
    std::vector<Unsettled> unsettled;
    void Save(StateWriter& out) const { out.Write(rows, known, place, unsettled); }
    void Load(StateReader& in) { in.Read(rows, known, place, unsettled); }
  };
  bool HasRecall(SinkRecall recall) const;
  bool Remembers(const One& one) const {
    return keeps_state_ && one.sink->recall() == SinkRecall::kCount;
  }
  void Number(const One& one);
  void Hand(One* one, const SinkRecord& record);
  static void Trim(One* one);
  void ReportDropped(One* one, const Status& status);

  std::vector<One> sinks_;
  std::function<void(std::string_view)> report_;
  std::function<Status()> gate_;
  bool gate_asked_ = false;
  bool keeps_state_ = false;
  bool closed_ = false;
  TextBuffer record_;
  Status status_;
};

}  // namespace weir
