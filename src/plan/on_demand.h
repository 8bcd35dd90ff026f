#pragma once

#include <vector>

#include "bind/on_demand_binder.h"
#include "plan/planner.h"

namespace weir {

// What an app holds between two epochs; see Plan.
struct FoundInApp {
  std::vector<FoundRows> rows;
  std::vector<std::shared_ptr<Aggregation>> aggregations;
};

// A write of the rows that a question selects, still without them.
Table::Asked WriteOnDemand(const BoundOnDemand& query, const BoundApp& app, const FoundInApp& found,
                           TimeMs clock);

// The rows a question selects from what the app holds between two epochs, at `clock`. A write is
// not done; see Table::Asked. Fails if an aggregation is asked for buckets that make no sense.
Result<std::vector<Chunk>> SelectOnDemand(const BoundOnDemand& query, const BoundApp& app,
                                          const FoundInApp& found, TimeMs clock,
                                          uint64_t next_message);

}  // namespace weir
