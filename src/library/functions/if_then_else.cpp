#include "catalog/registry.h"
#include "expr/operand.h"

namespace weir {
namespace {

Vector Choose(Type type, std::span<const Vector> values, const CallContext& context) {
  const bool constant = AllConstant(values);
  const RowSet rows = constant ? RowSet::One() : RowSet::Visible(context.chunk);
  const Operand<uint8_t> condition(values[0]);
  std::vector<uint32_t> choice(rows.physical);
  rows.ForEach(
      [&](uint32_t row) { choice[row] = condition.IsValid(row) && condition[row] != 0 ? 0 : 1; });
  Vector result = PickValues(type, values.subspan(1), choice.data(), rows);
  result.constant = constant;
  return result;
}

}  // namespace

void RegisterIfThenElse(Registry* registry) {
  FunctionSpec spec;
  spec.name = "ifThenElse";
  spec.summary = "Returns the second argument if the condition is true, else the third.";
  spec.example = "ifThenElse(37 > 35, 'High', 'Low')";
  spec.result = "\"High\"";
  spec.overloads = {{{"condition", kBoolOnly}, {"if.expression"}, {"else.expression"}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    const Type type = arguments[1].type;
    if (arguments[2].type != type) {
      const std::string types =
          std::string(TypeName(type)) + ", " + std::string(TypeName(arguments[2].type));
      return Status::Invalid("ifThenElse(bool, " + types + "): types differ, " +
                             std::string(TypeName(type)) + " and " +
                             std::string(TypeName(arguments[2].type)));
    }
    return BoundFunction{type, [type](std::span<const Vector> values, const CallContext& context) {
                           return Choose(type, values, context);
                         }};
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
