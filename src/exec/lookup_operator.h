#pragma once

#include <memory>
#include <vector>

#include "exec/join_operator.h"

namespace weir {

// `condition in Table`: whether some row of the table satisfies the condition.
struct LookupSpec {
  // Equality part: keys[i] over the arriving rows equals keys[i] over the table's.
  std::vector<ExprPtr> row_keys;
  std::vector<ExprPtr> table_keys;
  ExprPtr residual;  // over the arriving columns and then the table's; null: none
  SchemaPtr table;
};

// Port 0: rows, which pass with one more bool column for each look-up; port i + 1: what the i-th
// look-up finds, as kFindAdd and kFindRemove rows.
std::unique_ptr<Operator> MakeLookupOperator(SchemaPtr rows, std::vector<LookupSpec> lookups,
                                             SchemaPtr output);

}  // namespace weir
