#pragma once

#include "catalog/registry.h"

namespace weir {

// The registry of everything in library/builtins.def. Built on first use; thread-safe.
const Registry& BuiltinRegistry();

}  // namespace weir
