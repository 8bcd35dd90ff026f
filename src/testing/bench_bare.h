#pragma once

#include <cstdint>
#include <string>

namespace weir {

// Runs the bare JSON loop (json/bare_scan.h) over a file of stock events; the number of events, or
// 0 if the file cannot be read.
uint64_t BareScanEvents(const std::string& path);

}  // namespace weir
