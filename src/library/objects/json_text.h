#pragma once

#include <optional>
#include <string_view>

#include "types/object.h"

namespace weir {

struct JsonTextOptions {
  bool whole_as_double = false;  // all numbers become doubles
};

// Reads JSON that a function was given as text, forgivingly, since app texts have it between double
// quotes: strings may stand between single quotes, keys and words without any, a comma may end an
// array or object. A whole number is an int if it fits, else a long, else a double. No value if
// the text is anything else, or nested deeper than 64 levels. (A null pointer is JSON's null.)
std::optional<ObjectRef> ParseJsonText(std::string_view text, const JsonTextOptions& options = {});

}  // namespace weir
