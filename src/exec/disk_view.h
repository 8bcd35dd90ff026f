#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "exec/disk_table.h"
#include "exec/hash_index.h"

namespace weir {

// What one holder (the table's operator, a join, a look-up) has of a table on disk in memory: the
// rows that the epoch has changed so far, as the holder was told in the order of everything, and
// rows that it fetched. The table on disk stands still meanwhile, so both together are the table at
// the holder's place in that order. The holder keeps the rows themselves, under ids of its own.
class DiskView {
 public:
  // `schema`: the holder's columns, which are `columns` of the table; one of them is the number.
  DiskView(std::shared_ptr<DiskTable> table, SchemaPtr schema, std::vector<uint32_t> columns);

  uint32_t number_column() const { return number_column_; }  // of the holder's columns
  // True once the table has taken over what the view says: the holder drops its rows, then Reset.
  bool IsOutdated() const { return version_ != table_->version(); }
  void Reset();

  // The holder's row with that number, kNoRow: it has none.
  RowId Find(int64_t number) const;
  // The holder has the row now, as it was fetched, or in a version that the table has not.
  void AddFetched(int64_t number, RowId id);
  void AddChanged(int64_t number, RowId id);
  // All of them, in any order.
  std::vector<RowId> rows() const { return rows_.rows(); }
  // The row is gone, or about to be added in another version.
  void Remove(int64_t number);
  // The rows that were fetched: the view forgets them, and so does the holder.
  size_t fetched() const { return fetched_count_; }
  std::vector<RowId> TakeFetched();
  // Forgets one fetched row.
  void Forget(int64_t number);

  // The rows that have the primary keys given by visible rows of `rows`, and that count and are not
  // in memory yet.
  Chunk FetchKeys(std::span<const ColumnPtr> keys, const Chunk& rows);
  // Rows that count and are not in memory, for finds that may give many: those in a part of an
  // index, or all. Next gives up to batch_rows() of them; false: these are the last.
  void Begin(const DiskAccess& access, const OrderedRange& range);
  bool Next(Chunk* rows);
  void End() { numbers_.reset(); }

 private:
  bool Wanted(int64_t number) const;
  void Decode(std::string_view row);
  Chunk FinishRows();

  const std::shared_ptr<DiskTable> table_;
  const SchemaPtr schema_;
  const std::vector<uint32_t> columns_;
  uint32_t number_column_ = 0;
  uint64_t version_ = 0;
  HashIndex rows_;     // by the mixed number, which loses nothing
  HashIndex changed_;  // numbers whose row on disk does not count
  size_t fetched_count_ = 0;
  std::vector<std::pair<int64_t, RowId>> fetched_;  // some of them may be gone
  std::optional<DiskTable::Numbers> numbers_;
  std::vector<ColumnBuilder> builders_;
  RowMetaBuilder meta_;
  std::vector<std::string> keys_;  // scratch
};

}  // namespace weir
