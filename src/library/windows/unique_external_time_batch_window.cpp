#include "catalog/registry.h"
#include "library/windows/external_time_batch.h"
#include "library/windows/unique_rows.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

constexpr Parameter kTimeout{"time.out", kIntOrLong, Parameter::Form::kConstant};
constexpr Parameter kReplace{"replace.time.stamp.with.batch.end.time", kBoolOnly,
                             Parameter::Form::kConstant};

Result<std::unique_ptr<Window>> MakeUniqueExternalTimeBatchWindow(
    std::span<const Argument> arguments, size_t) {
  ExternalTimeBatchOptions options;
  options.time_column = *arguments[1].column;
  const auto span = NumberArgument(kWindowTime, arguments[2], 1);
  if (!span.ok()) return span.status();
  options.span = span.value();
  if (arguments.size() > 3) {
    const auto start = StartArgument(arguments[3]);
    if (!start.ok()) return start.status();
    options.start = start.value();
  }
  if (arguments.size() > 4) {
    const auto timeout = NumberArgument(kTimeout, arguments[4], 0);
    if (!timeout.ok()) return timeout.status();
    options.timeout = timeout.value();
  }
  if (arguments.size() > 5) {
    const auto replace = BoolArgument(kReplace, arguments[5]);
    if (!replace.ok()) return replace.status();
    options.replace_time = replace.value();
  }
  UniqueBatch empty({*arguments[0].column}, UniqueBatch::Keep::kLatest);
  return std::unique_ptr<Window>(
      std::make_unique<ExternalTimeBatchWindow<UniqueBatch>>(options, std::move(empty)));
}

}  // namespace

void RegisterUniqueExternalTimeBatchWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "unique:externalTimeBatch";
  spec.summary =
      "Collects the latest event of each value of unique.key in each window.time by an attribute "
      "of theirs; a batch is emitted when an event of a later one arrives, or after time.out.";
  spec.example =
      "from Logins#window.unique:externalTimeBatch(user, at, 1 min) select user insert into Users;";
  spec.overloads = {
      {kUniqueKey, kTimestamp, kWindowTime},
      {kUniqueKey, kTimestamp, kWindowTime, kStartTime},
      {kUniqueKey, kTimestamp, kWindowTime, kStartTime, kTimeout},
      {kUniqueKey, kTimestamp, kWindowTime, kStartTime, kTimeout, kReplace},
  };
  spec.batch = true;
  spec.multi_emitter = true;
  spec.make = MakeUniqueExternalTimeBatchWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
