#include "library/functions/simple_function.h"
#include "script/script_function.h"

namespace weir {
namespace {

constexpr std::pair<std::string_view, Type> kResults[] = {
    {"int", Type::kInt},       {"long", Type::kLong}, {"float", Type::kFloat},
    {"double", Type::kDouble}, {"bool", Type::kBool}, {"string", Type::kString}};

Result<Type> ResultType(const Value& name) {
  const std::string text = name.is_null() ? "null" : name.string_value();
  std::string lower = text;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  for (const auto& [known, type] : kResults) {
    if (lower == known) return type;
  }
  return Status::Invalid("js:eval() gives int, long, float, double, bool or string, not '" + text +
                         "'");
}

}  // namespace

void RegisterJsEval(Registry* registry) {
  if (!Script::Available()) return;
  FunctionSpec spec = MakeSpec(
      {"js:eval",
       "Evaluates a text as JavaScript and gives its value; it is a fault if that is not of the "
       "type named.",
       "js:eval('700 > 800', 'bool')", "false"},
      {{{"expression", kStringOnly}, {"return.type", kStringOnly, Parameter::Form::kConstant}}});
  spec.deterministic = false;
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    const Result<Type> type = ResultType(*arguments[1].constant);
    if (!type.ok()) return type.status();
    ScriptProblem problem;
    auto script =
        Script::Compile("eval", "return data[0] === null ? null : eval(data[0]);", &problem);
    if (script == nullptr) return Status::Invalid("js:eval(): " + problem.message);
    return BindScript(std::move(script), type.value());
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
