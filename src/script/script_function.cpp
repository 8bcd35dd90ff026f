#include "script/script_function.h"

#include "expr/operand.h"
#include "expr/row_seed.h"

namespace weir {
namespace {

Vector CallForRows(const Script& script, Type result, std::span<const Vector> given,
                   const CallContext& context) {
  auto out = std::make_shared<Column>(result, context.chunk.physical_size());
  std::vector<Value> data(given.size(), Value::Null(Type::kObject));
  ForEachRowSeed(context, [&](uint32_t row, uint64_t seed) {
    for (size_t i = 0; i < given.size(); ++i) {
      data[i] = given[i].column->GetValue(given[i].Index(row));
    }
    const TimeMs now = context.timeline->TimeOf(context.chunk.moment(row));
    const Result<Value> value = script.Call(data, result, {now, seed});
    if (!value.ok()) context.Fail(row, value.status().message());
    out->SetValue(row, value.ok() ? value.value() : Value::Null(result));
  });
  return {std::move(out), false};
}

}  // namespace

FunctionSpec MakeScriptFunction(std::shared_ptr<const Script> script, Type result) {
  FunctionSpec spec;
  spec.name = script->name().c_str();  // kept alive by bind
  spec.summary = "";
  spec.example = "";
  spec.result = "";
  spec.overloads = {{}, {{"data", kAnyType, Parameter::Form::kAny, /*repeats=*/true}}};
  spec.deterministic = false;
  spec.bind = [script = std::move(script), result](std::span<const Argument>,
                                                   size_t) -> Result<BoundFunction> {
    return BindScript(script, result);
  };
  return spec;
}

BoundFunction BindScript(std::shared_ptr<const Script> script, Type result) {
  return {result, [script = std::move(script), result](std::span<const Vector> given,
                                                       const CallContext& context) {
            return CallForRows(*script, result, given, context);
          }};
}

}  // namespace weir
