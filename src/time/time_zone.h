#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "types/type.h"

namespace weir {

// A time zone of the machine's zone tables. Immutable; any thread may use it.
class TimeZone {
 public:
  virtual ~TimeZone() = default;

  // `Asia/Kolkata`, `IST`, `UTC`, `GMT+5:30`, `+05:30`, `Z`. Fails if there is no such zone.
  static Result<std::shared_ptr<const TimeZone>> Find(std::string_view id);
  static const std::shared_ptr<const TimeZone>& Gmt();

  // How far local time is ahead of GMT, in ms.
  virtual int64_t OffsetAt(TimeMs time) const = 0;
  // The same for a local time. One that a change of the clocks skips or repeats is taken with the
  // offset before the change.
  virtual int64_t OffsetOfLocal(TimeMs local) const = 0;
  // `GMT`, `PST` or `PDT`; in full `Pacific Standard Time`.
  virtual std::string NameAt(TimeMs time, bool full) const = 0;
};

// How weeks of a year are counted somewhere.
struct WeekRule {
  int first_day = 7;     // Monday is 1
  int minimal_days = 1;  // of the first week that lie in the year
};
// For a locale like `fr_FR`. Fails if it is not of that form.
Result<WeekRule> WeekRuleOf(std::string_view locale);

}  // namespace weir
