#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "types/type.h"

namespace weir {

// When a Quartz cron expression fires, in UTC: `second minute hour day-of-month month day-of-week
// [year]`, each `*`, or a list of values, ranges (`10-2` goes over the end) and steps (`*/5`,
// `3/10`, `10-50/5`); months and days of the week also by name; `?` for the one of the two days
// that does not count. A day of month may be `L` (the last), `L-3` (the third before it), `15W`
// (the weekday nearest to it in its month), `LW`; a day of week `6L` (the last of the month), `6#3`
// (the third).
class CronSchedule {
 public:
  static Result<CronSchedule> Parse(std::string_view text);

  // The first time after `after` at which it fires; nothing if it never does again.
  std::optional<TimeMs> NextAfter(TimeMs after) const;

 private:
  static constexpr int kFirstYear = 1970;
  static constexpr int kLastYear = 2099;

  // A day that only the month itself tells.
  struct MovingDay {
    enum class Kind { kNone, kFromLast, kNumber, kLastWeekday, kNthWeekday } kind = Kind::kNone;
    int number = 0;        // days before the last; the day; which of the days of week (from 1)
    int day_of_week = 0;   // 1 = Sunday
    bool nearest = false;  // moved to a weekday
  };

  static std::optional<MovingDay> ParseDayOfMonth(std::string_view text);
  static std::optional<MovingDay> ParseDayOfWeek(std::string_view text);
  bool MatchesDay(const std::chrono::year_month_day& date) const;
  bool MatchesYear(int year) const;
  // Milliseconds of the first matching time of day at or after `second`, or nothing.
  std::optional<TimeMs> TimeOfDay(int second) const;

  std::bitset<60> seconds_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_of_month_;  // from 1
  std::bitset<13> months_;         // from 1
  std::bitset<8> days_of_week_;    // 1 = Sunday
  MovingDay moving_;
  bool any_year_ = true;
  std::bitset<kLastYear - kFirstYear + 1> years_;
};

}  // namespace weir
