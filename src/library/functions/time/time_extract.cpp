#include "catalog/registry.h"
#include "expr/scalar_function.h"
#include "library/functions/time/date_argument.h"

namespace weir {
namespace {

using Text = std::optional<std::string_view>;

struct Part {
  DateUnit unit;
  WeekRule rule;

  int32_t Of(TimeMs time) const { return static_cast<int32_t>(DatePart(time, unit, rule)); }
  Result<int32_t> OfText(Text text, Text pattern) const {
    if (!text || !pattern) return NullArgument("time:extract");
    const Result<TimeMs> time = ParseDate(*text, *pattern);
    return time.ok() ? Result<int32_t>(Of(time.value())) : Result<int32_t>(time.status());
  }
};

Result<BoundFunction> BindExtract(std::span<const Argument> arguments, size_t overload) {
  const bool of_timestamp = overload >= 3;
  const Result<DateUnit> unit = ConstantDateUnit(arguments[of_timestamp ? 1 : 0]);
  if (!unit.ok()) return unit.status();
  Part part{unit.value(), {}};
  if (overload == 2 || overload == 4) {
    const Argument& locale = arguments.back();
    if (locale.constant->is_null()) return Status::Invalid("time:extract(): the locale is null");
    const Result<WeekRule> rule = WeekRuleOf(locale.constant->string_value());
    if (!rule.ok()) return rule.status();
    part.rule = rule.value();
  }
  if (overload == 1 || overload == 2) {
    const Status pattern = CheckDatePattern(arguments[2]);
    if (!pattern.ok()) return pattern;
  }
  const auto of_time = [part](std::optional<int64_t> time) -> Result<int32_t> {
    if (!time) return NullArgument("time:extract");
    return part.Of(*time);
  };
  switch (overload) {
    case 0:
      return BindScalar([part](Text, Text text) { return part.OfText(text, kDefaultDatePattern); });
    case 1:
      return BindScalar(
          [part](Text, Text text, Text pattern) { return part.OfText(text, pattern); });
    case 2:
      return BindScalar(
          [part](Text, Text text, Text pattern, Text) { return part.OfText(text, pattern); });
    case 3:
      return BindScalar([of_time](std::optional<int64_t> time, Text) { return of_time(time); });
    default:
      return BindScalar(
          [of_time](std::optional<int64_t> time, Text, Text) { return of_time(time); });
  }
}

}  // namespace

void RegisterTimeExtract(Registry* registry) {
  FunctionSpec spec;
  spec.name = "time:extract";
  spec.summary =
      "Returns a part (SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR) of a date or of a "
      "timestamp in GMT; the locale says how weeks are counted; a null is an error.";
  spec.example = "time:extract('YEAR', '2019/11/11 13:23:44.657', 'yyyy/MM/dd HH:mm:ss.SSS')";
  spec.result = "2019";
  const Parameter locale{"locale", kStringOnly, Parameter::Form::kConstant};
  spec.overloads = {{kUnit, kDateValue},
                    {kUnit, kDateValue, kDatePattern},
                    {kUnit, kDateValue, kDatePattern, locale},
                    {kTimestamp, kUnit},
                    {kTimestamp, kUnit, locale}};
  spec.bind = BindExtract;
  registry->Add(std::move(spec));
}

}  // namespace weir
