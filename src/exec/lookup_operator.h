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

// Keeps what the look-up finds, from the kFindAdd and kFindRemove rows of its table. Emits nothing.
// Only for islands: it has to see a change before those who ask go on.
std::unique_ptr<Operator> MakeLookupTableOperator(std::shared_ptr<TableLookup> lookup);

}  // namespace weir
