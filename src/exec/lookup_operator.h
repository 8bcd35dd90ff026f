#pragma once

#include <memory>
#include <vector>

#include "exec/step_operator.h"
#include "exec/table_lookup.h"

namespace weir {

// Port 0: rows, which pass with one more bool column for each look-up; from port 1 on: the tables
// of the look-ups (see LookupPort), as kFindAdd and kFindRemove rows.
std::unique_ptr<Operator> MakeLookupOperator(SchemaPtr rows, std::vector<LookupSpec> lookups,
                                             SchemaPtr output);

// Keeps what the look-up finds in table `table` of its tables, from kFindAdd and kFindRemove rows;
// that of table 0 has the state of all. Emits nothing. Only for islands: it has to see a change
// before those who ask go on.
std::unique_ptr<Operator> MakeLookupTableOperator(std::shared_ptr<TableLookup> lookup,
                                                  size_t table);

}  // namespace weir
