#include "state/kill_point.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>

extern "C" {
// Made by the linker: the begin and end of the section of names.
extern const char* const __start_weir_kill_points[] __attribute__((weak));
extern const char* const __stop_weir_kill_points[] __attribute__((weak));
}

namespace weir {
namespace {

// Written before the flag is set, read after it was seen.
std::string armed_name;
std::atomic<uint64_t> passes_left = 0;

[[maybe_unused]] const bool kFromEnvironment = [] {
  const char* text = std::getenv("WEIR_KILL_AT");
  return text != nullptr && ArmKillPoint(text).ok();
}();

}  // namespace

namespace internal {

std::atomic<bool> kill_point_armed = false;

void PassKillPoint(const char* name) {
  if (armed_name != name || passes_left.fetch_sub(1) != 1) return;
  kill(getpid(), SIGKILL);
}

}  // namespace internal

Status ArmKillPoint(std::string_view name_and_count) {
  internal::kill_point_armed = false;
  if (name_and_count.empty()) return Status::Ok();
  const size_t colon = name_and_count.find(':');
  uint64_t count = 1;
  if (colon != std::string_view::npos) {
    const std::string_view digits = name_and_count.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc() || end != digits.data() + digits.size() || count == 0) {
      return Status::Invalid("a kill point's count must be a number from 1: " +
                             std::string(name_and_count));
    }
  }
  armed_name = name_and_count.substr(0, colon);
  passes_left = count;
  internal::kill_point_armed = true;
  return Status::Ok();
}

std::vector<std::string> KillPointNames() {
  std::vector<std::string> names(__start_weir_kill_points, __stop_weir_kill_points);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace weir
