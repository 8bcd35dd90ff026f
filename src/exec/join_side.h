#pragma once

#include <cstdint>
#include <vector>

#include "exec/disk_view.h"
#include "exec/join_operator.h"
#include "exec/key_lists.h"
#include "exec/ordered_index.h"
#include "types/row_store.h"

namespace weir {

// One input of a join: the rows of it that can be found, indexed by the equality keys, and the rows
// of the chunk at hand. Rows live in a store of the join's own, because the window in front runs
// ahead of the join by up to an epoch.
//
// Of a table on disk it keeps a view: what this epoch changed, and what was fetched. Prefetch
// fetches what is found by primary key; everything else is fetched find by find.
class JoinInput {
 public:
  explicit JoinInput(const JoinSide& side);

  const JoinSide& side() const { return side_; }
  const RowStore& store() const { return store_; }

  // Evaluates the keys of a new chunk and stores the rows that may be found or joined, all at once.
  void Load(const Chunk& chunk, const Timeline& timeline);
  // Evaluates what the rows of a new chunk are matched by, and stores nothing.
  void LoadKeys(const Chunk& chunk, const Timeline& timeline);
  // The same for the bounds of the other input's ordered column, over the rows at hand.
  void LoadBounds(const std::vector<OrderedBound>& bounds, const Timeline& timeline);
  // The id of a row (physical number) that Load stored; kNoRow: it did not.
  RowId loaded(uint32_t row) const { return loaded_[row]; }

  // Makes a loaded row findable / not findable any more, for the window row it stands for. What is
  // taken away can still be read until Reclaim; Remove returns its id, kNoRow if it was not there.
  void Insert(uint32_t row, uint32_t window_row);
  RowId Remove(uint32_t window_row);
  // The same for a row that tells of a change of what can be found.
  void TakeChange(const Chunk& chunk, uint32_t row);
  void Clear();
  // Copies a row of the chunk at hand, to be read until the next Reclaim.
  RowId Borrow(uint32_t row);
  // Keeps a loaded row that is not to be found until the next Reclaim only.
  void Drop(RowId id) { store_.Release(id); }
  void Reclaim() {
    if (!borrowed_.empty()) ReleaseBorrowed(0, {});
    store_.Reclaim();
  }
  // Forgets the chunk at hand.
  void Unload() {
    at_hand_ = Chunk();
    keys_at_hand_.clear();
    bounds_at_hand_.clear();
  }

  // Appends the rows that can be found whose keys equal those of physical row `row` of the other
  // input's chunk at hand, in order of arrival; with an ordered column, those within the bounds
  // that the row gives, in that order.
  void FindMatches(const JoinInput& other, uint32_t row, std::vector<RowId>* matches) const;
  bool HasMatch(const JoinInput& other, uint32_t row) const;
  // Has the memory that finds for the other input's chunk at hand will look at brought near; of a
  // table on disk, fetches the rows. Nothing found before may be in use.
  void Prefetch(const JoinInput& other);
  bool is_on_disk() const { return view_ != nullptr; }
  // After FindMatches, for a table on disk: whether there may be matches that are not in memory.
  // NextOnDisk appends some of them, to be read until the next Reclaim; false: these are the last.
  bool BeginOnDisk(const JoinInput& other, uint32_t row);
  bool NextOnDisk(const JoinInput& other, uint32_t row, std::vector<RowId>* matches);
  // Gives up those that were appended since the borrowed() were `from`, but for `kept`, in order.
  size_t borrowed() const { return borrowed_.size(); }
  void ReclaimReleased() { store_.Reclaim(); }
  void ReleaseBorrowed(size_t from, const std::vector<RowId>& kept);

  // The rows that can be found, with the order of their arrival.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  // Puts a row that can be found where finds look. It has the keys of physical row `row` at hand.
  void AddToIndex(uint32_t row, RowId id);
  uint32_t PartRows() const;
  void IndexLoaded(const std::vector<RowId>& ids);
  void HashKeys(const Chunk& chunk, const std::vector<ColumnPtr>& keys);
  template <class T>
  void HashKey(const Chunk& chunk, const Column& key, bool first);
  Selection RowsToStore(const Chunk& chunk) const;
  bool KeysEqual(RowId id, const JoinInput& other, uint32_t row) const;
  // Whether a row of equal hash that can be found has the keys of row `row` of the other's chunk.
  auto KeyTest(const JoinInput& other, uint32_t row) const {
    return [this, &other, row](RowId id) { return hash_is_key_ || KeysEqual(id, other, row); };
  }
  void Refresh();
  void FetchFor(const JoinInput& other);
  void Admit(const Chunk& rows);
  void TakeAway(RowId id);
  const KeyLists::List* ListOf(const JoinInput& other, uint32_t row) const;
  // False: a bound is null or NaN, so nothing is within it.
  bool BoundsOf(const JoinInput& other, uint32_t row, OrderedRange* range) const;
  bool OrderedBitsOf(RowId id, uint64_t* bits) const;

  const JoinSide side_;
  SchemaPtr stored_schema_;            // the side's columns, then computed keys
  std::vector<uint32_t> key_columns_;  // of stored_schema_
  // One key of at most 64 bits: equal hashes mean equal keys, because MixHash loses nothing.
  bool hash_is_key_;
  RowStore store_;

  Chunk at_hand_;  // with the computed keys
  // Of the chunk at hand, by physical row.
  std::vector<uint64_t> hashes_;
  std::vector<uint8_t> matchless_;  // a key is null or NaN
  std::vector<ColumnPtr> keys_at_hand_;
  std::vector<ColumnPtr> bounds_at_hand_;
  std::vector<RowId> loaded_;

  std::vector<RowId> by_window_row_;  // the stored row of a window's row
  KeyLists lists_;                    // without an ordered column
  std::vector<uint64_t> arrivals_;  // by stored row: its number among all that ever could be found
  uint64_t next_arrival_ = 0;
  size_t found_rows_ = 0;
  OrderedIndex ordered_;            // of the rows that can be found, if the side asks for it
  std::vector<RowId> added_;        // scratch
  std::unique_ptr<DiskView> view_;  // of a table on disk; null: all rows are in memory
  std::vector<RowId> borrowed_;     // rows of the table that are no part of the view
};

}  // namespace weir
