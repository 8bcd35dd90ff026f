#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/aggregation_store.h"
#include "exec/step_operator.h"

namespace weir {

// An aggregation while its app runs: shared by the operator that fills it and whoever asks between
// epochs.
struct Aggregation {
  explicit Aggregation(AggregationSpec spec) : store(std::move(spec)) {}

  AggregationStore store;
  uint64_t rows_without_time = 0;  // left out
  uint64_t refused_reads = 0;      // of joins; what was wrong with the first one:
  std::string first_refusal;

  void Save(StateWriter& out) const {
    out.Write(store, rows_without_time, refused_reads, first_refusal);
  }
  void Load(StateReader& in) { in.Read(store, rows_without_time, refused_reads, first_refusal); }
};

// A join that reads an aggregation: every current and expired row that arrives gives one emission
// with the buckets it asks for.
struct AggregationReader {
  SchemaPtr rows;           // what arrives
  bool has_window = false;  // false: a row expires at once, and a reset follows
  bool needs_expired = false;
  bool keeps_unmatched = false;
  bool rows_first = true;  // the arriving row's columns stand before the aggregation's
  // Over the arriving rows.
  ExprPtr within_begin;
  ExprPtr within_end;  // null: within_begin is a pattern
  ExprPtr per;
  std::vector<uint32_t> columns;  // of the aggregation's output, ascending
  ExprPtr on;                     // over `output`; null: every bucket
  // Also tells this reader's chunks from those of others: every reader has its own.
  SchemaPtr output;
};

// Hosts an aggregation: port 0 takes its rows, port i + 1 those of readers[i], so that a read sees
// exactly the rows before it in the order of everything. What readers find leaves through one
// output, chunk by chunk; MakeReaderOutputOperator picks those of one reader. A multi_emitter.
std::unique_ptr<Operator> MakeAggregationOperator(OrderPlace place,
                                                  std::shared_ptr<Aggregation> aggregation,
                                                  std::vector<AggregationReader> readers);

// Answers the rows of port 0 as the reader asks, for one key of a partition. What it finds is what
// is there when they arrive, so both have to run in lockstep with the operator that hosts the
// aggregation; of the aggregation's state this one keeps nothing.
std::unique_ptr<Operator> MakeBucketsOperator(OrderPlace place,
                                              std::shared_ptr<Aggregation> aggregation,
                                              AggregationReader reader);

// Passes the chunks that have exactly this schema object.
std::unique_ptr<Operator> MakeReaderOutputOperator(SchemaPtr schema);

}  // namespace weir
