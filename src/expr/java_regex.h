#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace weir {

// The pattern in PCRE2's syntax, or an error; of code kNotSupported for what only Java has.
Result<std::string> TranslateJavaRegex(std::string_view pattern);

}  // namespace weir
