// Reference text made from the registry of built-ins and from the grammar.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

// What the page of a built-in or topic says. False if there is none of that name.
bool DescribeBuiltin(std::string_view name, std::string* text);

struct BuiltinSummary {
  std::string name;
  std::string summary;
};
// kind: "topic", "function", "window", "aggregate", "stream function", "source", "sink" or "codec";
// sorted by name, topics in reading order.
std::vector<BuiltinSummary> ListBuiltins(std::string_view kind);

// The grammar of the language, rule by rule; or the rule of that name, empty if there is none.
std::string DescribeGrammar();
std::string DescribeGrammarRule(std::string_view name);

// All of it as one Markdown document. Every example in it can be run; examples of windows and
// aggregates read the streams of its chapter "Sample streams".
std::string LanguageReference();

// The candidate nearest to `name` if near enough to be a typing error, else empty.
std::string NearestText(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace weir
