#pragma once

#include <memory>
#include <vector>

#include "catalog/stream_function.h"
#include "exec/operator.h"
#include "exec/query_faults.h"
#include "expr/expr.h"

namespace weir {

struct StreamFunctionNode {
  std::unique_ptr<StreamFunction> function;
  std::vector<ExprPtr> arguments;   // over the rows that arrive
  std::vector<Attribute> appended;  // behind the columns of the rows
  SchemaPtr output;                 // the arriving attributes, then the appended ones
  std::shared_ptr<EventLog> log;
  std::shared_ptr<QueryFaults> faults;
  std::optional<uint32_t> number_column;  // of the arriving rows; see QueryFaults::Take
};

// Hosts a stream function: calls it for every current and expired row (and for rows that a join
// finds). Resets pass with nulls appended.
std::unique_ptr<Operator> MakeStreamFunctionOperator(StreamFunctionNode node);

}  // namespace weir
