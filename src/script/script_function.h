#pragma once

#include <memory>

#include "catalog/function.h"
#include "script/script.h"

namespace weir {

// A function whose arguments, any number of any types, are the `data` of the script.
FunctionSpec MakeScriptFunction(std::shared_ptr<const Script> script, Type result);

// Its kernel alone.
BoundFunction BindScript(std::shared_ptr<const Script> script, Type result);

}  // namespace weir
