#pragma once

#include <memory>
#include <vector>

#include "catalog/aggregate.h"
#include "catalog/window_condition.h"
#include "expr/expr.h"

namespace weir {

// A bound condition over a run of rows of `schema`, with n attributes. Its columns are those of the
// last row (0..n-1), those of the first row (n..2n-1), the timestamps of the first and the last row
// (2n, 2n+1), and the values of the aggregates.
struct RowConditionSpec {
  struct Aggregate {
    std::vector<ExprPtr> arguments;  // over the attributes of one row
    std::unique_ptr<Aggregator> state;
    Type type;
  };

  SchemaPtr schema;
  ExprPtr condition;
  std::vector<Aggregate> aggregates;
};

std::unique_ptr<WindowCondition> MakeRowCondition(RowConditionSpec spec);

}  // namespace weir
