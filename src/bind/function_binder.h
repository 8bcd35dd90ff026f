#pragma once

#include <vector>

#include "ast/definition.h"
#include "bind/bind_context.h"

namespace weir {

// Compiles `define function` and adds it to the functions of the app.
void DefineFunction(const ast::FunctionDefinition& definition, BindContext& context,
                    std::vector<FunctionSpec>* functions);

}  // namespace weir
