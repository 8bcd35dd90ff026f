#pragma once

#include <memory>
#include <vector>

#include "exec/step_operator.h"
#include "exec/table_lookup.h"

namespace weir {

// Port 0: rows, which pass with one more bool column for each look-up; port i + 1: what the i-th
// look-up finds, as kFindAdd and kFindRemove rows.
std::unique_ptr<Operator> MakeLookupOperator(SchemaPtr rows, std::vector<LookupSpec> lookups,
                                             SchemaPtr output);

}  // namespace weir
