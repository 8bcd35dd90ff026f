#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "catalog/parameter.h"

namespace weir {

// Parameters that several windows have, with the names the language gives them.
inline constexpr Parameter kWindowTime{"window.time", kIntOrLong, Parameter::Form::kConstant};
inline constexpr Parameter kWindowLength{"window.length", kIntOnly, Parameter::Form::kConstant};
inline constexpr Parameter kTimestamp{"timestamp", kLongOnly, Parameter::Form::kAttribute};
inline constexpr Parameter kStartTime{"start.time", kIntOrLong, Parameter::Form::kConstant};
inline constexpr Parameter kStreamCurrentEvent{"stream.current.event", kBoolOnly,
                                               Parameter::Form::kConstant};

// The whole number written for a parameter; fails if it is null or below `least`.
inline Result<int64_t> NumberArgument(const Parameter& parameter, const Argument& argument,
                                      int64_t least) {
  const std::string name = parameter.name;
  if (!argument.constant.has_value() || argument.constant->is_null() ||
      !IsInteger(argument.constant->type())) {
    return Status::Invalid(name + " must be a constant int or long");
  }
  const int64_t number = argument.constant->AsLong();
  if (number < least) {
    return Status::Invalid(name + " must be " + std::to_string(least) + " or more, not " +
                           std::to_string(number));
  }
  return number;
}

// A start time, which may be any whole number.
inline Result<int64_t> StartArgument(const Argument& argument) {
  return NumberArgument(kStartTime, argument, std::numeric_limits<int64_t>::min());
}

inline Result<bool> BoolArgument(const Parameter& parameter, const Argument& argument) {
  if (!argument.constant.has_value() || argument.constant->is_null() ||
      argument.constant->type() != Type::kBool) {
    return Status::Invalid(std::string(parameter.name) + " must be true or false");
  }
  return argument.constant->bool_value();
}

// `time` + `span`, but never past the last millisecond there is. `span` is not negative.
inline TimeMs After(TimeMs time, TimeMs span) {
  TimeMs sum;
  if (__builtin_add_overflow(time, span, &sum)) return std::numeric_limits<TimeMs>::max();
  return sum;
}

}  // namespace weir
