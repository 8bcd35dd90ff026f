#pragma once

#include <memory>
#include <string>

#include "catalog/registry.h"
#include "catalog/window_condition.h"
#include "types/schema.h"

namespace weir {

// Compiles conditions over the rows of the stream `stream`, which have the attributes of `schema`.
// The registry must outlive the compiler and the conditions. `functions` are those of the app.
std::shared_ptr<const ConditionCompiler> MakeConditionCompiler(const Registry& registry,
                                                               std::vector<FunctionSpec> functions,
                                                               std::string stream,
                                                               SchemaPtr schema);

}  // namespace weir
