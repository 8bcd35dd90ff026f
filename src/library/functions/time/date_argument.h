#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalog/function.h"
#include "time/date_format.h"

namespace weir {

inline constexpr const char* kDefaultDatePattern = "yyyy-MM-dd HH:mm:ss.SSS";

// Fails if the argument is a constant that is no date pattern (or a null).
inline Status CheckDatePattern(const Argument& argument) {
  if (!argument.constant || argument.constant->is_null()) return Status::Ok();
  return DateFormat::Make(argument.constant->string_value()).status();
}

inline Status CheckZone(const Argument& argument) {
  if (!argument.constant || argument.constant->is_null()) return Status::Ok();
  return TimeZone::Find(argument.constant->string_value()).status();
}

// The unit a constant argument names.
inline Result<DateUnit> ConstantDateUnit(const Argument& argument) {
  if (!argument.constant || argument.constant->is_null()) {
    return Status::Invalid("the unit of a date must be a constant text");
  }
  return DateUnitOf(argument.constant->string_value());
}

inline Result<TimeMs> ParseDate(std::string_view text, std::string_view pattern) {
  const Result<const DateFormat*> format = DateFormat::Cached(pattern);
  return format.ok() ? format.value()->Parse(text) : Result<TimeMs>(format.status());
}

inline Result<std::string> WriteDate(TimeMs time, std::string_view pattern) {
  const Result<const DateFormat*> format = DateFormat::Cached(pattern);
  if (!format.ok()) return format.status();
  return format.value()->Write(time, *TimeZone::Gmt());
}

// For functions that take no null.
inline Status NullArgument(const char* function) {
  return Status::Invalid(std::string(function) + "(): an argument is null");
}

inline constexpr Parameter kDateValue{"date.value", kStringOnly};
inline constexpr Parameter kDatePattern{"date.format", kStringOnly};
inline constexpr Parameter kTimestamp{"timestamp.in.milliseconds", kLongOnly};
inline constexpr Parameter kUnit{"unit", kStringOnly, Parameter::Form::kConstant};

}  // namespace weir
