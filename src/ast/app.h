// A whole app: the root of what the parser gives.
#pragma once

#include <variant>
#include <vector>

#include "ast/annotation.h"
#include "ast/definition.h"
#include "ast/query.h"

namespace weir::ast {

using Element = std::variant<StreamDefinition, TableDefinition, WindowDefinition, TriggerDefinition,
                             FunctionDefinition, AggregationDefinition, Query, Partition>;

struct App {
  std::vector<Annotation> annotations;  // the `@app:...` ones
  std::vector<Element> elements;        // in source order
};

}  // namespace weir::ast
