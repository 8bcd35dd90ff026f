#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

// The rules of the grammar, in its order, without those that only name keywords.
std::vector<std::string> GrammarRuleNames();

// A rule as it is written for readers: keywords in quotes, no labels. Empty if there is none.
std::string GrammarRule(std::string_view name);

}  // namespace weir
