#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace weir {

// Named places at which a test can have the process die as if by `kill -9`. The environment's
// WEIR_KILL_AT=NAME[:N] kills at the N-th (first is 1) time the place is passed. Otherwise a place
// costs one relaxed load.

// Sets what WEIR_KILL_AT would; "" disarms.
Status ArmKillPoint(std::string_view name_and_count);

// All names in this program, passed or not; sorted.
std::vector<std::string> KillPointNames();

namespace internal {
extern std::atomic<bool> kill_point_armed;
void PassKillPoint(const char* name);
}  // namespace internal

}  // namespace weir

// The linker gathers the names of all places into one section. Not for templates or inline code.
#define KILL_POINT(name)                                                                   \
  do {                                                                                     \
    [[gnu::used, gnu::section("weir_kill_points")]] static const char* const kHere = name; \
    if (::weir::internal::kill_point_armed.load(std::memory_order_relaxed)) {              \
      ::weir::internal::PassKillPoint(kHere);                                              \
    }                                                                                      \
  } while (false)
