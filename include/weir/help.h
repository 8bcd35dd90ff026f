// Reference text made from the registry of built-ins.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

// What a built-in's page says. False if there is no function, window or aggregate of that name.
bool DescribeBuiltin(std::string_view name, std::string* text);

struct BuiltinSummary {
  std::string name;
  std::string summary;
};
// kind: "function", "window" or "aggregate"; sorted by name.
std::vector<BuiltinSummary> ListBuiltins(std::string_view kind);

// The candidate nearest to `name` if near enough to be a typing error, else empty.
std::string NearestText(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace weir
