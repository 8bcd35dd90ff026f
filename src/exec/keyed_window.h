#pragma once

#include <functional>
#include <memory>

#include "catalog/window.h"
#include "exec/step_operator.h"

namespace weir {

struct KeyedWindowNode {
  std::function<std::unique_ptr<Window>()> make;  // that of one key
  SchemaPtr schema;                               // of the rows in and out
  bool needs_expired = true;                      // as WindowNode
};

// Hosts the windows that the keys of a partition have for a query, in place of an operator for each
// key. The last column of its rows is the number of the key (exec/partition_split.h); every
// emission has the rows of one key. Timers of one time fire in the order of those numbers. Resets
// carry the number, too.
std::unique_ptr<Operator> MakeKeyedWindowOperator(OrderPlace place, KeyedWindowNode node);

}  // namespace weir
