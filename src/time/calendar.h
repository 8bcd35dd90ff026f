#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "types/type.h"

namespace weir {

// Units of the calendar in UTC, finest first. A bucket of a unit begins where the unit does: a
// month on its first day at 00:00.
enum class CalendarUnit { kSecond, kMinute, kHour, kDay, kMonth, kYear };
inline constexpr int kCalendarUnits = 6;

// `SECONDS`.
std::string_view CalendarUnitName(CalendarUnit unit);
// `sec`, `second`, `seconds` and so on, in any case.
std::optional<CalendarUnit> CalendarUnitFromName(std::string_view name);

// The times [begin, end) of one bucket.
struct TimeSpan {
  TimeMs begin = 0;
  TimeMs end = 0;
  bool Holds(TimeMs time) const { return begin <= time && time < end; }
};

// The years 1 to 9999: what the calendar is asked about.
inline constexpr TimeSpan kCalendarSpan{-62'135'596'800'000, 253'402'300'800'000};

// The bucket of `unit` that holds `time`, which is in kCalendarSpan. `offset_ms` moves the
// calendar: 5.5 hours for +05:30.
TimeSpan CalendarBucket(CalendarUnit unit, TimeMs time, TimeMs offset_ms = 0);

// Reads `yyyy-MM-dd HH:mm:ss`, or that and a zone, ` +hh:mm`; blanks around it do not matter.
std::optional<TimeMs> ParseTimestamp(std::string_view text);

// Reads the same with `**` in place of the last fields (`2017-06-** **:**:**`): the whole span that
// this means.
std::optional<TimeSpan> ParseTimestampPattern(std::string_view text);

// Reads `10 sec`, `1 hour 30 min`: a positive span in ms; months and years are as long as in the
// language's time literals.
std::optional<TimeMs> ParseTimeText(std::string_view text);

}  // namespace weir
