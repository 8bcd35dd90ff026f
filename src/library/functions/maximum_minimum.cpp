// maximum and minimum of the arguments of one row.
#include <functional>

#include "catalog/registry.h"
#include "expr/operand.h"

namespace weir {
namespace {

// Nulls are left out, and so is NaN unless there is nothing else.
template <class T, class Better>
void ComputeExtreme(std::span<const Vector> values, const RowSet& rows, Column* out) {
  std::vector<Operand<T>> operands;
  operands.reserve(values.size());
  for (const Vector& value : values) operands.emplace_back(value);
  T* result = out->mutable_values<T>();
  rows.ForEach([&](uint32_t row) {
    bool found = false;
    T best = 0;
    for (const Operand<T>& operand : operands) {
      if (!operand.IsValid(row)) continue;
      const T value = operand[row];
      if (!found || Better()(value, best) || best != best) best = value;
      found = true;
    }
    result[row] = best;
    if (!found) out->SetNull(row);
  });
}

template <class Better>
void RegisterExtreme(const char* name, const char* summary, const char* example, const char* result,
                     Registry* registry) {
  FunctionSpec spec;
  spec.name = name;
  spec.summary = summary;
  spec.example = example;
  spec.result = result;
  spec.overloads = {{{"arg", kNumeric, Parameter::Form::kAny, true}}};
  spec.bind = [name](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    if (Status status = CheckSameType(name, arguments); !status.ok()) return status;
    const Type type = arguments[0].type;
    return BoundFunction{type, [type](std::span<const Vector> values, const CallContext& context) {
                           const bool constant = AllConstant(values);
                           const RowSet rows =
                               constant ? RowSet::One() : RowSet::Visible(context.chunk);
                           auto out = std::make_shared<Column>(type, rows.physical);
                           DispatchNumeric(type, [&](auto tag) {
                             using T = typename decltype(tag)::type;
                             ComputeExtreme<T, Better>(values, rows, out.get());
                           });
                           return Vector{std::move(out), constant};
                         }};
  };
  registry->Add(std::move(spec));
}

}  // namespace

void RegisterMaximumMinimum(Registry* registry) {
  RegisterExtreme<std::greater<>>(
      "maximum", "Returns the greatest argument that is not null; all have the same type.",
      "maximum(3, 12, 7)", "12", registry);
  RegisterExtreme<std::less<>>(
      "minimum", "Returns the least argument that is not null; all have the same type.",
      "minimum(3, 12, 7)", "3", registry);
}

}  // namespace weir
