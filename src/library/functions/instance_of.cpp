// instanceOfBoolean, instanceOfDouble, instanceOfFloat, instanceOfInteger, instanceOfLong and
// instanceOfString.
#include "catalog/registry.h"
#include "expr/conversion.h"
#include "expr/operand.h"

namespace weir {
namespace {

bool HoldsType(const ObjectRef& object, Type type) {
  const Value scalar = ScalarOf(object);
  return !scalar.is_null() && scalar.type() == type;
}

Vector TestType(Type wanted, const Vector& value, const CallContext& context) {
  const bool may_be = value.type() == wanted || value.type() == Type::kObject;
  if (!may_be) return ConstantVector(Value::Bool(false));
  const RowSet rows = value.constant ? RowSet::One() : RowSet::Visible(context.chunk);
  auto out = std::make_shared<Column>(Type::kBool, rows.physical);
  uint8_t* result = out->mutable_values<uint8_t>();
  if (value.type() == Type::kObject) {
    const Operand<ObjectRef> objects(value);
    rows.ForEach([&](uint32_t row) {
      result[row] = objects.IsValid(row) && HoldsType(objects[row], wanted) ? 1 : 0;
    });
  } else {
    rows.ForEach(
        [&](uint32_t row) { result[row] = value.column->IsValid(value.Index(row)) ? 1 : 0; });
  }
  return {std::move(out), value.constant};
}

struct Row {
  Type type;
  const char* name;
  const char* summary;
  const char* example;
  const char* result;
};

constexpr Row kRows[] = {
    {Type::kBool, "instanceOfBoolean", "Tells whether a value is a bool, and not null.",
     "instanceOfBoolean(true)", "true"},
    {Type::kDouble, "instanceOfDouble", "Tells whether a value is a double, and not null.",
     "instanceOfDouble(1.5)", "true"},
    {Type::kFloat, "instanceOfFloat", "Tells whether a value is a float, and not null.",
     "instanceOfFloat(1.5)", "false"},
    {Type::kInt, "instanceOfInteger", "Tells whether a value is an int, and not null.",
     "instanceOfInteger(7)", "true"},
    {Type::kLong, "instanceOfLong", "Tells whether a value is a long, and not null.",
     "instanceOfLong(7)", "false"},
    {Type::kString, "instanceOfString", "Tells whether a value is a string, and not null.",
     "instanceOfString('7')", "true"},
};

}  // namespace

void RegisterInstanceOf(Registry* registry) {
  for (const Row& row : kRows) {
    FunctionSpec spec;
    spec.name = row.name;
    spec.summary = row.summary;
    spec.example = row.example;
    spec.result = row.result;
    spec.overloads = {{{"arg"}}};
    spec.bind = [type = row.type](std::span<const Argument>, size_t) -> Result<BoundFunction> {
      return BoundFunction{Type::kBool,
                           [type](std::span<const Vector> values, const CallContext& context) {
                             return TestType(type, values[0], context);
                           }};
    };
    registry->Add(std::move(spec));
  }
}

}  // namespace weir
