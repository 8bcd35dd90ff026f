#pragma once

#include <memory>

#include "catalog/window.h"
#include "exec/step_operator.h"

namespace weir {

struct WindowNode {
  std::unique_ptr<Window> window;
  SchemaPtr schema;  // of the rows in and out
  // Expired rows are wanted by an aggregate, the output or a join.
  bool needs_expired = true;
  // A join searches the window. Every row then carries its id in the window's store
  // (RowMeta::row_ids; kNoRow for resets), so that the join knows which row an expired row or a
  // kFindRemove takes away; needs_expired must be true too. Rows of kind kFindAdd / kFindRemove are
  // sent if the window's find set is kExplicit.
  bool needs_find_rows = false;
};

// Hosts a window: stores arriving rows, drives its timers, turns what it emits into chunks. Rows
// emitted for an arrival carry its key, rows emitted by a timer the timer's.
std::unique_ptr<Operator> MakeWindowOperator(OrderPlace place, WindowNode node);

}  // namespace weir
