#pragma once

#include <cstdint>
#include <vector>

#include "exec/table_operator.h"
#include "expr/expr.h"

namespace weir {

// `condition in Table`; its value is a bool column behind those of the rows that ask.
struct BoundLookup {
  uint32_t table = 0;  // position in BoundApp::streams
  // Over the columns of the rows, from kTableBase on those of the table, and kNestedAnswers behind
  // these the answers of `nested`.
  ExprPtr condition;
  std::vector<BoundLookup> nested;  // over the same columns; the next table's are kLookupLevel on
  // In filters of a stream: the stream functions before (or after) the window that come first.
  size_t functions_ahead = 0;
};

// What the rows of a query do to a table.
struct BoundTableWrite {
  uint32_t table = 0;  // position in BoundApp::streams
  TableAction action = TableAction::kInsert;
  // Over the query's output, then the table's attributes, then the look-ups; null: every row.
  ExprPtr on;
  std::vector<TableWrite::Assignment> set;  // over the same
  std::vector<BoundLookup> lookups;         // over the output and the attributes
};

}  // namespace weir
