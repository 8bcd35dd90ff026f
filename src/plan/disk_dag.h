#pragma once

#include <memory>

#include "exec/dag.h"
#include "exec/disk_tables.h"

namespace weir {

// A graph whose tables on disk take over what an epoch changed once the epoch has run. If reading
// or writing them fails, the graph fails, and nothing of that epoch comes out.
std::unique_ptr<Dag> MakeDiskDag(std::unique_ptr<Dag> dag, std::shared_ptr<DiskTables> tables);

}  // namespace weir
