#include "time/cron.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace weir {
namespace {

constexpr std::string_view kMonths[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                        "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::string_view kDays[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Field {
  const char* name;
  int least;
  int most;
  std::span<const std::string_view> names;  // of the values from `least` on
};
constexpr Field kSecond{"second", 0, 59, {}};
constexpr Field kMinute{"minute", 0, 59, {}};
constexpr Field kHour{"hour", 0, 23, {}};
constexpr Field kDayOfMonth{"day of month", 1, 31, {}};
constexpr Field kMonth{"month", 1, 12, kMonths};
constexpr Field kDayOfWeek{"day of week", 1, 7, kDays};

Status Bad(const Field& field, std::string_view text) {
  return Status::Invalid("'" + std::string(text) + "' is not a " + field.name +
                         " of a cron expression, " + std::to_string(field.least) + " to " +
                         std::to_string(field.most));
}

std::optional<int> Number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int> FieldValue(const Field& field, std::string_view text) {
  for (size_t i = 0; i < field.names.size(); ++i) {
    if (field.names[i] == text) return field.least + static_cast<int>(i);
  }
  const auto number = Number(text);
  if (!number || *number < field.least || *number > field.most) return std::nullopt;
  return number;
}

// One item of a list: `*`, `5`, `5-10`, each perhaps with `/step`.
template <size_t kBits>
Status AddItem(const Field& field, std::string_view item, int base, std::bitset<kBits>* values) {
  const size_t slash = item.find('/');
  const std::string_view range = item.substr(0, slash);
  int step = 1;
  if (slash != std::string_view::npos) {
    const auto given = Number(item.substr(slash + 1));
    if (!given || *given < 1 || *given > field.most) return Bad(field, item);
    step = *given;
  }
  int first = field.least;
  int last = field.most;
  const size_t dash = range.find('-');
  if (range != "*" && !(range.empty() && slash == 0)) {
    const auto from = FieldValue(field, range.substr(0, dash));
    if (!from) return Bad(field, item);
    first = *from;
    if (dash != std::string_view::npos) {
      const auto to = FieldValue(field, range.substr(dash + 1));
      if (!to) return Bad(field, item);
      last = *to;
    } else if (slash == std::string_view::npos) {
      last = first;
    }
  }
  const int length = field.most - field.least + 1;
  if (last < first) last += length;
  for (int value = first; value <= last; value += step) {
    values->set(static_cast<size_t>((value - field.least) % length + field.least - base));
  }
  return Status::Ok();
}

template <size_t kBits>
Status ParseField(const Field& field, std::string_view text, std::bitset<kBits>* values,
                  int base = 0) {
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const Status added = AddItem(field, text.substr(begin, end - begin), base, values);
    if (!added.ok()) return added;
    begin = end + 1;
  }
  return Status::Ok();
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    words.back().push_back(static_cast<char>(std::toupper(byte)));
  }
  return words;
}

template <size_t kBits>
std::optional<int> FirstFrom(const std::bitset<kBits>& values, int from) {
  for (size_t i = static_cast<size_t>(from); i < kBits; ++i) {
    if (values[i]) return static_cast<int>(i);
  }
  return std::nullopt;
}

}  // namespace

Result<CronSchedule> CronSchedule::Parse(std::string_view text) {
  const std::vector<std::string> words = Words(text);
  if (words.size() != 6 && words.size() != 7) {
    return Status::Invalid(
        "a cron expression has 6 or 7 parts (second minute hour day-of-month "
        "month day-of-week [year]), not " +
        std::to_string(words.size()));
  }
  if ((words[3] == "?") == (words[5] == "?")) {
    return Status::Invalid(
        "in a cron expression either the day of month or the day of week must be '?'");
  }
  CronSchedule cron;
  Status status = ParseField(kSecond, words[0], &cron.seconds_);
  if (status.ok()) status = ParseField(kMinute, words[1], &cron.minutes_);
  if (status.ok()) status = ParseField(kHour, words[2], &cron.hours_);
  const std::optional<MovingDay> moving =
      words[5] == "?" ? ParseDayOfMonth(words[3]) : ParseDayOfWeek(words[5]);
  if (moving) cron.moving_ = *moving;
  if (status.ok()) {
    const bool any = words[3] == "?" || moving;
    status = ParseField(kDayOfMonth, any ? "*" : words[3], &cron.days_of_month_);
  }
  if (status.ok()) status = ParseField(kMonth, words[4], &cron.months_);
  if (status.ok()) {
    // `L` alone is the last day of a week.
    const bool any = words[5] == "?" || moving;
    const std::string day = words[5] == "L" ? "7" : words[5];
    status = ParseField(kDayOfWeek, any ? "*" : day, &cron.days_of_week_);
  }
  if (status.ok() && words.size() == 7 && words[6] != "*") {
    constexpr Field kYear{"year", kFirstYear, kLastYear, {}};
    cron.any_year_ = false;
    status = ParseField(kYear, words[6], &cron.years_, kFirstYear);
  }
  if (!status.ok()) return status;
  return cron;
}

std::optional<CronSchedule::MovingDay> CronSchedule::ParseDayOfMonth(std::string_view text) {
  MovingDay day;
  if (text.ends_with('W')) {
    day.nearest = true;
    text.remove_suffix(1);
  }
  const bool last = text.starts_with('L');
  day.kind = last ? MovingDay::Kind::kFromLast : MovingDay::Kind::kNumber;
  if (text == "L") return day;
  if (!last && !day.nearest) return std::nullopt;
  if (last && !text.starts_with("L-")) return std::nullopt;
  const auto number = Number(text.substr(last ? 2 : 0));
  if (!number || *number < 1 || *number > (last ? 30 : 31)) return std::nullopt;
  day.number = *number;
  return day;
}

