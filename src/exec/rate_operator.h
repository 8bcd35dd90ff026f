#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "exec/step_operator.h"

namespace weir {

// `output [all|first|last|snapshot] every (n events | t)`.
struct RateSpec {
  enum class Kind { kAll, kFirst, kLast, kSnapshot } kind = Kind::kAll;
  // Exactly one is set, and it is at least 1.
  std::optional<uint64_t> every_events;
  std::optional<TimeMs> every_ms;
  // Rows come with the query's output columns and, behind them, the group by values.
  SchemaPtr input;
  size_t output_columns = 0;
  // Snapshots only: the query keeps events in a window; which output columns hold aggregates.
  bool windowed = false;
  std::vector<bool> aggregate_columns;
};

// Limits how often a query's output leaves it; drops the group by columns. Times are those of the
// event clock: ticks come at the start of the app plus whole multiples of the interval. Rows keep
// their timestamps; what leaves together is one emission. A multi_emitter.
std::unique_ptr<Operator> MakeRateOperator(OrderPlace place, RateSpec spec);

}  // namespace weir
