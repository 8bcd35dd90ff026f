#include "time/duration.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/same_text.h"

namespace weir {

std::optional<TimeMs> ParseDuration(std::string_view text) {
  struct Unit {
    std::string_view name;
    TimeMs ms;
  };
  static constexpr Unit kUnits[] = {{"millisec", 1},    {"millisecond", 1},  {"milliseconds", 1},
                                    {"sec", 1000},      {"second", 1000},    {"seconds", 1000},
                                    {"min", 60000},     {"minute", 60000},   {"minutes", 60000},
                                    {"hour", 3600000},  {"hours", 3600000},  {"day", 86400000},
                                    {"days", 86400000}, {"week", 604800000}, {"weeks", 604800000}};
  int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number <= 0 || number > 1'000'000'000) return std::nullopt;
  std::string_view unit(rest, text.data() + text.size() - rest);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  while (!unit.empty() && unit.back() == ' ') unit.remove_suffix(1);
  for (const Unit& known : kUnits) {
    if (SameText(unit, known.name)) return number * known.ms;
  }
  return std::nullopt;
}

}  // namespace weir
