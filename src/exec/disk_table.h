#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exec/disk_row.h"
#include "exec/ordered_index.h"
#include "state/table_database.h"

namespace weir {

class DiskTables;

// How the rows of a table on disk are found that one who asks wants.
struct DiskAccess {
  enum class Kind { kPrimaryKey, kIndex, kScan };
  Kind kind = Kind::kScan;
  uint32_t index = 0;            // kIndex
  bool ordered = false;          // kIndex: by the order of one number, else by a hash
  std::vector<uint32_t> key_of;  // the one who asks gives this key for each column of the index
};

// A table on disk: rows by number or, with a primary key, by that key, and indexes. It stands still
// during an epoch; what the epoch changes is collected, and its readers have it in their views.
// Failures go to DiskTables::status, and nothing is found any more.
class DiskTable {
 public:
  // `schema`: the attributes and, as the last, the row's number. `place`: of its map.
  DiskTable(DiskTables* tables, size_t place, SchemaPtr schema, std::vector<uint32_t> primary_key);

  const SchemaPtr& schema() const { return schema_; }
  uint32_t number_column() const { return static_cast<uint32_t>(schema_->size()) - 1; }
  // Grows whenever an epoch's changes have been taken over.
  uint64_t version() const { return version_; }
  uint32_t batch_rows() const;
  const Status& status() const;  // of all tables

  // The index for finds by equal values of the columns, made if need be; only before anything is
  // read or written. `make` off: an index or the primary key only if there is one, else a scan.
  DiskAccess AccessTo(const std::vector<uint32_t>& columns, bool make);
  // The same for finds by the order of a number.
  DiskAccess OrderedAccessTo(uint32_t column, bool make);

  // Changes, of which finds see nothing before the next epoch. Finds of `row` come by its number.
  void Put(const StoredRow& row, const StoredRow* before);
  void Delete(const StoredRow& row);
  // What finds of `before` come by and finds of `row`, with the same number, do not.
  void DeleteStale(const StoredRow& before, const StoredRow& row);

  // Calls take(i, bytes of the row) for the rows with these primary keys, or numbers.
  using Take = std::function<void(size_t i, std::string_view row)>;
  void GetKeys(std::span<const std::string> keys, const Take& take);
  void GetNumbers(std::span<const int64_t> numbers, const Take& take);
  // The bytes of a primary key as given by columns; false: it equals nothing.
  static bool AppendKey(std::span<const ColumnPtr> keys, uint32_t row, std::string* bytes);
  // Where an index is searched for equal values; false likewise.
  static bool FindBits(const DiskAccess& access, std::span<const ColumnPtr> keys, uint32_t row,
                       OrderedRange* range);

  // The numbers of the rows in a part of an index, or (kScan) of all rows.
  class Numbers {
   public:
    Numbers(DiskTable* table, const DiskAccess& access, const OrderedRange& range);
    // False at the end.
    bool Next(int64_t* number);

   private:
    DiskTable* const table_;
    const bool is_scan_;
    const uint64_t to_;
    std::string prefix_;
    std::unique_ptr<TableDatabase::Cursor> cursor_;
    bool started_ = false;
  };

  const DiskRowFormat& format() const { return format_; }
  // Notes that the bytes on disk are no rows of the table.
  void FailCorrupt();

  // Between epochs: all rows, in parts of the open record, unless a checkpoint has them; and the
  // way back.
  void Save(StateWriter& out);
  void Load(StateReader& in);

 private:
  friend class DiskTables;
  struct Index {
    std::vector<uint32_t> columns;
    bool ordered;
    uint32_t place = 0;  // its first bytes in the map; 0: not known yet
    std::string Name() const;
  };

  std::optional<uint32_t> FindIndex(const std::vector<uint32_t>& columns, bool ordered) const;
  void MakeIndex(std::vector<uint32_t> columns, bool ordered);
  // Makes the indexes that are wanted those that are there. Rows are there already.
  void FindIndexes();
  void Clear();
  void SaveRows(StateWriter& out);
  void LoadRows(StateReader& in);
  void FillIndex(const std::vector<const Index*>& indexes);
  // True if this epoch changed anything; a new one begins.
  bool EndEpoch();

  std::string RowKey(int64_t number) const;
  template <class Row>
  bool PrimaryKeyOf(const Row& row, std::string* key) const;
  template <class Row>
  bool IndexKeyOf(const Index& index, const Row& row, std::string* key) const;
  template <class Row>
  void PutRow(const Row& row);
  template <class Row>
  void PutIndexes(const Row& row, const Row* before);

  DiskTables* const tables_;
  const size_t place_;
  const SchemaPtr schema_;
  const std::vector<uint32_t> primary_key_;
  const DiskRowFormat format_;
  std::vector<Index> indexes_;
  uint64_t version_ = 0;
  bool is_changed_ = false;
  bool is_loaded_ = false;
  std::string bytes_;       // scratch
  std::string key_;         // scratch
  std::string before_key_;  // scratch
};

}  // namespace weir
