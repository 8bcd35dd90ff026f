#include "catalog/registry.h"
#include "library/windows/external_time_batch.h"
#include "library/windows/window_parameter.h"

namespace weir {
namespace {

constexpr Parameter kStart{"start.time", kIntOrLong};
constexpr Parameter kTimeout{"timeout", kIntOrLong, Parameter::Form::kConstant};
constexpr Parameter kReplace{"replace.with.batchtime", kBoolOnly, Parameter::Form::kConstant};

Status ReadStart(const Argument& argument, ExternalTimeBatchOptions* options) {
  if (argument.constant.has_value()) {
    const auto start = StartArgument(argument);
    if (!start.ok()) return start.status();
    options->start = start.value();
    return Status::Ok();
  }
  if (!argument.column.has_value() || argument.type != Type::kLong) {
    return Status::Invalid("start.time must be a constant int or long, or a long attribute");
  }
  options->start_column = argument.column;
  return Status::Ok();
}

Result<std::unique_ptr<Window>> MakeExternalTimeBatchWindow(std::span<const Argument> arguments,
                                                            size_t) {
  ExternalTimeBatchOptions options;
  options.time_column = *arguments[0].column;
  const auto span = NumberArgument(kWindowTime, arguments[1], 1);
  if (!span.ok()) return span.status();
  options.span = span.value();
  if (arguments.size() > 2) {
    Status status = ReadStart(arguments[2], &options);
    if (!status.ok()) return status;
  }
  if (arguments.size() > 3) {
    const auto timeout = NumberArgument(kTimeout, arguments[3], 0);
    if (!timeout.ok()) return timeout.status();
    options.timeout = timeout.value();
  }
  if (arguments.size() > 4) {
    const auto replace = BoolArgument(kReplace, arguments[4]);
    if (!replace.ok()) return replace.status();
    options.replace_time = replace.value();
  }
  return std::unique_ptr<Window>(std::make_unique<ExternalTimeBatchWindow<AllRows>>(options));
}

}  // namespace

void RegisterExternalTimeBatchWindow(Registry* registry) {
  WindowSpec spec;
  spec.name = "externalTimeBatch";
  spec.summary =
      "Collects the events of each window.time by an attribute of theirs; a batch is emitted when "
      "an event of a later one arrives, or after timeout.";
  spec.example =
      "from Logins#window.externalTimeBatch(at, 1 min) select count() as n insert into Counts;";
  spec.overloads = {{kTimestamp, kWindowTime},
                    {kTimestamp, kWindowTime, kStart},
                    {kTimestamp, kWindowTime, kStart, kTimeout},
                    {kTimestamp, kWindowTime, kStart, kTimeout, kReplace}};
  spec.batch = true;
  spec.multi_emitter = true;
  spec.make = MakeExternalTimeBatchWindow;
  registry->Add(std::move(spec));
}

}  // namespace weir
