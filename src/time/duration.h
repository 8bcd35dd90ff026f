#pragma once

#include <optional>
#include <string_view>

#include "types/type.h"

namespace weir {

// `100 millisec`, `5 sec`: a number above 0 and a unit, as in annotations.
std::optional<TimeMs> ParseDuration(std::string_view text);

}  // namespace weir
