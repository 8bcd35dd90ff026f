#include "weir/help.h"

#include <algorithm>

#include "catalog/registry.h"
#include "library/builtins.h"

namespace weir {
namespace {

template <class Spec>
void Describe(const Spec& spec, const char* kind, const std::string& how, std::string* text) {
  if (!text->empty()) *text += "\n";
  *text += std::string(spec.name) + " (" + kind + ")\n\n  " + spec.summary + "\n\n";
  for (const Overload& overload : spec.overloads) {
    *text += "  " + how + spec.name + DescribeOverload(overload) + "\n";
  }
}

// Indents every line of an example.
std::string Indented(std::string_view example) {
  std::string text = "    ";
  for (const char c : example) {
    text += c;
    if (c == '\n') text += "    ";
  }
  return text + "\n";
}

template <class Specs>
std::vector<BuiltinSummary> Summaries(const Specs& specs) {
  std::vector<BuiltinSummary> result;
  for (const auto& spec : specs) result.push_back({spec.name, spec.summary});
  std::sort(result.begin(), result.end(),
            [](const BuiltinSummary& a, const BuiltinSummary& b) { return a.name < b.name; });
  return result;
}

}  // namespace

bool DescribeBuiltin(std::string_view name, std::string* text) {
  const Registry& registry = BuiltinRegistry();
  text->clear();
  if (const FunctionSpec* spec = registry.FindFunction(name)) {
    Describe(*spec, "function", "", text);
    *text +=
        std::string("\n  Example:\n") + Indented(spec->example) + "  gives " + spec->result + "\n";
  }
  if (const AggregateSpec* spec = registry.FindAggregate(name)) {
    Describe(*spec, "aggregate", "", text);
    *text += std::string("\n  Example:\n") + Indented(spec->example);
  }
  if (const WindowSpec* spec = registry.FindWindow(name)) {
    Describe(*spec, "window", "#window.", text);
    *text += std::string("\n  Example:\n") + Indented(spec->example);
  }
  return !text->empty();
}

std::vector<BuiltinSummary> ListBuiltins(std::string_view kind) {
  const Registry& registry = BuiltinRegistry();
  if (kind == "function") return Summaries(registry.functions());
  if (kind == "aggregate") return Summaries(registry.aggregates());
  if (kind == "window") return Summaries(registry.windows());
  return {};
}

std::string NearestText(std::string_view name, const std::vector<std::string>& candidates) {
  return NearestName(name, candidates);
}

}  // namespace weir
