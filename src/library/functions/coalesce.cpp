#include "catalog/registry.h"
#include "expr/operand.h"

namespace weir {

void RegisterCoalesce(Registry* registry) {
  FunctionSpec spec;
  spec.name = "coalesce";
  spec.summary = "Returns the first argument that is not null; all have the same type.";
  spec.example = "coalesce(null, 76, 567)";
  spec.result = "76";
  spec.overloads = {{{"arg", kAnyType, Parameter::Form::kAny, true}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    if (Status status = CheckSameType("coalesce", arguments); !status.ok()) return status;
    const Type type = arguments[0].type;
    return BoundFunction{type, [type](std::span<const Vector> values, const CallContext& context) {
                           return PickFirstValid(type, values, context.chunk);
                         }};
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
