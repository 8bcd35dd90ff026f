#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"
#include "library/aggregates/running_extreme.h"

namespace weir {
void RegisterMaxForever(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "maxForever",
      .summary = "The greatest value seen since the start, whatever the window has let go.",
      .example =
          "from Trades#window.length(9) select maxForever(price) as record insert into Best;",
      .overloads = {{{.name = "arg", .types = kNumeric}}},
      .keeps_forever = true,
      .result_type = [](std::span<const Argument> arguments) { return arguments[0].type; },
      .make =
          [](std::span<const Argument> arguments, bool) {
            return DispatchNumeric(arguments[0].type, [](auto tag) {
              using T = typename decltype(tag)::type;
              return MakeAggregator<ForeverExtreme<T, true>, T>();
            });
          },
  });
}

}  // namespace weir
