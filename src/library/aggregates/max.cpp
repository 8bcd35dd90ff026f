#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"
#include "library/aggregates/extreme.h"
#include "library/aggregates/running_extreme.h"

namespace weir {
void RegisterMax(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "max",
      .summary = "The greatest of all values that are not null; null when there are none.",
      .example = "from Trades#window.length(100) select max(price) as maxPrice insert into Prices;",
      .overloads = {{{.name = "arg", .types = kNumeric}}},
      .result_type = [](std::span<const Argument> arguments) { return arguments[0].type; },
      .make =
          [](std::span<const Argument> arguments, bool expires) {
            return DispatchNumeric(arguments[0].type, [expires](auto tag) {
              using T = typename decltype(tag)::type;
              return expires ? MakeAggregator<WindowExtreme<T, true>, T>()
                             : MakeAggregator<RunningExtreme<T, true>, T>();
            });
          },
  });
}

}  // namespace weir
