#include "catalog/registry.h"
#include "expr/scalar_function.h"

namespace weir {

void RegisterCurrentTimeMillis(Registry* registry) {
  FunctionSpec spec;
  spec.name = "currentTimeMillis";
  spec.summary = "Returns the app's clock at the row, in milliseconds.";
  spec.example = "currentTimeMillis()";
  spec.result = "1700000000000";
  spec.overloads = {{}};
  spec.deterministic = false;
  spec.bind = [](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BindRow<int64_t>([](const CallContext& context, uint32_t row) {
      CHECK(context.timeline != nullptr);
      return context.timeline->TimeOf(context.chunk.moment(row));
    });
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
