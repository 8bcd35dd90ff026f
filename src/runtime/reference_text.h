#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir {

// The words of a list separated by spaces.
std::vector<std::string> Words(std::string_view list);

}  // namespace weir
