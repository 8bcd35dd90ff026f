#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace weir {

// What the fastest plain loop over a file of stock events finds: the yardstick of the benchmarks.
struct BareScanTotals {
  uint64_t events = 0;
  uint64_t symbol_bytes = 0;
  double price = 0;
  int64_t volume = 0;
  int64_t ts = 0;
};

// Reads `path` in blocks of 1 MiB and extracts symbol, price, volume and ts of every line with
// simdjson on-demand, nothing else.
Result<BareScanTotals> BareScan(const std::string& path);

}  // namespace weir
