#include "time/civil_date.h"

#include <algorithm>
#include <cctype>

namespace weir {
namespace {

constexpr int64_t kSecondMs = 1000;
constexpr int64_t kMinuteMs = 60 * kSecondMs;
constexpr int64_t kHourMs = 60 * kMinuteMs;
constexpr int64_t kDayMs = 24 * kHourMs;
// Years beyond this do not fit a time in ms.
constexpr int64_t kYearMax = 290'000'000;

int64_t FloorDiv(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}
int64_t FloorMod(int64_t a, int64_t b) { return a - FloorDiv(a, b) * b; }

bool IsLeap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int DaysInMonth(int64_t year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[month - 1];
}

}  // namespace

// Counts from the 1st of March of year 0, whose 400-year eras are all alike (Howard Hinnant,
// chrono-compatible low-level date algorithms).
int64_t DaysFromCivil(int64_t year, int month, int day) {
  year = std::clamp(year, -kYearMax, kYearMax) + FloorDiv(month - 1, 12);
  const int64_t month0 = FloorMod(month - 1, 12);
  if (month0 < 2) --year;
  const int64_t era = FloorDiv(year, 400);
  const int64_t year_of_era = FloorMod(year, 400);
  const int64_t day_of_year = (153 * ((month0 + 10) % 12) + 2) / 5;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468 + day - 1;
}

TimeMs FromCivil(const CivilDate& date) {
  return DaysFromCivil(date.year, date.month, date.day) * kDayMs + date.hour * kHourMs +
         date.minute * kMinuteMs + date.second * kSecondMs + date.millisecond;
}

CivilDate ToCivil(TimeMs local) {
  const int64_t days = FloorDiv(local, kDayMs) + 719468;
  int64_t rest = FloorMod(local, kDayMs);
  const int64_t era = FloorDiv(days, 146097);
  const int64_t day_of_era = FloorMod(days, 146097);
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  CivilDate date;
  date.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  date.month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  date.year = era * 400 + year_of_era + (date.month <= 2 ? 1 : 0);
  date.hour = static_cast<int>(rest / kHourMs);
  rest %= kHourMs;
  date.minute = static_cast<int>(rest / kMinuteMs);
  rest %= kMinuteMs;
  date.second = static_cast<int>(rest / kSecondMs);
  date.millisecond = static_cast<int>(rest % kSecondMs);
  return date;
}

int DayOfWeek(TimeMs local) {
  return static_cast<int>(FloorMod(FloorDiv(local, kDayMs) + 3, 7)) + 1;
}

int DayOfYear(const CivilDate& date) {
  return static_cast<int>(DaysFromCivil(date.year, date.month, date.day) -
                          DaysFromCivil(date.year, 1, 1)) +
         1;
}

int WeekOfYear(TimeMs local, const WeekRule& rule) {
  const CivilDate date = ToCivil(local);
  // The day on which the first week of a year begins, in days since 1970.
  const auto first_week = [&rule](int64_t year) {
    const int64_t first = DaysFromCivil(year, 1, 1);
    const int64_t into_week = FloorMod(DayOfWeek(first * kDayMs) - rule.first_day, 7);
    const int64_t begin = first - into_week;
    return 7 - into_week >= rule.minimal_days ? begin : begin + 7;
  };
  const int64_t today = FloorDiv(local, kDayMs);
  int64_t begin = first_week(date.year);
  if (today < begin) begin = first_week(date.year - 1);
  if (today >= first_week(date.year + 1)) begin = first_week(date.year + 1);
  return static_cast<int>((today - begin) / 7) + 1;
}

Result<DateUnit> DateUnitOf(std::string_view name) {
  static constexpr std::string_view kNames[] = {"SECOND", "MINUTE", "HOUR",    "DAY",
                                                "WEEK",   "MONTH",  "QUARTER", "YEAR"};
  for (size_t i = 0; i < std::size(kNames); ++i) {
    const std::string_view known = kNames[i];
    const bool same = std::equal(known.begin(), known.end(), name.begin(), name.end(),
                                 [](char a, unsigned char b) { return a == std::toupper(b); });
    if (same) return static_cast<DateUnit>(i);
  }
  return Status::Invalid("'" + std::string(name) +
                         "' is no unit of a date; it is SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, "
                         "QUARTER or YEAR");
}

TimeMs AddToDate(TimeMs time, DateUnit unit, int64_t amount) {
  static constexpr int64_t kFixed[] = {kSecondMs, kMinuteMs, kHourMs, kDayMs, 7 * kDayMs};
  if (unit < DateUnit::kMonth) return time + amount * kFixed[static_cast<size_t>(unit)];
  const int64_t months =
      unit == DateUnit::kMonth ? amount : amount * (unit == DateUnit::kQuarter ? 3 : 12);
  CivilDate date = ToCivil(time);
  const int64_t month0 = date.year * 12 + date.month - 1 + months;
  date.year = FloorDiv(month0, 12);
  date.month = static_cast<int>(FloorMod(month0, 12)) + 1;
  date.day = std::min(date.day, DaysInMonth(date.year, date.month));
  return FromCivil(date);
}

int64_t DatePart(TimeMs time, DateUnit unit, const WeekRule& rule) {
  const CivilDate date = ToCivil(time);
  switch (unit) {
    case DateUnit::kSecond:
      return date.second;
    case DateUnit::kMinute:
      return date.minute;
    case DateUnit::kHour:
      return date.hour;
    case DateUnit::kDay:
      return date.day;
    case DateUnit::kWeek:
      return WeekOfYear(time, rule);
    case DateUnit::kMonth:
      return date.month;
    case DateUnit::kQuarter:
      return (date.month - 1) / 3 + 1;
    case DateUnit::kYear:
      return date.year > 0 ? date.year : 1 - date.year;
  }
  __builtin_unreachable();
}

}  // namespace weir