std::optional<CronSchedule::MovingDay> CronSchedule::ParseDayOfWeek(std::string_view text) {
  MovingDay day;
  const size_t hash = text.find('#');
  if (hash != std::string_view::npos) {
    const auto number = Number(text.substr(hash + 1));
    if (!number || *number < 1 || *number > 5) return std::nullopt;
    day.kind = MovingDay::Kind::kNthWeekday;
    day.number = *number;
    text = text.substr(0, hash);
  } else if (text.size() > 1 && text.ends_with('L')) {
    day.kind = MovingDay::Kind::kLastWeekday;
    text.remove_suffix(1);
  } else {
    return std::nullopt;
  }
  const auto day_of_week = FieldValue(kDayOfWeek, text);
  if (!day_of_week) return std::nullopt;
  day.day_of_week = *day_of_week;
  return day;
}

bool CronSchedule::MatchesDay(const std::chrono::year_month_day& date) const {
  using namespace std::chrono;
  const int day = static_cast<int>(static_cast<unsigned>(date.day()));
  const year_month_day_last end = date.year() / date.month() / std::chrono::last;
  const int last = static_cast<int>(static_cast<unsigned>(end.day()));
  const int day_of_week = static_cast<int>(weekday(sys_days(date)).c_encoding()) + 1;
  const auto nearest_to = [&](int wanted) {
    const unsigned there = weekday(sys_days(date.year() / date.month() / wanted)).c_encoding();
    if (there == 6) return wanted == 1 ? 3 : wanted - 1;
    if (there == 0) return wanted == last ? wanted - 2 : wanted + 1;
    return wanted;
  };
  switch (moving_.kind) {
    case MovingDay::Kind::kNone:
      return days_of_month_[static_cast<size_t>(day)] &&
             days_of_week_[static_cast<size_t>(day_of_week)];
    case MovingDay::Kind::kFromLast:
    case MovingDay::Kind::kNumber: {
      const bool from_last = moving_.kind == MovingDay::Kind::kFromLast;
      const int wanted = from_last ? last - moving_.number : moving_.number;
      if (wanted < 1 || wanted > last) return false;
      return day == (moving_.nearest ? nearest_to(wanted) : wanted);
    }
    case MovingDay::Kind::kLastWeekday:
      return day_of_week == moving_.day_of_week && day + 7 > last;
    case MovingDay::Kind::kNthWeekday:
      return day_of_week == moving_.day_of_week && (day - 1) / 7 + 1 == moving_.number;
  }
  return false;
}

bool CronSchedule::MatchesYear(int year) const {
  if (any_year_) return true;
  return year >= kFirstYear && year <= kLastYear && years_[static_cast<size_t>(year - kFirstYear)];
}

std::optional<TimeMs> CronSchedule::TimeOfDay(int second) const {
  int hour = second / 3600;
  int minute = second / 60 % 60;
  int rest = second % 60;
  while (true) {
    const auto next_hour = FirstFrom(hours_, hour);
    if (!next_hour) return std::nullopt;
    if (*next_hour > hour) minute = rest = 0;
    hour = *next_hour;
    while (minute < 60) {
      const auto next_minute = FirstFrom(minutes_, minute);
      if (!next_minute) break;
      if (*next_minute > minute) rest = 0;
      minute = *next_minute;
      if (const auto next_second = FirstFrom(seconds_, rest)) {
        return ((hour * 60 + minute) * 60 + *next_second) * TimeMs{1000};
      }
      ++minute;
      rest = 0;
    }
    if (++hour == 24) return std::nullopt;
    minute = rest = 0;
  }
}

std::optional<TimeMs> CronSchedule::NextAfter(TimeMs after) const {
  using namespace std::chrono;
  constexpr TimeMs kDayMs = 86'400'000;
  constexpr TimeMs kFarthest = 253'402'300'800'000;  // the year 10000
  if (after >= kFarthest || after < -kFarthest) return std::nullopt;
  const sys_time<milliseconds> time{milliseconds(after)};
  sys_days day = floor<days>(time);
  // The first whole second after it.
  int second = static_cast<int>((after - day.time_since_epoch().count() * kDayMs) / 1000) + 1;
  if (second == 86400) {
    day += days(1);
    second = 0;
  }
  // After a whole cycle of leap years and weekdays nothing new can match.
  const sys_days end = day + days(366 * 400);
  while (day < end) {
    const year_month_day date(day);
    const int year = static_cast<int>(date.year());
    const auto skip_to = [&](sys_days later) {
      day = later;
      second = 0;
    };
    if (!MatchesYear(year)) {
      skip_to(sys_days(std::chrono::year(year + 1) / January / 1));
    } else if (!months_[static_cast<unsigned>(date.month())]) {
      skip_to(sys_days((date.year() / date.month() + months(1)) / 1));
    } else {
      const auto found = MatchesDay(date) ? TimeOfDay(second) : std::nullopt;
      if (found) return day.time_since_epoch().count() * kDayMs + *found;
      skip_to(day + days(1));
    }
  }
  return std::nullopt;
}

}  // namespace weir
