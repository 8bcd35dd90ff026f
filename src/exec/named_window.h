#pragma once

#include <memory>

#include "catalog/window.h"
#include "exec/step_operator.h"
#include "exec/table_store.h"

namespace weir {

// Keeps in `store` what can be found of a named window, from the rows that come out of it (with
// find rows), and emits each change of that as a kFindAdd or kFindRemove row with its id.
std::unique_ptr<Operator> MakeContentsOperator(std::shared_ptr<TableStore> store, FindSet find_set);

// What readers of a named window see: resets, and rows of the kinds it puts out.
std::unique_ptr<Operator> MakeWindowOutputOperator(bool current, bool expired);

}  // namespace weir
