#pragma once

#include <string>

#include "exec/aggregation_operator.h"
#include "plan/lowering.h"

namespace weir {

AggregationSpec LowerAggregation(const BoundAggregation& aggregation);

// `A by ts: symbol, avg(price) as average group by symbol; sec, min`.
std::string DescribeAggregation(const BoundAggregation& aggregation);

// The columns that a join with an aggregation needs of both sides, and where those of the whole
// join went.
struct JoinColumns {
  ColumnSubset rows;
  ColumnSubset found;
  std::vector<uint32_t> mapping;
};
JoinColumns ColumnsOfJoin(const BoundApp& app, const BoundQuery& query,
                          const BoundAggregationJoin& join, bool optimize);

// What the aggregation's node has to know of a query that joins it.
AggregationReader LowerReader(const BoundApp& app, const BoundQuery& query,
                              const BoundAggregationJoin& join, bool optimize);

}  // namespace weir
