#include <algorithm>

#include "catalog/registry.h"
#include "expr/scalar_function.h"
#include "library/functions/time/date_argument.h"

namespace weir {
namespace {

// In these patterns u is the year, too.
std::string WithYears(std::string_view pattern) {
  std::string result(pattern);
  std::replace(result.begin(), result.end(), 'u', 'y');
  return result;
}

Result<std::string> Convert(std::string_view text, std::string_view pattern, std::string_view to,
                            std::string_view from) {
  const auto target = TimeZone::Find(to);
  if (!target.ok()) return target.status();
  const auto source = TimeZone::Find(from);
  if (!source.ok()) return source.status();
  const Result<const DateFormat*> format = DateFormat::Cached(WithYears(pattern));
  if (!format.ok()) return format.status();
  const Result<TimeMs> local = format.value()->ParseExactly(text);
  if (!local.ok()) return local.status();
  const TimeMs time = local.value() - source.value()->OffsetOfLocal(local.value());
  return format.value()->Write(time, *target.value());
}

}  // namespace

void RegisterTimeTimezoneConvert(Registry* registry) {
  FunctionSpec spec;
  spec.name = "time:timezoneConvert";
  spec.summary =
      "Converts a date from one time zone (GMT, if none is given) to another, in the same pattern.";
  spec.example = "time:timezoneConvert('2014/11/11 13:23:44', 'yyyy/MM/dd HH:mm:ss', 'UTC', 'IST')";
  spec.result = "\"2014/11/11 07:53:44\"";
  const Parameter pattern{"date.source.format", kStringOnly};
  const Parameter target{"target.timezone", kStringOnly};
  spec.overloads = {{kDateValue, pattern, target},
                    {kDateValue, pattern, target, {"source.timezone", kStringOnly}}};
  spec.bind = [](std::span<const Argument> arguments, size_t overload) -> Result<BoundFunction> {
    const Status good = CheckDatePattern(arguments[1]);
    if (!good.ok()) return good;
    for (size_t i = 2; i < arguments.size(); ++i) {
      const Status zone = CheckZone(arguments[i]);
      if (!zone.ok()) return zone;
    }
    if (overload == 0) {
      return BindScalar([](std::string_view text, std::string_view from, std::string_view to) {
        return Convert(text, from, to, "GMT");
      });
    }
    return BindScalar([](std::string_view text, std::string_view from, std::string_view to,
                         std::string_view source) { return Convert(text, from, to, source); });
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
