#include "expr/scalar_function.h"

#include <vector>

namespace weir {

BoundFunction BindValues(Type result, std::function<Value(std::span<const Value>)> body) {
  auto kernel = [result, body = std::move(body)](std::span<const Vector> arguments,
                                                 const CallContext& context) {
    const bool constant = AllConstant(arguments);
    const RowSet rows = constant ? RowSet::One() : RowSet::Visible(context.chunk);
    auto out = std::make_shared<Column>(result, rows.physical);
    std::vector<Value> values(arguments.size(), Value::Null(Type::kInt));
    rows.ForEach([&](uint32_t row) {
      for (size_t i = 0; i < arguments.size(); ++i) {
        values[i] = arguments[i].column->GetValue(arguments[i].Index(row));
      }
      out->SetValue(row, body(values));
    });
    return Vector{std::move(out), constant};
  };
  return {result, std::move(kernel)};
}

}  // namespace weir
