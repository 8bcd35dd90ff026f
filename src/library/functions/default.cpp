#include "catalog/registry.h"
#include "expr/operand.h"

namespace weir {

void RegisterDefault(Registry* registry) {
  FunctionSpec spec;
  spec.name = "default";
  spec.summary = "Returns the attribute, or the constant default of the same type if it is null.";
  spec.example = "default(null, 0.5)";
  spec.result = "0.5";
  spec.overloads = {{{"attribute"}, {"default", kAnyType, Parameter::Form::kConstant}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    if (Status status = CheckSameType("default", arguments); !status.ok()) return status;
    const Type type = arguments[0].type;
    return BoundFunction{type, [type](std::span<const Vector> values, const CallContext& context) {
                           return PickFirstValid(type, values, context.chunk);
                         }};
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
