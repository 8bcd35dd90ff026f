#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "catalog/aggregate.h"
#include "exec/operator.h"
#include "exec/query_faults.h"
#include "expr/expr.h"

namespace weir {

struct AggregateCall {
  std::unique_ptr<Aggregator> aggregator;
  std::vector<ExprPtr> arguments;  // over the input columns
  Type result;
  bool keeps_forever = false;
  std::string description;  // `sum(price)`, for plans
};

struct OrderByKey {
  ExprPtr value;
  bool ascending = true;  // nulls come last in either direction
};

// `select distinct`: of rows with the same values, the first is kept.
enum class Distinct {
  kNo,
  kOfEmission,  // the first of one emission; current and expired rows are told apart
  kForever,     // the first ever
};

// Schemas of the rows that a select clause works with, made by the first of its operators.
struct SelectSchemas {
  SchemaPtr extended;      // the input, then the aggregates
  SchemaPtr with_outputs;  // and then the outputs
};

// The select clause of a query. Expressions below see an extended row: the input columns, then one
// column per aggregate call, then (having and order by only) the projected output columns.
struct SelectSpec {
  SchemaPtr input;
  SchemaPtr output;
  std::vector<ExprPtr> projections;
  std::vector<ExprPtr> group_by;  // over the input columns
  // The input column with the number of a partition's key (exec/partition_split.h): every key has
  // aggregates of its own. Absent: no key.
  std::optional<uint32_t> key_column = std::nullopt;
  std::vector<AggregateCall> aggregates;
  ExprPtr having;  // null: every row passes
  Distinct distinct = Distinct::kNo;
  size_t distinct_columns = 0;  // so many outputs, the first ones, make two rows the same
  std::vector<OrderByKey> order_by;
  std::optional<uint64_t> limit;
  uint64_t offset = 0;
  bool emits_current = true;
  bool emits_expired = false;
  // Every passing row is emitted, also with aggregates or group by: what snapshot output reads.
  bool every_row = false;
  // Only the last passing row of an emission, also without aggregates or group by.
  bool last_row = false;
  // Shared by the operators that the keys of a partition have for the clause; null: it has one.
  std::shared_ptr<SelectSchemas> schemas;
  // Takes rows that fail; null: nothing can fail, or a value that fails is null.
  std::shared_ptr<QueryFaults> faults = nullptr;
  std::optional<uint32_t> number_column = std::nullopt;  // of the input; see QueryFaults::Take
};

// Rows in, rows of the query's output out, with kinds kept and reset rows consumed. With an
// aggregate or group by, one emission gives only its last passing row (of each group, in order of
// the groups' first passing row); else every passing row. Order by, offset and limit apply within
// one emission. Keys and timestamps are those of the row that gave the output.
std::unique_ptr<Operator> MakeSelectOperator(SelectSpec spec);

// Keeps the current and expired rows for which `condition` (bool, over the input columns) is true.
// Rows of other kinds pass: a reset has no values, and what a join finds is not filtered.
// Rows for which the condition fails are dropped.
struct FilterSpec {
  ExprPtr condition;
  std::shared_ptr<QueryFaults> faults = nullptr;  // as in SelectSpec
  std::optional<uint32_t> number_column = std::nullopt;
};
std::unique_ptr<Operator> MakeFilterOperator(FilterSpec spec);

// What `insert into` does: every row becomes a current row of the target stream's schema.
std::unique_ptr<Operator> MakeInsertOperator(SchemaPtr target);

// Several writers of one stream: merges by key and changes nothing else.
std::unique_ptr<Operator> MakeUnionOperator(SchemaPtr schema);

}  // namespace weir
