#pragma once

#include "catalog/registry.h"

namespace weir {

class TransportRegistry;

// What library/builtins.def lists: BUILTIN lines, and TRANSPORT lines. Built on first use;
// thread-safe.
const Registry& BuiltinRegistry();
const TransportRegistry& BuiltinTransports();

}  // namespace weir
