#include "catalog/registry.h"
#include "expr/scalar_function.h"
#include "library/functions/time/date_argument.h"

namespace weir {
namespace {

using Text = std::optional<std::string_view>;
constexpr int64_t kDayMs = 86'400'000;

Result<int64_t> Days(Text first, Text second, Text first_pattern, Text second_pattern) {
  if (!first || !second || !first_pattern || !second_pattern) return NullArgument("time:dateDiff");
  const Result<TimeMs> a = ParseDate(*first, *first_pattern);
  if (!a.ok()) return a.status();
  const Result<TimeMs> b = ParseDate(*second, *second_pattern);
  if (!b.ok()) return b.status();
  return (a.value() - b.value()) / kDayMs;
}

Result<BoundFunction> BindDateDiff(std::span<const Argument> arguments, size_t overload) {
  for (size_t i = 2; i < arguments.size(); ++i) {
    const Status pattern = CheckDatePattern(arguments[i]);
    if (!pattern.ok()) return pattern;
  }
  switch (overload) {
    case 0:
      return BindScalar([](Text first, Text second) {
        return Days(first, second, kDefaultDatePattern, kDefaultDatePattern);
      });
    case 1:
      return BindScalar([](Text first, Text second, Text first_pattern) {
        return Days(first, second, first_pattern, kDefaultDatePattern);
      });
    case 2:
      return BindScalar([](Text first, Text second, Text first_pattern, Text second_pattern) {
        return Days(first, second, first_pattern, second_pattern);
      });
    default:
      return BindScalar(
          [](std::optional<int64_t> first, std::optional<int64_t> second) -> Result<int64_t> {
            if (!first || !second) return NullArgument("time:dateDiff");
            return (*first - *second) / kDayMs;
          });
  }
}

}  // namespace

void RegisterTimeDateDiff(Registry* registry) {
  FunctionSpec spec;
  spec.name = "time:dateDiff";
  spec.summary =
      "Returns the number of whole days from the second date to the first; a null is an error.";
  spec.example = "time:dateDiff('2014-11-11', '2014-11-09', 'yyyy-MM-dd', 'yyyy-MM-dd')";
  spec.result = "2";
  const Parameter first{"date.value1", kStringOnly};
  const Parameter second{"date.value2", kStringOnly};
  const Parameter first_pattern{"date.format1", kStringOnly};
  const Parameter second_pattern{"date.format2", kStringOnly};
  spec.overloads = {
      {first, second},
      {first, second, first_pattern},
      {first, second, first_pattern, second_pattern},
      {{"timestamp.in.milliseconds1", kLongOnly}, {"timestamp.in.milliseconds2", kLongOnly}}};
  spec.bind = BindDateDiff;
  registry->Add(std::move(spec));
}

}  // namespace weir
