#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bind/bound_app.h"
#include "json/row_writer.h"
#include "plan/planner.h"
#include "runtime/batch_codec.h"
#include "state/dead_letters.h"

namespace weir {

// The streams whose rows the sinks of an app take, one for each sink that is wanted, in the order
// of SinkSet. What @OnError(action='STORE') puts away has a sink of its own.
std::vector<OutputRequest> SinkRequests(const BoundApp& app, bool (*wanted)(const SinkSpec&));

// Tells the sinks of a stream apart: the type, and from the second of it on a number.
std::string ShortSinkName(const BoundStream& stream, size_t sink);

// Whether any event of the app may become a dead letter; says which stream is the first.
std::optional<std::string> StreamWithDeadLetters(const BoundApp& app);

// The sinks of an app: rows go in, records come out at the other end.
class SinkSet {
 public:
  using Wanted = bool (*)(const SinkSpec&);
  // Makes those that are wanted, without opening them.
  // `letters` takes dead letters and outlives the set; null: only @OnError asks for it, and then
  // the user is told instead.
  Status Make(const BoundApp& app, const TransportPlace& surroundings, Wanted wanted,
              DeadLetterWriter* letters);
  Status Open();

  // Before the first row of an epoch goes to a sink, `gate` is asked; what fails there stops all.
  void set_gate(std::function<Status()> gate) { gate_ = std::move(gate); }
  void BeginEpoch() { gate_asked_ = false; }

  // Takes a row of SinkRequests()[sink].
  void Write(uint32_t sink, const Chunk& chunk, uint32_t row);
  Status Flush();
  // Waits until everything is gone, and tells how many rows nobody took. Only the first call does.
  Status Close();

  // Rows that could not be delivered and go to fault streams (on.error='STREAM').
  //
  // Whether there may be any.
  bool has_fault_streams() const { return !fault_streams_.empty(); }
  // Appends some of them to a batch of the streams `formats`, each a message of its own.
  void TakeFaults(const StreamFormats& formats, MessageBatch* batch);
  // There is something to take.
  bool HasFaults();
  // Readable when rows of a sink may have been lost.
  const std::vector<int>& lost_fds() const { return lost_fds_; }
  // After Flush: waits until it is known what becomes of all rows.
  void Await();

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
  // The app is another one from now on, in the same run: what Load gives is older than what is here
  // and is passed over, and so is SkipDelivered.
  void GoOn() { goes_on_ = true; }
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
  // What a row was, for where it goes if it is not delivered.
  struct Event {
    TimeMs timestamp = 0;
    std::string json;           // on.error='STORE'
    std::vector<Value> values;  // on.error='STREAM'
    std::string refusal;        // not empty: the sink did not take it
    void Save(StateWriter& out) const;
    void Load(StateReader& in);
  };
  // A row that may not have left the process yet.
  struct Unsettled {
    uint64_t number = 0;
    std::string bytes;
    std::unique_ptr<Event> event = nullptr;  // null: it is dropped if it is not delivered
  };
  struct One {
    std::string stream;
    std::unique_ptr<Encoder> encoder;
    std::unique_ptr<Sink> sink;
    const char* type = "";
    std::string short_name;
    uint64_t dropped = 0;
    bool sequence = false;            // the record begins with the number of its row
    std::string name;                 // the same in every run
    uint64_t rows = 0;                // that there were so far, in all processes
    uint64_t known = 0;               // so many have left
    std::deque<Unsettled> unsettled;  // rows behind those that have left, in order
    uint64_t trimmed = 0;             // of what the sink has settled
    SinkOnError on_error = SinkOnError::kLog;
    std::unique_ptr<RowWriter> events;  // on.error='STORE'
    std::deque<LostRecords> lost;       // of what is not trimmed yet

    bool diverts() const {
      return on_error == SinkOnError::kStream || on_error == SinkOnError::kStore;
    }
  };
  // What a state has of a sink.
  struct Saved {
    uint64_t rows = 0;
    uint64_t known = 0;
    std::string place;
    std::vector<std::pair<uint64_t, std::string>> unsettled;  // numbers and bytes
    void Save(StateWriter& out) const { out.Write(rows, known, place, unsettled); }
    void Load(StateReader& in) { in.Read(rows, known, place, unsettled); }
  };
  bool HasRecall(SinkRecall recall) const;
  bool Remembers(const One& one) const {
    return one.diverts() || (keeps_state_ && one.sink->recall() == SinkRecall::kCount);
  }
  Status MakeOne(const BoundStream& stream, size_t sink, TransportPlace place);
  void AddLetterSink(const BoundStream& faults, const TransportPlace& place);
  std::unique_ptr<Event> Remember(const One& one, const Chunk& chunk, uint32_t row);
  void Number(const One& one);
  void Hand(One* one, const SinkRecord& record);
  // Forgets rows whose fate is known. Those that were lost become dead letters, or `take` gets them
  // (false: no more now), without which nothing is done for a fault stream.
  using TakeFault = std::function<bool(const Event&, const std::string& why)>;
  void Trim(One* one, const TakeFault& take = nullptr);
  void TrimLast(One* one);
  static void LoadUnsettled(const Saved& saved, std::vector<Event>& events, One* one);
  static std::string WhyLost(One* one, uint64_t record);
  static void NoteLost(One* one);
  bool Divert(One* one, const Unsettled& row, const std::string& why, const TakeFault& take);
  Status PutAway(const One& one, const Unsettled& row, const std::string& why);
  Status FlushLetters();
  void ReportDropped(One* one, const Status& status);

  std::vector<One> sinks_;
  DeadLetterWriter* letters_ = nullptr;
  bool has_new_letters_ = false;
  std::vector<std::string> fault_streams_;  // of on.error='STREAM', by sink; else empty
  std::vector<int> lost_fds_;
  std::function<void(std::string_view)> report_;
  std::function<Status()> gate_;
  bool gate_asked_ = false;
  bool keeps_state_ = false;
  bool goes_on_ = false;
  bool closed_ = false;
  TextBuffer record_;
  TextBuffer json_;
  Status status_;
};

}  // namespace weir
