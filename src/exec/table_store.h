#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/prefetch.h"
#include "exec/disk_view.h"
#include "exec/hash_index.h"
#include "exec/ordered_index.h"
#include "types/row_store.h"

namespace weir {

// Sorts ids by a numeric column, nulls first; rows of equal value keep their order.
void SortRows(const RowStore& rows, uint32_t column, std::span<RowId> ids);

// Rows that stay until they are taken away, in order of insertion, with hash indexes: a table, or
// what can be found of a named window. Behind the attributes every row has a number that grows with
// insertion, so that the order can be told wherever copies of the rows go. An update is a new row
// with the number of the old one. Rows taken away stay readable until Reclaim.
//
// With KeepOnDisk the rows are on disk, and those in memory are the ones that this epoch changed or
// that were fetched: finds look at those only, so fetching comes first.
class TableStore {
 public:
  // `primary_key`: attributes that no two rows share; empty: none.
  explicit TableStore(SchemaPtr schema, std::vector<uint32_t> primary_key = {});

  const SchemaPtr& schema() const { return schema_; }
  // With the number behind; what chunks given to Insert and Replace look like.
  const SchemaPtr& stored_schema() const { return rows_.schema(); }
  const RowStore& rows() const { return rows_; }
  size_t size() const { return size_; }
  const std::vector<uint32_t>& primary_key() const { return primary_key_; }
  // The column that finds are ordered by: a numeric primary key of one attribute, else the number.
  uint32_t order_column() const { return order_column_; }

  // How rows are found that equal keys in some columns: by an index over columns[key_of[i]].
  struct Access {
    uint32_t index = 0;
    std::vector<uint32_t> key_of;
  };
  // The primary key or an index whose columns are all among `columns`; absent: there is none.
  std::optional<Access> FindAccess(const std::vector<uint32_t>& columns) const;
  // The number of an index over the columns, made if there is none yet.
  uint32_t IndexOf(const std::vector<uint32_t>& columns);
  // The same for an index by the order of a numeric column.
  uint32_t OrderedIndexOf(uint32_t column);

  // `chunk` with a column of fresh numbers behind its own.
  Chunk WithNumbers(const Chunk& chunk);
  // kNoRow if a row has the same primary key.
  RowId Insert(const Chunk& stored, uint32_t visible_row);
  void Remove(RowId id);
  // Takes rows `ids` away and puts row i of `stored` in the place of ids[i], under the id that
  // new_ids[i] gets. False, and nothing done, if two rows would have the same primary key.
  bool Replace(std::span<const RowId> ids, const Chunk& stored, std::vector<RowId>* new_ids);
  void Reclaim() { rows_.Reclaim(); }

  // Appends the rows whose index columns equal physical row `row` of `keys`, in any order.
  void Find(uint32_t index, std::span<const ColumnPtr> keys, uint32_t row,
            std::vector<RowId>* ids) const;
  // Of a table on disk: gets what the visible rows find by primary key into memory.
  void Fetch(uint32_t index, std::span<const ColumnPtr> keys, const Chunk& rows);
  // Has the memory that finds for visible rows [begin, end) will look at brought near; not more of
  // them at once than the caches hold.
  static constexpr uint32_t kPrefetchBlock = 256;
  void Prefetch(uint32_t index, std::span<const ColumnPtr> keys, const Chunk& rows, uint32_t begin,
                uint32_t end) const;
  // Appends the rows of a range of an ordered index, in its order.
  void FindOrdered(uint32_t index, const OrderedRange& range, std::vector<RowId>* ids) const {
    ordered_[index].rows.Find(range, ids);
  }
  // Appends all rows in order of insertion.
  void All(std::vector<RowId>* ids) const;

  // Before anything else.
  void KeepOnDisk(std::shared_ptr<DiskTable> disk);
  DiskTable* disk() const { return disk_.get(); }  // null: all rows are in memory
  // Before the first use in an epoch: forgets what the table on disk has taken over.
  void Refresh();
  // Fetches the rows that stand in the way of rows like these because of the primary key.
  void FetchRivals(const Chunk& stored);
  // Rows on disk that are not in memory, as DiskView, and how they get there.
  DiskView* view() const { return view_.get(); }
  void Admit(const Chunk& rows, std::vector<RowId>* ids);

  // Every row has a part of its own, in which `more` writes and reads what else there is of it.
  // Indexes that are there when a state is loaded are filled, those made later as ever.
  void Save(StateWriter& out, const RowStore::SaveMore& more = nullptr) const;
  void Load(StateReader& in, const RowStore::LoadMore& more = nullptr);

 private:
  struct Link {
    RowId previous = kNoRow;
    RowId next = kNoRow;
  };
  struct Index {
    std::vector<uint32_t> columns;
    HashIndex first;          // by hash; the rest are linked, newest first
    LargeVector<Link> links;  // by row
  };
  struct Ordered {
    uint32_t column;
    OrderedIndex rows;
  };
  static constexpr uint32_t kPrimary = 0;

  static bool HashKeys(std::span<const ColumnPtr> keys, uint32_t row, uint64_t* hash);
  bool HashStored(const Index& index, RowId id, uint64_t* hash) const;
  bool SameKey(const Index& index, RowId a, RowId b) const;
  // True if no value of the index is null or not a number, so that a search can find the row.
  bool IsKeyStored(const Index& index, RowId id) const;
  void BringNeighboursNear(RowId id) const {
    const Link& link = order_[id];
    if (link.previous != kNoRow) BringMemoryNear(&order_[link.previous]);
    if (link.next != kNoRow) BringMemoryNear(&order_[link.next]);
  }
  bool EqualStored(const Index& index, RowId a, RowId b) const;
  RowId FindStored(const Index& index, RowId like) const;
  bool KeysStayApart(std::span<const RowId> ids, std::span<const RowId> new_ids) const;
  void Reserve(RowId id);
  bool OrderedBitsOf(uint32_t column, RowId id, uint64_t* bits) const;
  void AddToIndex(Index* index, RowId id);
  void AddToIndexes(RowId id);
  void AddToOrdered(RowId id);
  void RemoveFromOrdered(RowId id);
  void RemoveFromIndex(Index* index, RowId id);
  void RemoveFromIndexes(RowId id);
  void Append(RowId id);
  void Drop(RowId id);
  void TakePlaceInIndex(Index* index, RowId old_id, RowId new_id);
  int64_t NumberOf(RowId id) const { return rows_.Get<int64_t>(schema_->size(), id); }
  void NoteInsert(RowId id);
  void NoteRemove(RowId id);
  void NoteReplace(std::span<const RowId> ids, std::span<const RowId> new_ids);
  bool KeysDiffer(std::span<const RowId> ids, std::span<const RowId> new_ids) const;

  SchemaPtr schema_;
  std::vector<uint32_t> primary_key_;
  uint32_t order_column_;
  RowStore rows_;
  std::vector<Index> indexes_;  // the primary key's comes first
  std::vector<Ordered> ordered_;
  LargeVector<Link> order_;  // by row
  RowId first_ = kNoRow;
  RowId last_ = kNoRow;
  size_t size_ = 0;
  int64_t next_number_ = 0;
  std::shared_ptr<DiskTable> disk_;  // null: all rows are in memory
  std::unique_ptr<DiskView> view_;
};

}  // namespace weir
