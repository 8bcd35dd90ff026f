#include "catalog/registry.h"
#include "expr/conversion.h"

namespace weir {

void RegisterCast(Registry* registry) {
  FunctionSpec spec;
  spec.name = "cast";
  spec.summary = "Gives a value, often an object, as the named type; null where it cannot be.";
  spec.example = "cast('12', 'int')";
  spec.result = "12";
  spec.overloads = {{{"to.be.caster"}, {"cast.to", kStringOnly, Parameter::Form::kConstant}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    const Result<Type> target = ConversionTarget("cast", *arguments[1].constant);
    if (!target.ok()) return target.status();
    BoundFunction convert = BindConversion(arguments[0].type, target.value());
    return BoundFunction{convert.result,
                         [kernel = std::move(convert.kernel)](std::span<const Vector> values,
                                                              const CallContext& context) {
                           return kernel(values.first(1), context);
                         }};
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
