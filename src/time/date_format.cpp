#include "time/date_format.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

namespace weir {
namespace {

constexpr std::string_view kLetters = "GyYMLwWDdFEuaHkKhmsSzZX";
constexpr std::string_view kTextLetters = "GEazZX";
constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday"};
constexpr size_t kShortName = 3;
constexpr size_t kFormatsKept = 64;
constexpr size_t kDigitsMax = 9;
// Two digits of a year mean one from 1970 on.
constexpr int64_t kFirstShortYear = 1970;
constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kDayMs = 86'400'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool TakePrefix(std::string_view prefix, std::string_view* rest) {
  if (rest->size() < prefix.size()) return false;
  const bool same = std::equal(prefix.begin(), prefix.end(), rest->begin(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
  if (same) rest->remove_prefix(prefix.size());
  return same;
}

// A full name or its first three letters; -1 if neither stands there.
template <size_t kCount>
int TakeName(const std::string_view (&names)[kCount], std::string_view* rest) {
  for (const bool full : {true, false}) {
    for (size_t i = 0; i < kCount; ++i) {
      if (TakePrefix(full ? names[i] : names[i].substr(0, kShortName), rest)) {
        return static_cast<int>(i);
      }
    }
  }
  return -1;
}

void AppendPadded(int64_t value, int width, std::string* out) {
  const std::string digits = std::to_string(value < 0 ? -value : value);
  if (value < 0) *out += '-';
  for (size_t i = digits.size(); i < static_cast<size_t>(width); ++i) *out += '0';
  *out += digits;
}

// `+05:30`, `+0530`, `+05`.
void AppendOffset(int64_t offset_ms, bool colon, bool minutes, std::string* out) {
  const int64_t total = (offset_ms < 0 ? -offset_ms : offset_ms) / kMinuteMs;
  *out += offset_ms < 0 ? '-' : '+';
  AppendPadded(total / 60, 2, out);
  if (!minutes) return;
  if (colon) *out += ':';
  AppendPadded(total % 60, 2, out);
}

bool TakeOffset(std::string_view* rest, int64_t* offset_ms) {
  if (TakePrefix("Z", rest)) {
    *offset_ms = 0;
    return true;
  }
  if (rest->empty() || (rest->front() != '+' && rest->front() != '-')) return false;
  const int sign = rest->front() == '-' ? -1 : 1;
  std::string digits;
  size_t at = 1;
  while (at < rest->size() && digits.size() < 4) {
    if (IsDigit((*rest)[at])) {
      digits += (*rest)[at];
    } else if ((*rest)[at] != ':' || digits.size() != 2) {
      break;
    }
    ++at;
  }
  if (digits.size() != 2 && digits.size() != 4) return false;
  digits.resize(4, '0');
  *offset_ms =
      sign * (std::stoi(digits.substr(0, 2)) * 60 + std::stoi(digits.substr(2))) * kMinuteMs;
  rest->remove_prefix(at);
  return true;
}

// A zone's name: what looks like one.
bool TakeZone(std::string_view* rest, std::shared_ptr<const TimeZone>* zone) {
  size_t end = 0;
  while (end < rest->size() &&
         (std::isalnum(static_cast<unsigned char>((*rest)[end])) ||
          std::string_view("/_+-:").find((*rest)[end]) != std::string_view::npos)) {
    ++end;
  }
  const auto found = TimeZone::Find(rest->substr(0, end));
  if (end == 0 || !found.ok()) return false;
  *zone = found.value();
  rest->remove_prefix(end);
  return true;
}

}  // namespace

// What was read so far.
struct DateFormat::Fields {
  CivilDate date;
  std::string seen;  // the letters
  int64_t day_of_year = 0;
  int64_t half = 0;  // 1: PM
  bool before_christ = false;
  std::optional<int64_t> offset;
  std::shared_ptr<const TimeZone> zone;
  bool in_range = true;

  bool Has(std::string_view letters) const {
    return seen.find_first_of(letters) != std::string::npos;
  }
  TimeMs Local() {
    if (Has("hK")) date.hour = date.hour % 12 + static_cast<int>(half) * 12;
    if (before_christ) date.year = 1 - date.year;
    if (Has("D") && !Has("d")) {
      date.month = 1;
      date.day = static_cast<int>(day_of_year);
    }
    return FromCivil(date);
  }
};

bool DateFormat::IsNumber(const Item& item) {
  if (item.letter == 0) return false;
  if (item.letter == 'M' || item.letter == 'L') return item.count < 3;
  return kTextLetters.find(item.letter) == std::string_view::npos;
}

Result<DateFormat> DateFormat::Make(std::string_view pattern) {
  DateFormat format;
  format.pattern_ = pattern;
  const auto literal = [&format](char c) {
    if (format.items_.empty() || format.items_.back().letter != 0) format.items_.push_back({});
    format.items_.back().text += c;
  };
  for (size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        literal('\'');
        i += 2;
        continue;
      }
      for (++i;; ++i) {
        if (i == pattern.size()) {
          return Status::Invalid("the date pattern '" + format.pattern_ + "' ends inside quotes");
        }
        if (pattern[i] != '\'') {
          literal(pattern[i]);
        } else if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
          literal(pattern[i++]);
        } else {
          break;
        }
      }
      ++i;
    } else if (std::isalpha(static_cast<unsigned char>(c))) {
      if (kLetters.find(c) == std::string_view::npos) {
        return Status::Invalid("the date pattern '" + format.pattern_ + "' has a letter '" +
                               std::string(1, c) + "' that means nothing");
      }
      const size_t end = std::min(pattern.find_first_not_of(c, i), pattern.size());
      format.items_.push_back({c, static_cast<int>(end - i), ""});
      i = end;
    } else {
      literal(c);
      ++i;
    }
  }
  return format;
}

