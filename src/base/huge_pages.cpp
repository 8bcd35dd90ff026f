#include "base/huge_pages.h"

#include <sys/mman.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace weir {
namespace {

constexpr int kCollapse = 25;  // MADV_COLLAPSE, which the C library's headers do not name yet
constexpr uint64_t kHugeBytes = uint64_t{2} << 20;

struct Mapping {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t resident_kb = 0;
  uint64_t huge_kb = 0;
  bool is_advised = false;
};

// The mappings of this process; empty where they cannot be read.
std::vector<Mapping> ReadMappings() {
  std::vector<Mapping> mappings;
  std::ifstream file("/proc/self/smaps");
  for (std::string line; std::getline(file, line);) {
    Mapping head;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " ", &head.begin, &head.end) == 2) {
      mappings.push_back(head);
      continue;
    }
    if (mappings.empty()) continue;
    Mapping& mapping = mappings.back();
    std::sscanf(line.c_str(), "Rss: %" SCNu64 " kB", &mapping.resident_kb);
    std::sscanf(line.c_str(), "AnonHugePages: %" SCNu64 " kB", &mapping.huge_kb);
    const std::string_view view = line;
    if (view.starts_with("VmFlags:") && view.find(" hg") != std::string_view::npos) {
      mapping.is_advised = true;
    }
  }
  return mappings;
}

}  // namespace

void CollapseIntoHugePages() {
  for (const Mapping& mapping : ReadMappings()) {
    const uint64_t begin = (mapping.begin + kHugeBytes - 1) / kHugeBytes * kHugeBytes;
    const uint64_t end = mapping.end / kHugeBytes * kHugeBytes;
    const bool has_small = mapping.resident_kb >= mapping.huge_kb + (kHugeBytes >> 10);
    if (!mapping.is_advised || !has_small || begin >= end) continue;
    madvise(reinterpret_cast<void*>(begin), end - begin, kCollapse);  // what can be joined
  }
}

}  // namespace weir
