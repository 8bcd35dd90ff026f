#include "catalog/registry.h"
#include "expr/conversion.h"

namespace weir {

void RegisterConvert(Registry* registry) {
  FunctionSpec spec;
  spec.name = "convert";
  spec.summary = "Converts a value to the named type; a string that cannot be read gives null.";
  spec.example = "convert('45.9', 'double')";
  spec.result = "45.9";
  spec.overloads = {
      {{"to.be.converted"}, {"converted.to", kStringOnly, Parameter::Form::kConstant}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    const Result<Type> target = ConversionTarget("convert", *arguments[1].constant);
    if (!target.ok()) return target.status();
    const bool null = arguments[0].constant.has_value() && arguments[0].constant->is_null();
    if (arguments[0].type == Type::kObject && !null && target.value() != Type::kString) {
      return Status::Invalid("convert(): an object converts to 'string' only; cast takes it apart");
    }
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