Result<const DateFormat*> DateFormat::Cached(std::string_view pattern) {
  thread_local std::unordered_map<std::string, DateFormat> made;
  const auto found = made.find(std::string(pattern));
  if (found != made.end()) return &found->second;
  Result<DateFormat> format = Make(pattern);
  if (!format.ok()) return format.status();
  if (made.size() >= kFormatsKept) made.clear();
  return &made.emplace(pattern, std::move(format).value()).first->second;
}

Status DateFormat::Mismatch(std::string_view text) const {
  return Status::Invalid("'" + std::string(text) + "' does not fit the date pattern '" + pattern_ +
                         "'");
}

bool DateFormat::ReadNumber(size_t at, bool exactly, std::string_view* rest, Fields* fields) const {
  const Item& item = items_[at];
  // Digits that directly follow others are told apart by the pattern's width only.
  const bool fixed =
      (at + 1 < items_.size() && IsNumber(items_[at + 1])) || (exactly && item.count > 1);
  const size_t width = fixed ? static_cast<size_t>(item.count) : kDigitsMax;
  size_t size = 0;
  while (size < rest->size() && size < width && IsDigit((*rest)[size])) ++size;
  if (size == 0 || size > kDigitsMax || (exactly && fixed && size < width)) return false;
  const int value = std::stoi(std::string(rest->substr(0, size)));
  rest->remove_prefix(size);
  CivilDate& date = fields->date;
  int least = 0, most = 59;
  switch (item.letter) {
    case 'y':
      date.year = value;
      if (item.count <= 2 && value < 100) {
        date.year = kFirstShortYear + ((value - kFirstShortYear) % 100 + 100) % 100;
      }
      least = 1;
      most = INT32_MAX;
      break;
    case 'M':
    case 'L':
      date.month = value;
      least = 1;
      most = 12;
      break;
    case 'd':
      date.day = value;
      least = 1;
      most = 31;
      break;
    case 'D':
      fields->day_of_year = value;
      least = 1;
      most = 366;
      break;
    case 'H':
    case 'k':
    case 'K':
    case 'h':
      date.hour = item.letter == 'k' && value == 24 ? 0 : value;
      least = item.letter == 'k' || item.letter == 'h' ? 1 : 0;
      most = item.letter == 'H' ? 23 : item.letter == 'k' ? 24 : item.letter == 'K' ? 11 : 12;
      break;
    case 'm':
      date.minute = value;
      break;
    case 's':
      date.second = value;
      break;
    case 'S':
      date.millisecond = value;
      most = 999;
      break;
    case 'u':
      most = 7;
      break;
    default:
      return false;  // written only
  }
  fields->in_range = fields->in_range && value >= least && value <= most;
  return true;
}

