// time:date, time:dateFormat, time:dayOfWeek, time:timestampInMilliseconds: dates read after one
// pattern, written after another.
#include "catalog/registry.h"
#include "expr/scalar_function.h"
#include "library/functions/time/date_argument.h"

namespace weir {
namespace {

Result<std::string> Rewrite(std::string_view text, std::string_view from, std::string_view to) {
  const Result<TimeMs> time = ParseDate(text, from);
  return time.ok() ? WriteDate(time.value(), to) : Result<std::string>(time.status());
}

// With a fixed pattern for the result.
Result<BoundFunction> BindTo(std::span<const Argument> arguments, const char* to) {
  if (arguments.size() == 1) {
    return BindScalar(
        [to](std::string_view text) { return Rewrite(text, kDefaultDatePattern, to); });
  }
  const Status pattern = CheckDatePattern(arguments[1]);
  if (!pattern.ok()) return pattern;
  return BindScalar(
      [to](std::string_view text, std::string_view from) { return Rewrite(text, from, to); });
}

Result<BoundFunction> BindDateFormat(std::span<const Argument> arguments, size_t overload) {
  for (size_t i = 1; i < arguments.size(); ++i) {
    const Status pattern = CheckDatePattern(arguments[i]);
    if (!pattern.ok()) return pattern;
  }
  if (overload == 0) {
    return BindScalar([](std::string_view text, std::string_view to, std::string_view from) {
      return Rewrite(text, from, to);
    });
  }
  if (overload == 1) {
    return BindScalar([](std::string_view text, std::string_view to) {
      return Rewrite(text, kDefaultDatePattern, to);
    });
  }
  return BindScalar([](int64_t time, std::string_view to) { return WriteDate(time, to); });
}

Result<BoundFunction> BindDayOfWeek(std::span<const Argument> arguments, size_t overload) {
  if (overload == 0) return BindTo(arguments, "EEEE");
  // Only what stands before the first space is looked at.
  return BindScalar([](std::string_view text) {
    return Rewrite(text.substr(0, text.find(' ')), "yyyy-MM-dd", "EEEE");
  });
}

Result<BoundFunction> BindMilliseconds(std::span<const Argument> arguments, size_t overload) {
  if (overload == 0) {
    return BindRow<int64_t>([](const CallContext& context, uint32_t row) {
      CHECK(context.timeline != nullptr);
      return context.timeline->TimeOf(context.chunk.moment(row));
    });
  }
  if (overload == 1) {
    const Status pattern = CheckDatePattern(arguments[1]);
    if (!pattern.ok()) return pattern;
    return BindScalar(
        [](std::string_view text, std::string_view from) { return ParseDate(text, from); });
  }
  return BindScalar([](std::string_view text) { return ParseDate(text, kDefaultDatePattern); });
}

}  // namespace

void RegisterTimeDateFormat(Registry* registry) {
  FunctionSpec date;
  date.name = "time:date";
  date.summary = "Returns the date part of a date, as `yyyy-MM-dd`.";
  date.example = "time:date('2014/11/11 13:23:44', 'yyyy/MM/dd HH:mm:ss')";
  date.result = "\"2014-11-11\"";
  date.overloads = {{kDateValue, kDatePattern}, {kDateValue}};
  date.bind = [](std::span<const Argument> arguments, size_t) {
    return BindTo(arguments, "yyyy-MM-dd");
  };
  registry->Add(std::move(date));

  FunctionSpec format;
  format.name = "time:dateFormat";
  format.summary = "Writes a date or a timestamp after a pattern, in GMT.";
  format.example = "time:dateFormat('2014/11/11 13:23:44', 'mm:ss', 'yyyy/MM/dd HH:mm:ss')";
  format.result = "\"23:44\"";
  const Parameter target{"date.target.format", kStringOnly};
  format.overloads = {{kDateValue, target, {"date.source.format", kStringOnly}},
                      {kDateValue, target},
                      {kTimestamp, target}};
  format.bind = BindDateFormat;
  registry->Add(std::move(format));

  FunctionSpec day;
  day.name = "time:dayOfWeek";
  day.summary = "Returns the name of the day a date falls on.";
  day.example = "time:dayOfWeek('2014/12/11 13:23:44', 'yyyy/MM/dd HH:mm:ss')";
  day.result = "\"Thursday\"";
  day.overloads = {{kDateValue, kDatePattern}, {kDateValue}};
  day.bind = BindDayOfWeek;
  registry->Add(std::move(day));

  FunctionSpec millis;
  millis.name = "time:timestampInMilliseconds";
  millis.summary = "Returns the app's clock, or the given date in GMT, in milliseconds since 1970.";
  millis.example = "time:timestampInMilliseconds('2007-11-30 10:30:19.000')";
  millis.result = "1196418619000";
  millis.overloads = {{}, {kDateValue, kDatePattern}, {kDateValue}};
  // Its form without arguments is the clock of the row.
  millis.deterministic = false;
  millis.bind = BindMilliseconds;
  registry->Add(std::move(millis));
}

}  // namespace weir
