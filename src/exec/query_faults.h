#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/row_faults.h"
#include "catalog/stream_function.h"
#include "exec/event_log.h"
#include "exec/operator.h"

namespace weir {

// Takes what fails at run time while one query processes rows. Shared by the query's operators.
class QueryFaults {
 public:
  // `kept`: some stream that the query reads has a fault stream, so faults are kept until its
  // FaultOperator takes them; else they are told to the user at once.
  QueryFaults(std::string query, bool kept, std::shared_ptr<EventLog> log)
      : query_(std::move(query)), kept_(kept), log_(std::move(log)) {}

  struct Fault {
    OrderKey key;  // of the step in which it happened
    TimeMs timestamp;
    std::optional<uint32_t> number;  // of the row in its emission, if that is known
    std::string message;
  };

  // Empties `faults`, which are of rows of the chunk, and gives the rows that remain.
  // `number_column`: where rows carry their number in the emission of the stream.
  Selection Take(const Chunk& chunk, std::optional<uint32_t> number_column, RowFaults* faults);

  std::vector<Fault>& kept() { return faults_; }
  // In lockstep, where what follows from an emission is done before the next: brackets the work on
  // one emission of a stream, and tells how many of the kept faults are older. Emissions nest.
  void BeginEmission() { open_.push_back(faults_.size()); }
  size_t EndEmission();
  // What is left at the end of an epoch was caused by timers, or by a stream without a fault
  // stream.
  void TellAll();
  // Tells the user about a fault that no fault stream takes.
  void Tell(const Fault& fault);
  const std::string& query() const { return query_; }

 private:
  std::string query_;
  bool kept_;
  std::shared_ptr<EventLog> log_;
  std::vector<Fault> faults_;
  std::vector<size_t> open_;  // by emission that is worked on: the faults before it
};

// Appends to each row its number among the rows of its emission.
std::unique_ptr<StreamFunction> MakeRowNumbers();

// Port 0: the rows of a stream as the query gets them. Port 1: the query's output, of which nothing
// is taken: it makes the query come first. Gives the rows of the stream that failed in the query,
// with the error behind their attributes, after all that the query emitted in that step. Where it
// is not known which row of a message failed (behind windows, joins and patterns), all are given. A
// multi_emitter. Without an output schema it tells the user instead.
std::unique_ptr<Operator> MakeFaultOperator(SchemaPtr output, std::shared_ptr<QueryFaults> faults);

// The same for a query in lockstep, in two parts. The first passes on the rows of its port 0, to
// the query and then to the second; nothing is taken from a port 1 of either.
std::unique_ptr<Operator> MakeFaultBeginOperator(std::shared_ptr<QueryFaults> faults);
std::unique_ptr<Operator> MakeFaultEndOperator(SchemaPtr output,
                                               std::shared_ptr<QueryFaults> faults);

}  // namespace weir
