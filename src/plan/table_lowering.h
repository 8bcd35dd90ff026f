#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/lookup_operator.h"
#include "plan/column_use.h"
#include "plan/lowering.h"

namespace weir {

// Splits a condition over `row_columns` columns and then the table's into keys, bounds and the
// rest.
void SplitForTable(const BoundStream& table, const ExprPtr& condition, uint32_t row_columns,
                   TableWrite* parts);

struct LoweredLookup;

// Where the table of that position is, if it is on disk; else null.
using DiskOfTable = std::function<std::shared_ptr<DiskTable>(uint32_t table)>;

// The write as the table's operator does it. `lookups`: what it wants of tables, as its lookups.
TableWrite LowerTableWrite(const BoundApp& app, const BoundTableWrite& write,
                           const SchemaPtr& output, const DiskOfTable& disks,
                           std::vector<LoweredLookup>* lookups, bool make_indexes = true);

// `update T on (T.symbol == symbol) by primary key`.
std::string DescribeTableWrite(const BoundApp& app, const BoundTableWrite& write,
                               const TableWrite& lowered);

// What a join keeps of a table: some columns of what the table's operator emits.
struct TableSide {
  std::vector<uint32_t> columns;
  SchemaPtr schema;
  uint32_t order_column = 0;  // of schema
};
TableSide MakeTableSide(const BoundStream& table, const ColumnSubset& subset);
// The attribute of the table whose order the language gives what a condition finds in, before that
// of the table itself: one with an index that the condition compares by order, if no attribute with
// an index or of the primary key is compared for equality. Columns from `begin` on are the table's.
std::optional<uint32_t> FoundInOrderOf(const BoundStream& table, const ExprPtr& condition,
                                       uint32_t begin);
// How a table on disk is found by equality of `keys`, or by the order of `ordered`.
DiskAccess MakeDiskAccess(DiskTable* disk, const std::vector<uint32_t>& keys,
                          std::optional<uint32_t> ordered, bool make = true);

// A look-up, and the columns it wants of what the table's operator emits.
struct LoweredLookup {
  uint32_t table = 0;  // position in BoundApp::streams
  LookupSpec spec;
  std::vector<uint32_t> columns;
  std::string description;            // `(T.symbol == s) in T by primary key`
  std::vector<LoweredLookup> nested;  // as spec.nested
};
// Not `make_indexes`: it does with the indexes that a table on disk has.
LoweredLookup LowerLookup(const BoundApp& app, const SchemaPtr& rows, const BoundLookup& lookup,
                          const DiskOfTable& disks, bool make_indexes = true);

// The attributes of a table that can be found by order: numbers with an index or as primary key.
std::vector<uint32_t> OrderedAttributes(const BoundStream& table);
// How rows are found by equality of `keys` or by the order of `ordered`: `primary key`, `index a`,
// `index a (made for it)` if the table has no such @Index, or `scan`.
std::string DescribeAccess(const BoundStream& table, const std::vector<uint32_t>& keys,
                           std::optional<uint32_t> ordered);

}  // namespace weir
