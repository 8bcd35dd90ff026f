// The only file that sees ICU.
#include "time/time_zone.h"

#include <unicode/basictz.h>
#include <unicode/calendar.h>
#include <unicode/locid.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <cctype>

namespace weir {
namespace {

class GmtZone final : public TimeZone {
 public:
  int64_t OffsetAt(TimeMs) const override { return 0; }
  int64_t OffsetOfLocal(TimeMs) const override { return 0; }
  std::string NameAt(TimeMs, bool full) const override {
    return full ? "Greenwich Mean Time" : "GMT";
  }
};

class IcuZone final : public TimeZone {
 public:
  explicit IcuZone(std::unique_ptr<icu::BasicTimeZone> zone) : zone_(std::move(zone)) {}

  int64_t OffsetAt(TimeMs time) const override {
    int32_t raw = 0, saving = 0;
    UErrorCode error = U_ZERO_ERROR;
    zone_->getOffset(static_cast<UDate>(time), false, raw, saving, error);
    return int64_t{raw} + saving;
  }
  int64_t OffsetOfLocal(TimeMs local) const override {
    int32_t raw = 0, saving = 0;
    UErrorCode error = U_ZERO_ERROR;
    zone_->getOffsetFromLocal(static_cast<UDate>(local), UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER,
                              raw, saving, error);
    return int64_t{raw} + saving;
  }
  std::string NameAt(TimeMs time, bool full) const override {
    int32_t raw = 0, saving = 0;
    UErrorCode error = U_ZERO_ERROR;
    zone_->getOffset(static_cast<UDate>(time), false, raw, saving, error);
    icu::UnicodeString name;
    zone_->getDisplayName(saving != 0, full ? icu::TimeZone::LONG : icu::TimeZone::SHORT,
                          icu::Locale::getUS(), name);
    std::string text;
    return name.toUTF8String(text);
  }

 private:
  std::unique_ptr<icu::BasicTimeZone> zone_;
};

// ICU writes offsets as `GMT+5:30`.
std::string IcuId(std::string_view id) {
  if (id == "Z" || id == "z" || id == "UT" || id == "UTC" || id == "GMT") return "GMT";
  for (const std::string_view prefix : {"UTC", "GMT", "UT", ""}) {
    if (id.substr(0, prefix.size()) != prefix) continue;
    const std::string_view rest = id.substr(prefix.size());
    if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) return "GMT" + std::string(rest);
  }
  return std::string(id);
}

}  // namespace

const std::shared_ptr<const TimeZone>& TimeZone::Gmt() {
  static const std::shared_ptr<const TimeZone> gmt = std::make_shared<GmtZone>();
  return gmt;
}

Result<std::shared_ptr<const TimeZone>> TimeZone::Find(std::string_view id) {
  const std::string name = IcuId(id);
  if (name == "GMT") return Gmt();
  std::unique_ptr<icu::TimeZone> zone(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  auto* basic = dynamic_cast<icu::BasicTimeZone*>(zone.get());
  if (basic == nullptr || *zone == icu::TimeZone::getUnknown()) {
    return Status::Invalid("there is no time zone '" + std::string(id) + "'");
  }
  zone.release();
  return std::shared_ptr<const TimeZone>(
      std::make_shared<IcuZone>(std::unique_ptr<icu::BasicTimeZone>(basic)));
}

Result<WeekRule> WeekRuleOf(std::string_view locale) {
  const auto letters = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c); });
  };
  const std::string_view language = locale.substr(0, 2);
  const std::string_view country = locale.size() > 3 ? locale.substr(3) : "";
  const bool good = language.size() == 2 && letters(language) &&
                    (locale.size() == 2 || (country.size() == 2 && locale[2] == '_'));
  if (!good || !letters(country)) {
    return Status::Invalid("'" + std::string(locale) + "' is no locale like en_US");
  }
  UErrorCode error = U_ZERO_ERROR;
  const icu::Locale place(std::string(language).c_str(), std::string(country).c_str());
  const std::unique_ptr<icu::Calendar> calendar(icu::Calendar::createInstance(place, error));
  if (U_FAILURE(error)) return Status::Invalid("no calendar for '" + std::string(locale) + "'");
  const int sunday_first = calendar->getFirstDayOfWeek(error);  // Sunday is 1
  WeekRule rule;
  rule.first_day = sunday_first == UCAL_SUNDAY ? 7 : sunday_first - 1;
  rule.minimal_days = calendar->getMinimalDaysInFirstWeek();
  return rule;
}

}  // namespace weir