bool DateFormat::ReadItem(size_t at, bool exactly, std::string_view* rest, Fields* fields) const {
  const Item& item = items_[at];
  if (item.letter == 0) {
    if (rest->substr(0, item.text.size()) != item.text) return false;
    rest->remove_prefix(item.text.size());
    return true;
  }
  fields->seen += item.letter;
  if (IsNumber(item)) return ReadNumber(at, exactly, rest, fields);
  switch (item.letter) {
    case 'M':
    case 'L':
      fields->date.month = TakeName(kMonths, rest) + 1;
      return fields->date.month > 0;
    case 'E':
      return TakeName(kDays, rest) >= 0;
    case 'a':
      if (TakePrefix("AM", rest)) return true;
      fields->half = 1;
      return TakePrefix("PM", rest);
    case 'G':
      if (TakePrefix("AD", rest)) return true;
      fields->before_christ = true;
      return TakePrefix("BC", rest);
    case 'z':
      return TakeZone(rest, &fields->zone);
    default: {  // Z, X
      int64_t offset = 0;
      if (!TakeOffset(rest, &offset)) return false;
      fields->offset = offset;
      return true;
    }
  }
}

Result<TimeMs> DateFormat::Parse(std::string_view text) const {
  Fields fields;
  std::string_view rest = text;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (!ReadItem(i, /*exactly=*/false, &rest, &fields)) return Mismatch(text);
  }
  const TimeMs local = fields.Local();
  if (fields.offset) return local - *fields.offset;
  return fields.zone == nullptr ? local : local - fields.zone->OffsetOfLocal(local);
}

Result<TimeMs> DateFormat::ParseExactly(std::string_view text) const {
  Fields fields;
  std::string_view rest = text;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (!ReadItem(i, /*exactly=*/true, &rest, &fields)) return Mismatch(text);
  }
  const bool has_date =
      fields.Has("y") && (fields.Has("D") || (fields.Has("ML") && fields.Has("d")));
  if (!rest.empty() || !fields.in_range || !has_date || !fields.Has("HkKh")) return Mismatch(text);
  return fields.Local();
}

// The number a letter stands for; absent for those that stand for text.
std::optional<int64_t> DateFormat::NumberOf(const Item& item, TimeMs local, const CivilDate& date) {
  switch (item.letter) {
    case 'y':
    case 'Y': {
      const bool next = item.letter == 'Y' && date.month == 12 && WeekOfYear(local, {}) == 1;
      const int64_t year = (date.year > 0 ? date.year : 1 - date.year) + (next ? 1 : 0);
      return item.count == 2 ? year % 100 : year;
    }
    case 'M':
    case 'L':
      return date.month;
    case 'w':
      return WeekOfYear(local, {});
    case 'W':
      return (date.day - 1 + DayOfWeek(local - (date.day - 1) * kDayMs) % 7) / 7 + 1;
    case 'F':
      return (date.day - 1) / 7 + 1;
    case 'D':
      return DayOfYear(date);
    case 'd':
      return date.day;
    case 'u':
      return DayOfWeek(local);
    case 'H':
      return date.hour;
    case 'k':
      return date.hour == 0 ? 24 : date.hour;
    case 'K':
      return date.hour % 12;
    case 'h':
      return date.hour % 12 == 0 ? 12 : date.hour % 12;
    case 'm':
      return date.minute;
    case 's':
      return date.second;
    case 'S':
      return date.millisecond;
    default:
      return std::nullopt;
  }
}

std::string DateFormat::Write(TimeMs time, const TimeZone& zone) const {
  const int64_t offset = zone.OffsetAt(time);
  const TimeMs local = time + offset;
  const CivilDate date = ToCivil(local);
  std::string out;
  for (const Item& item : items_) {
    if (IsNumber(item)) {
      AppendPadded(*NumberOf(item, local, date), item.count, &out);
      continue;
    }
    const auto name = [&](std::string_view full, bool whole) {
      out += whole ? full : full.substr(0, kShortName);
    };
    switch (item.letter) {
      case 0:
        out += item.text;
        break;
      case 'G':
        out += date.year > 0 ? "AD" : "BC";
        break;
      case 'M':
      case 'L':
        name(kMonths[date.month - 1], item.count > 3);
        break;
      case 'E':
        name(kDays[DayOfWeek(local) - 1], item.count > 3);
        break;
      case 'a':
        out += date.hour < 12 ? "AM" : "PM";
        break;
      case 'z':
        out += zone.NameAt(time, item.count > 3);
        break;
      case 'Z':
        AppendOffset(offset, item.count == 2, true, &out);
        break;
      default:  // X
        if (offset == 0) {
          out += 'Z';
        } else {
          AppendOffset(offset, item.count == 3, item.count > 1, &out);
        }
    }
  }
  return out;
}

}  // namespace weir
