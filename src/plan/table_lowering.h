#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exec/lookup_operator.h"
#include "plan/column_use.h"
#include "plan/lowering.h"

namespace weir {

// The write as the table's operator does it.
TableWrite LowerTableWrite(const BoundApp& app, const BoundTableWrite& write,
                           const SchemaPtr& output);

// `update on (T.symbol == symbol), hash index on symbol`.
std::string DescribeTableWrite(const BoundApp& app, const BoundTableWrite& write,
                               const TableWrite& lowered);

// What a join keeps of a table: some columns of what the table's operator emits.
struct TableSide {
  std::vector<uint32_t> columns;
  SchemaPtr schema;
  uint32_t order_column = 0;  // of schema
};
TableSide MakeTableSide(const BoundStream& table, const ColumnSubset& subset);

// A look-up, and the columns it wants of what the table's operator emits.
struct LoweredLookup {
  LookupSpec spec;
  std::vector<uint32_t> columns;
};
LoweredLookup LowerLookup(const BoundApp& app, const SchemaPtr& rows, const BoundLookup& lookup);

}  // namespace weir
