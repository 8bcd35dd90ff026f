#pragma once

#include <optional>
#include <string_view>

#include "types/type.h"

namespace weir {

// Compares without regard to case, as names of annotations and their elements are.
bool SameText(std::string_view a, std::string_view b);

// `100 millisec`, `5 sec`: a number above 0 and a unit, as in annotations.
std::optional<TimeMs> ParseDuration(std::string_view text);

}  // namespace weir
