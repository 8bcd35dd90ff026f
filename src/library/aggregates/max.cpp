#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"
#include "library/aggregates/extreme.h"

namespace weir {
namespace {

template <class T>
using Running = RunningExtreme<T, true>;
template <class T>
using Windowed = WindowExtreme<T, true>;

}  // namespace

void RegisterMax(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "max",
      .summary = "The greatest of all values that are not null; null when there are none.",
      .example = "from Trades#window.length(100) select max(price) as maxPrice insert into Prices;",
      .overloads = {{{.name = "arg", .types = kNumeric}}},
      .result_type = [](std::span<const Argument> arguments) { return arguments[0].type; },
      .make =
          [](std::span<const Argument> arguments, bool expires) {
            const Type type = arguments[0].type;
            return expires ? MakeNumericAggregator<Windowed>(type)
                           : MakeNumericAggregator<Running>(type);
          },
  });
}

}  // namespace weir
