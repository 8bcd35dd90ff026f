#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/state_reader.h"
#include "exec/disk_table.h"
#include "expr/expr.h"
#include "types/schema.h"

namespace weir {

// What a value of an ordered column is compared with: column `op` probe.
struct OrderedBound {
  CompareOp op;   // not !=
  ExprPtr probe;  // of the column's type, over the columns of the rows that ask
};

// For what searches a table on disk: where it is, and which of its columns the rows have that tell
// of its changes; one of them is the number.
struct DiskSide {
  std::shared_ptr<DiskTable> table;  // null: the table is in memory
  std::vector<uint32_t> columns;
  DiskAccess access;
};

// `condition in Table`: whether some row of the table satisfies the condition.
struct LookupSpec {
  // Equality part: keys[i] over the arriving rows equals keys[i] over the table's.
  std::vector<ExprPtr> row_keys;
  std::vector<ExprPtr> table_keys;
  // Without keys: the table's rows are found by the order of this column.
  std::optional<uint32_t> ordered_column;
  std::vector<OrderedBound> bounds;
  // Over the arriving columns, then the table's, then the answers of `nested`; null: none.
  ExprPtr residual;
  std::vector<LookupSpec> nested;  // over the arriving columns and then the table's
  SchemaPtr table;
  DiskSide disk;
};

// The rows of a table as one look-up needs them, and the answers. Kept up to date by what the
// table's operator emits.
class TableLookup {
 public:
  TableLookup(const SchemaPtr& rows, LookupSpec spec);
  ~TableLookup();

  // Its table and those of the look-ups nested in it: each before those nested in that.
  size_t table_count() const;
  // Takes over visible rows [begin, end) of a chunk of find rows of table `table`; every chunk from
  // its first row on, in one piece or in several.
  void Change(size_t table, const Chunk& chunk, uint32_t begin, uint32_t end,
              const Timeline& timeline);
  // One bool per physical row; true for the visible current and expired rows for which a row of the
  // table satisfies the condition. Only the columns that AddReads names are looked at.
  ColumnPtr Ask(const Chunk& rows, const Timeline& timeline);
  // Sets reads[c] for every column of the arriving rows that Ask looks at.
  void AddReads(std::vector<bool>* reads) const;
  // Forgets the chunk at hand.
  void Unload();

  // The rows of the table.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  class Rows;
  std::unique_ptr<Rows> rows_;
};

// The attributes of both, one after the other.
SchemaPtr SideBySide(const Schema& left, const Schema& right);

// Where the find rows that arrive on a port belong: ports take the tables of all look-ups in order.
struct LookupPort {
  TableLookup* lookup;
  size_t table;

  void Change(const Chunk& chunk, uint32_t begin, uint32_t end, const Timeline& timeline) const {
    lookup->Change(table, chunk, begin, end, timeline);
  }
};
void AddPorts(TableLookup* lookup, std::vector<LookupPort>* ports);

// The attributes, then one for the answer to each of so many look-ups.
SchemaPtr WithAnswerColumns(const Schema& rows, size_t lookups);

// `rows` with the answer to each look-up behind their columns.
Chunk WithAnswers(Chunk rows, const std::vector<std::shared_ptr<TableLookup>>& lookups,
                  const Timeline& timeline);

}  // namespace weir
