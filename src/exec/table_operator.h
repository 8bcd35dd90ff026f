#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/step_operator.h"
#include "exec/table_lookup.h"
#include "exec/table_store.h"
#include "expr/expr.h"

namespace weir {

enum class TableAction { kInsert, kDelete, kUpdate, kUpdateOrInsert };

// What arriving rows do to a table.
struct TableWrite {
  TableAction action = TableAction::kInsert;
  // Equality part of the condition: keys[i], over the arriving rows, equals attribute
  // key_columns[i] of the table.
  std::vector<ExprPtr> keys;
  std::vector<uint32_t> key_columns;
  // Without keys: what has values of this attribute within bounds given by the arriving rows.
  std::optional<uint32_t> ordered_column;
  std::vector<OrderedBound> bounds;
  // The rest, over the arriving rows' columns, then the table's, then the look-ups; null: none.
  ExprPtr residual;
  std::vector<LookupSpec> lookups;  // over the arriving rows' columns and then the table's
  SchemaPtr pairs;                  // those columns; null without look-ups
  // By table of the look-ups (see LookupPort): what it takes of this very table, whose changes it
  // sees at once; absent: another one, whose find rows come on a port.
  std::vector<std::optional<std::vector<uint32_t>>> own_columns;
  struct Assignment {
    uint32_t column;  // of the table
    ExprPtr value;    // over the same columns, of the column's type; sees old values only
  };
  std::vector<Assignment> set;
};

// How many rows refused because of the primary key are told one by one.
inline constexpr size_t kRefusedRowsTold = 10;

// A table while its app runs: shared by the operator that writes it and whoever asks between
// epochs.
struct Table {
  Table(SchemaPtr schema, std::vector<uint32_t> primary_key)
      : store(std::move(schema), std::move(primary_key)) {}

  TableStore store;
  // A write from outside: done in place of the next row of port 0.
  struct Asked {
    TableWrite write;
    // Of the write, knowing all they ask. What asks this very table is not told of changes: such a
    // write is one row, which sees the table as it was.
    std::vector<std::shared_ptr<TableLookup>> lookups;
    Chunk rows;
  };
  std::optional<Asked> asked;
  // Rows that were not inserted, and updates that were not made, because of the primary key.
  uint64_t refused_inserts = 0;
  uint64_t refused_updates = 0;
  // The first of them as text, until somebody tells.
  std::vector<std::string> refused_rows;

  // Between epochs, when nothing is asked.
  void Save(StateWriter& out) const {
    out.Write(store, refused_inserts, refused_updates, refused_rows);
  }
  void Load(StateReader& in) { in.Read(store, refused_inserts, refused_updates, refused_rows); }
};

// Hosts a table: port 0 inserts rows from outside, port i + 1 does writes[i], then come the tables
// of the look-ups of all writes. Emits what changes as
// kFindRemove and kFindAdd rows of the store's schema, with row ids, for joins and look-ups, which
// keep what they need of it: so a find sees exactly the writes before it in the order of
// everything.
std::unique_ptr<Operator> MakeTableOperator(std::shared_ptr<Table> table,
                                            std::vector<TableWrite> writes);

// Where in a table rows are looked for.
class TableFinder {
 public:
  // Makes the index on equal keys that the write's condition would like, or (not `make_indexes`)
  // does with those that are there.
  TableFinder(TableStore* store, const TableWrite& write, bool make_indexes);

  // Evaluates what rows are found by, over the arriving rows.
  void Load(const Chunk& rows, const Timeline& timeline);
  // Called for visible rows 0, 1, ... of those loaded, in order: brings what the next ones find
  // near.
  void Approach(const Chunk& rows, uint32_t i) const;
  // Appends the rows that physical row `row` finds before the residual is tested, in any order.
  void Find(uint32_t row, std::vector<RowId>* ids) const;
  // The same for rows that are on disk and not in memory: whether there may be any; then some of
  // them, as chunks of the store's schema. Next gives false with the last of them.
  bool BeginOnDisk(uint32_t row) const;
  bool NextOnDisk(uint32_t row, Chunk* rows) const;

 private:
  void KeepEqual(uint32_t row, size_t begin, std::vector<RowId>* ids) const;
  bool RangeOf(uint32_t row, OrderedRange* range) const;
  bool FindsOnDisk(uint32_t row, const Chunk& rows, uint32_t found) const;

  TableStore* store_;
  std::vector<ExprPtr> keys_;
  std::vector<uint32_t> key_columns_;
  std::vector<OrderedBound> bounds_;
  std::optional<uint32_t> ordered_column_;
  DiskAccess disk_access_;
  std::optional<TableStore::Access> access_;
  std::vector<ColumnPtr> accessed_;  // the values of the keys that access_ takes
  std::optional<uint32_t> ordered_;
  std::vector<ColumnPtr> key_values_;
  std::vector<ColumnPtr> bound_values_;
};

// Gives the equality part of a condition over `row_columns` arriving columns and then a table's.
void SplitTableCondition(const ExprPtr& condition, uint32_t row_columns, uint32_t table_columns,
                         TableWrite* write);

// Comparisons by order of one attribute of a table with values of the rows beside it.
struct OrderedPart {
  std::optional<uint32_t> column;    // of the table; absent: there are none
  std::vector<OrderedBound> bounds;  // with columns as in the condition
};
// Takes them out of `*condition`, whose columns [begin, end) are those of the table: only
// attributes among `ordered`, and columns below `columns` beside the table's.
OrderedPart SplitOrderedPart(const std::vector<uint32_t>& ordered, uint32_t begin, uint32_t end,
                             uint32_t columns, ExprPtr* condition);

// Passes rows of all kinds with some of their columns.
std::unique_ptr<Operator> MakeColumnsOperator(SchemaPtr output, std::vector<uint32_t> columns);

}  // namespace weir
