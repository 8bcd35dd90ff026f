#pragma once

#include <cstdint>

#include "time/time_zone.h"

namespace weir {

// A date and time of day of the Gregorian calendar, without a zone.
struct CivilDate {
  int64_t year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

// Milliseconds since 1970 and back, as if the zone were GMT. Fields out of range roll over.
TimeMs FromCivil(const CivilDate& date);
CivilDate ToCivil(TimeMs local);
int64_t DaysFromCivil(int64_t year, int month, int day);
// 1: Monday.
int DayOfWeek(TimeMs local);
int DayOfYear(const CivilDate& date);
int WeekOfYear(TimeMs local, const WeekRule& rule);

enum class DateUnit { kSecond, kMinute, kHour, kDay, kWeek, kMonth, kQuarter, kYear };

// `YEAR`, `month`, ... in any case.
Result<DateUnit> DateUnitOf(std::string_view name);
// A day that the new month does not have becomes its last.
TimeMs AddToDate(TimeMs time, DateUnit unit, int64_t amount);
int64_t DatePart(TimeMs time, DateUnit unit, const WeekRule& rule);

}  // namespace weir
