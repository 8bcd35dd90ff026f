#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "time/civil_date.h"

namespace weir {

// Reads and writes dates after a pattern in the notation of Java's SimpleDateFormat, in English.
// Letters: y year, M and L month, d day, D day of the year, E day name, u day number (Monday is 1),
// H 0-23, k 1-24, K 0-11, h 1-12, a AM/PM, m, s, S milliseconds, z zone name, Z +0530, X +05, G
// era; text stands in '...'. Y, w, W and F (year and number of the week, week and weekday in the
// month) are written, not read. Immutable; any thread may use it.
class DateFormat {
 public:
  // Fails for a letter that means nothing and for an open quote.
  static Result<DateFormat> Make(std::string_view pattern);
  // The same, remembering what was made lately on this thread.
  static Result<const DateFormat*> Cached(std::string_view pattern);

  // The time of a text that begins as the pattern says; its fields are taken as GMT unless it names
  // a zone, and may be out of range: the 32nd of January is the 1st of February.
  Result<TimeMs> Parse(std::string_view text) const;
  // The local date of a text that is all as the pattern says, with its fields in range.
  Result<TimeMs> ParseExactly(std::string_view text) const;
  std::string Write(TimeMs time, const TimeZone& zone) const;

 private:
  struct Item {
    char letter = 0;  // 0: literal text
    int count = 0;
    std::string text;
  };
  struct Fields;

  bool ReadItem(size_t item, bool exactly, std::string_view* rest, Fields* fields) const;
  bool ReadNumber(size_t item, bool exactly, std::string_view* rest, Fields* fields) const;
  Status Mismatch(std::string_view text) const;
  static bool IsNumber(const Item& item);
  static std::optional<int64_t> NumberOf(const Item& item, TimeMs local, const CivilDate& date);

  std::string pattern_;
  std::vector<Item> items_;
};

}  // namespace weir
