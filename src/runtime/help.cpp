#include "weir/help.h"

#include <algorithm>

#include "catalog/registry.h"
#include "library/builtins.h"
#include "parser/grammar_rules.h"
#include "runtime/reference_text.h"
#include "runtime/transport_text.h"

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
  if (example.substr(0, 1) == "\n") example.remove_prefix(1);
  std::string text = "    ";
  for (const char c : example) {
    text += c;
    if (c == '\n') text += "    ";
  }
  while (text.back() == ' ' || text.back() == '\n') text.pop_back();
  return text + "\n";
}

template <class Specs>
std::vector<BuiltinSummary> Summaries(const Specs& specs) {
  std::vector<BuiltinSummary> result;
  for (const auto& spec : specs) result.push_back({spec.name, spec.summary});
  return result;
}

std::vector<BuiltinSummary> Sorted(std::vector<BuiltinSummary> summaries) {
  std::sort(summaries.begin(), summaries.end(),
            [](const BuiltinSummary& a, const BuiltinSummary& b) { return a.name < b.name; });
  return summaries;
}

void DescribeTopic(const TopicSpec& topic, std::string* text) {
  *text += std::string(topic.name) + " (language)\n\n  " + topic.summary + "\n";
  for (const std::string& rule : Words(topic.rules)) *text += "\n" + Indented(GrammarRule(rule));
  *text += "\n  Example:\n" + Indented(topic.app) + "  with the input\n" + Indented(topic.input) +
           "  gives\n" + Indented(topic.output);
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
  if (const StreamFunctionSpec* spec = registry.FindStreamFunction(name)) {
    Describe(*spec, "stream function", "#", text);
    *text += std::string("\n  Example:\n") + Indented(spec->example);
  }
  if (const TopicSpec* topic = registry.FindTopic(name)) {
    if (!text->empty()) *text += "\n";
    DescribeTopic(*topic, text);
  }
  DescribeTransports(name, text);
  return !text->empty();
}

std::vector<BuiltinSummary> ListBuiltins(std::string_view kind) {
  const Registry& registry = BuiltinRegistry();
  if (kind == "topic") return Summaries(registry.topics());
  if (kind == "function") return Sorted(Summaries(registry.functions()));
  if (kind == "aggregate") return Sorted(Summaries(registry.aggregates()));
  if (kind == "window") return Sorted(Summaries(registry.windows()));
  if (kind == "stream function") return Sorted(Summaries(registry.stream_functions()));
  return ListTransports(kind);
}

std::string DescribeGrammarRule(std::string_view name) { return GrammarRule(name); }

std::string DescribeGrammar() {
  std::string text;
  for (const std::string& rule : GrammarRuleNames()) text += GrammarRule(rule) + "\n";
  return text;
}

std::string NearestText(std::string_view name, const std::vector<std::string>& candidates) {
  return NearestName(name, candidates);
}

}  // namespace weir
