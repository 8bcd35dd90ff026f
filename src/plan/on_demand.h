#pragma once

#include <vector>

#include "bind/on_demand_binder.h"
#include "plan/planner.h"

namespace weir {

// The rows a question selects from what the app holds between two epochs, at `clock`. A write is
// not done; see Table::Asked.
std::vector<Chunk> SelectOnDemand(const BoundOnDemand& query, const BoundApp& app,
                                  const std::vector<FoundRows>& found, TimeMs clock,
                                  uint64_t next_message);

}  // namespace weir
