#include "catalog/registry.h"
#include "expr/scalar_function.h"

namespace weir {

void RegisterEventTimestamp(Registry* registry) {
  FunctionSpec spec;
  spec.name = "eventTimestamp";
  spec.summary = "Returns the timestamp of the event, in milliseconds.";
  spec.example = "eventTimestamp()";
  spec.result = "1700000000000";
  spec.overloads = {{}};
  spec.deterministic = false;
  spec.bind = [](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BindRow<int64_t>([](const CallContext& context, uint32_t row) -> int64_t {
      return context.chunk.timestamp(row);
    });
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
