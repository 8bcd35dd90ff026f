// time:currentDate, time:currentTime, time:currentTimestamp, time:utcTimestamp: the clock of the
// row as text.
#include <unordered_map>

#include "catalog/registry.h"
#include "expr/scalar_function.h"
#include "library/functions/time/date_argument.h"

namespace weir {
namespace {

TimeMs Now(const CallContext& context, uint32_t row) {
  CHECK(context.timeline != nullptr);
  return context.timeline->TimeOf(context.chunk.moment(row));
}

BoundFunction BindNow(const char* pattern) {
  return BindRow<std::string>([pattern](const CallContext& context, uint32_t row) {
    return WriteDate(Now(context, row), pattern).value();
  });
}

// With one argument: write(clock, argument) gives the text or says why not; a null argument counts
// as `otherwise`.
using WriteNow = Result<std::string> (*)(TimeMs, std::string_view);
BoundFunction BindNowWith(const char* otherwise, WriteNow write) {
  return {Type::kString, [=](std::span<const Vector> arguments, const CallContext& context) {
            const Vector& given = arguments[0];
            auto out = std::make_shared<Column>(Type::kString, context.chunk.physical_size());
            RowSet::Visible(context.chunk).ForEach([&](uint32_t row) {
              const size_t at = given.Index(row);
              const bool valid = given.column->IsValid(at);
              const std::string_view text =
                  valid ? given.column->values<StringRef>()[at].view() : otherwise;
              const Result<std::string> result = write(Now(context, row), text);
              if (result.ok()) {
                out->SetValue(row, Value::String(result.value()));
              } else {
                out->SetValue(row, Value::Null(Type::kString));
                context.Fail(row, result.status().message());
              }
            });
            return Vector{std::move(out), false};
          }};
}

Result<std::string> WriteInZone(TimeMs time, std::string_view id) {
  thread_local std::unordered_map<std::string, std::shared_ptr<const TimeZone>> zones;
  auto found = zones.find(std::string(id));
  if (found == zones.end()) {
    const auto zone = TimeZone::Find(id);
    if (!zone.ok()) return zone.status();
    if (zones.size() >= 64) zones.clear();
    found = zones.emplace(id, zone.value()).first;
  }
  return DateFormat::Cached("yyyy-MM-dd HH:mm:ss").value()->Write(time, *found->second);
}

FunctionSpec NowSpec(const char* name, const char* summary, const char* example,
                     const char* result) {
  FunctionSpec spec;
  spec.name = name;
  spec.summary = summary;
  spec.example = example;
  spec.result = result;
  spec.overloads = {{}};
  spec.deterministic = false;
  return spec;
}

}  // namespace

void RegisterTimeNow(Registry* registry) {
  FunctionSpec date =
      NowSpec("time:currentDate", "Returns the app's clock as `yyyy-MM-dd`, in GMT.",
              "time:currentDate()", "\"2023-11-14\"");
  date.bind = [](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BindNow("yyyy-MM-dd");
  };
  registry->Add(std::move(date));

  FunctionSpec time = NowSpec("time:currentTime", "Returns the app's clock as `HH:mm:ss`, in GMT.",
                              "time:currentTime()", "\"22:13:20\"");
  time.bind = [](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BindNow("HH:mm:ss");
  };
  registry->Add(std::move(time));

  FunctionSpec stamp =
      NowSpec("time:currentTimestamp",
              "Returns the app's clock as `yyyy-MM-dd HH:mm:ss`, in GMT or in the given time zone.",
              "time:currentTimestamp('Asia/Kolkata')", "\"2023-11-15 03:43:20\"");
  stamp.overloads.push_back({{"timezone", kStringOnly}});
  stamp.bind = [](std::span<const Argument> given, size_t overload) -> Result<BoundFunction> {
    if (overload == 0) return BindNow("yyyy-MM-dd HH:mm:ss");
    const Status zone = CheckZone(given[0]);
    if (!zone.ok()) return zone;
    return BindNowWith("GMT", WriteInZone);
  };
  registry->Add(std::move(stamp));

  FunctionSpec utc = NowSpec(
      "time:utcTimestamp",
      "Returns the app's clock in UTC as `yyyy-MM-dd HH:mm:ss`, or after the given pattern.",
      "time:utcTimestamp('HH:mm')", "\"22:13\"");
  utc.overloads.push_back({kDatePattern});
  utc.bind = [](std::span<const Argument> given, size_t overload) -> Result<BoundFunction> {
    if (overload == 0) return BindNow("yyyy-MM-dd HH:mm:ss");
    const Status pattern = CheckDatePattern(given[0]);
    if (!pattern.ok()) return pattern;
    return BindNowWith("yyyy-MM-dd HH:mm:ss", WriteDate);
  };
  registry->Add(std::move(utc));
}

}  // namespace weir
