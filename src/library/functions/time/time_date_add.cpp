// time:dateAdd, time:dateSub.
#include "catalog/registry.h"
#include "expr/scalar_function.h"
#include "library/functions/time/date_argument.h"

namespace weir {
namespace {

Result<std::string> Moved(std::string_view text, std::string_view pattern, DateUnit unit,
                          int64_t amount) {
  const Result<TimeMs> time = ParseDate(text, pattern);
  if (!time.ok()) return time.status();
  return WriteDate(AddToDate(time.value(), unit, amount), pattern);
}

// `sign`: -1 to subtract.
Result<BoundFunction> BindMove(std::span<const Argument> arguments, size_t overload, int64_t sign) {
  const Result<DateUnit> named = ConstantDateUnit(arguments[2]);
  if (!named.ok()) return named.status();
  const DateUnit unit = named.value();
  if (overload == 0) {
    return BindScalar([=](std::string_view text, int32_t amount, std::string_view) {
      return Moved(text, kDefaultDatePattern, unit, sign * amount);
    });
  }
  if (overload == 1) {
    return BindScalar([=](int64_t time, int32_t amount, std::string_view) {
      return std::to_string(AddToDate(time, unit, sign * amount));
    });
  }
  const Status pattern = CheckDatePattern(arguments[3]);
  if (!pattern.ok()) return pattern;
  return BindScalar(
      [=](std::string_view text, int32_t amount, std::string_view, std::string_view format) {
        return Moved(text, format, unit, sign * amount);
      });
}

FunctionSpec MoveSpec(int64_t sign) {
  FunctionSpec spec;
  const Parameter amount{"expr", kIntOnly};
  spec.overloads = {{kDateValue, amount, kUnit},
                    {kTimestamp, amount, kUnit},
                    {kDateValue, amount, kUnit, kDatePattern}};
  spec.bind = [sign](std::span<const Argument> arguments, size_t overload) {
    return BindMove(arguments, overload, sign);
  };
  return spec;
}

}  // namespace

void RegisterTimeDateAdd(Registry* registry) {
  FunctionSpec add = MoveSpec(1);
  add.name = "time:dateAdd";
  add.summary =
      "Adds a number of units (SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR) to a date "
      "and "
      "gives it in the same pattern, or a timestamp as text.";
  add.example = "time:dateAdd('2014-11-11 13:23:44.657', 5, 'YEAR')";
  add.result = "\"2019-11-11 13:23:44.657\"";
  registry->Add(std::move(add));

  FunctionSpec subtract = MoveSpec(-1);
  subtract.name = "time:dateSub";
  subtract.summary =
      "Takes a number of units (SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR) from a date "
      "and gives it in the same pattern, or a timestamp as text.";
  subtract.example = "time:dateSub('2014-11-11 13:23:44.657', 5, 'DAY')";
  subtract.result = "\"2014-11-06 13:23:44.657\"";
  registry->Add(std::move(subtract));
}

}  // namespace weir
