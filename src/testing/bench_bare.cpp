#include "testing/bench_bare.h"

#include "json/bare_scan.h"

namespace weir {

uint64_t BareScanEvents(const std::string& path) {
  const auto totals = BareScan(path);
  return totals.ok() ? totals.value().events : 0;
}

}  // namespace weir
