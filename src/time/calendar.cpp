#include "time/calendar.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <iterator>

#include "base/same_text.h"

namespace weir {
namespace {

constexpr TimeMs kMinuteMs = 60'000;
constexpr TimeMs kHourMs = 60 * kMinuteMs;
constexpr TimeMs kDayMs = 24 * kHourMs;
constexpr TimeMs kMonthMs = 2'630'000'000;  // of a time literal
constexpr TimeMs kYearMs = 31'556'900'000;

struct UnitName {
  std::string_view name;
  CalendarUnit unit;
};
constexpr UnitName kUnitNames[] = {
    {"sec", CalendarUnit::kSecond},     {"second", CalendarUnit::kSecond},
    {"seconds", CalendarUnit::kSecond}, {"min", CalendarUnit::kMinute},
    {"minute", CalendarUnit::kMinute},  {"minutes", CalendarUnit::kMinute},
    {"hour", CalendarUnit::kHour},      {"hours", CalendarUnit::kHour},
    {"day", CalendarUnit::kDay},        {"days", CalendarUnit::kDay},
    {"month", CalendarUnit::kMonth},    {"months", CalendarUnit::kMonth},
    {"year", CalendarUnit::kYear},      {"years", CalendarUnit::kYear}};

std::string_view Trimmed(std::string_view text) {
  const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

TimeMs FloorTo(TimeMs time, TimeMs step) {
  const TimeMs rest = time % step;
  return time - (rest < 0 ? rest + step : rest);
}

TimeMs UnitMs(CalendarUnit unit) {
  switch (unit) {
    case CalendarUnit::kSecond:
      return 1000;
    case CalendarUnit::kMinute:
      return kMinuteMs;
    case CalendarUnit::kHour:
      return kHourMs;
    default:
      return kDayMs;
  }
}

TimeMs DayStart(std::chrono::year_month_day date) {
  return TimeMs{std::chrono::sys_days(date).time_since_epoch().count()} * kDayMs;
}

// The digits of a field, or that it was written as `**`.
struct Field {
  int value = 0;
  bool star = false;
};

// Reads the fields of `yyyy-MM-dd HH:mm:ss`.
bool ReadFields(std::string_view text, std::array<Field, 6>* fields) {
  static constexpr std::string_view kShape = "dddd-dd-dd dd:dd:dd";
  static constexpr size_t kBegin[] = {0, 5, 8, 11, 14, 17, 20};
  if (text.size() != kShape.size()) return false;
  for (size_t f = 0; f < fields->size(); ++f) {
    const size_t end = kBegin[f + 1] - 1;
    const std::string_view part = text.substr(kBegin[f], end - kBegin[f]);
    if (end < text.size() && text[end] != kShape[end]) return false;
    Field& field = (*fields)[f];
    field.star = part == "**";
    if (field.star) continue;
    const auto [rest, error] = std::from_chars(part.data(), part.data() + part.size(), field.value);
    if (error != std::errc() || rest != part.data() + part.size() || part.front() == '-') {
      return false;
    }
  }
  return true;
}

// Cuts ` +hh:mm` off the end of `text`, if it has the length for it.
bool TakeZone(std::string_view* text, TimeMs* offset) {
  *offset = 0;
  if (text->size() != 26) return true;
  const std::string_view zone = text->substr(19);
  *text = text->substr(0, 19);
  for (const size_t digit : {2, 3, 5, 6}) {
    if (std::isdigit(static_cast<unsigned char>(zone[digit])) == 0) return false;
  }
  if (zone[0] != ' ' || (zone[1] != '+' && zone[1] != '-') || zone[4] != ':') return false;
  const int hours = (zone[2] - '0') * 10 + (zone[3] - '0');
  const int minutes = (zone[5] - '0') * 10 + (zone[6] - '0');
  if (hours > 18 || minutes > 59 || (hours == 18 && minutes > 0)) return false;
  *offset = (zone[1] == '-' ? -1 : 1) * (hours * kHourMs + minutes * kMinuteMs);
  return true;
}

std::optional<TimeMs> TimeOfFields(const std::array<Field, 6>& fields, TimeMs offset) {
  using namespace std::chrono;
  const year_month_day date{year(fields[0].value), month(static_cast<unsigned>(fields[1].value)),
                            day(static_cast<unsigned>(fields[2].value))};
  if (!date.ok() || fields[3].value > 23 || fields[4].value > 59 || fields[5].value > 59) {
    return std::nullopt;
  }
  return DayStart(date) + fields[3].value * kHourMs + fields[4].value * kMinuteMs +
         fields[5].value * 1000 - offset;
}

}  // namespace

std::string_view CalendarUnitName(CalendarUnit unit) {
  static constexpr std::string_view kNames[] = {"SECONDS", "MINUTES", "HOURS",
                                                "DAYS",    "MONTHS",  "YEARS"};
  return kNames[static_cast<int>(unit)];
}

std::optional<CalendarUnit> CalendarUnitFromName(std::string_view name) {
  for (const UnitName& known : kUnitNames) {
    if (SameText(name, known.name)) return known.unit;
  }
  return std::nullopt;
}

TimeSpan CalendarBucket(CalendarUnit unit, TimeMs time, TimeMs offset_ms) {
  using namespace std::chrono;
  const TimeMs local = time + offset_ms;
  if (unit <= CalendarUnit::kDay) {
    const TimeMs begin = FloorTo(local, UnitMs(unit)) - offset_ms;
    return {begin, begin + UnitMs(unit)};
  }
  const year_month_day date(sys_days(days(FloorTo(local, kDayMs) / kDayMs)));
  const bool by_month = unit == CalendarUnit::kMonth;
  const year_month_day first = date.year() / (by_month ? date.month() : January) / 1;
  const year_month_day next = by_month ? year_month_day(first + months(1)) : first + years(1);
  return {DayStart(first) - offset_ms, DayStart(next) - offset_ms};
}

std::optional<TimeMs> ParseTimestamp(std::string_view text) {
  text = Trimmed(text);
  std::array<Field, 6> fields;
  TimeMs offset;
  if (!TakeZone(&text, &offset) || !ReadFields(text, &fields)) return std::nullopt;
  for (const Field& field : fields) {
    if (field.star) return std::nullopt;
  }
  return TimeOfFields(fields, offset);
}

std::optional<TimeSpan> ParseTimestampPattern(std::string_view text) {
  text = Trimmed(text);
  std::array<Field, 6> fields;
  TimeMs offset;
  if (!TakeZone(&text, &offset) || !ReadFields(text, &fields)) return std::nullopt;
  // The finest unit that was given: the one before the first star.
  size_t given = 0;
  while (given < fields.size() && !fields[given].star) ++given;
  if (given == 0) return std::nullopt;
  for (size_t f = given; f < fields.size(); ++f) {
    if (!fields[f].star) return std::nullopt;
    fields[f].value = f < 3 ? 1 : 0;
  }
  const auto begin = TimeOfFields(fields, offset);
  if (!begin) return std::nullopt;
  static constexpr CalendarUnit kUnits[] = {CalendarUnit::kYear,   CalendarUnit::kMonth,
                                            CalendarUnit::kDay,    CalendarUnit::kHour,
                                            CalendarUnit::kMinute, CalendarUnit::kSecond};
  return CalendarBucket(kUnits[given - 1], *begin, offset);
}

std::optional<TimeMs> ParseTimeText(std::string_view text) {
  struct Unit {
    std::string_view name;
    TimeMs ms;
  };
  static constexpr Unit kMore[] = {{"millisec", 1},
                                   {"millisecond", 1},
                                   {"milliseconds", 1},
                                   {"week", 7 * kDayMs},
                                   {"weeks", 7 * kDayMs}};
  TimeMs total = 0;
  constexpr TimeMs kLongest = TimeMs{1} << 61;  // no sum below overflows
  for (text = Trimmed(text); !text.empty() && total < kLongest; text = Trimmed(text)) {
    int64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || number > 100'000'000) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(rest - text.data()));
    text = Trimmed(text);
    size_t length = 0;
    while (length < text.size() && std::isalpha(static_cast<unsigned char>(text[length])) != 0) {
      ++length;
    }
    const std::string_view name = text.substr(0, length);
    text.remove_prefix(length);
    if (const auto unit = CalendarUnitFromName(name)) {
      const bool long_unit = *unit > CalendarUnit::kDay;
      const TimeMs years = *unit == CalendarUnit::kYear ? kYearMs : kMonthMs;
      total += number * (long_unit ? years : UnitMs(*unit));
      continue;
    }
    const auto known = std::find_if(std::begin(kMore), std::end(kMore),
                                    [&](const Unit& unit) { return SameText(unit.name, name); });
    if (known == std::end(kMore)) return std::nullopt;
    total += number * known->ms;
  }
  return total > 0 && total < kLongest ? std::optional(total) : std::nullopt;
}

}  // namespace weir
