#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/prefetch.h"
#include "base/state_reader.h"
#include "types/chunk.h"

namespace weir {

// Identifies a row in a RowStore.
using RowId = uint32_t;

// Storage for rows that an operator keeps (windows, join sides, partial matches). A row has an id
// until it is released; ids are reused. The values of a row lie together, since rows come and go in
// any order. Long strings are copied in and freed with their row. Not thread-safe.
class RowStore {
 public:
  explicit RowStore(SchemaPtr schema);
  ~RowStore();
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;

  const SchemaPtr& schema() const { return schema_; }
  size_t live_rows() const { return live_; }

  // Copies visible rows [begin, end) of `chunk`; ids[i - begin] receives the id of row i.
  void Add(const Chunk& chunk, uint32_t begin, uint32_t end, RowId* ids);
  RowId AddOne(const Chunk& chunk, uint32_t visible_row) {
    RowId id;
    Add(chunk, visible_row, visible_row + 1, &id);
    return id;
  }

  // Gives up a row. The values stay readable until the next Reclaim(), so that rows can be
  // collected for output first and gathered later.
  void Release(RowId id) {
    released_.push_back(id);
    --live_;
  }
  // Makes released ids available again.
  void Reclaim();

  TimeMs timestamp(RowId id) const { return *reinterpret_cast<const TimeMs*>(RowAt(id)); }
  void set_timestamp(RowId id, TimeMs timestamp) {
    *reinterpret_cast<TimeMs*>(RowAt(id)) = timestamp;
  }

  bool IsValid(size_t column, RowId id) const {
    const auto& nulls = columns_[column].nulls;
    return nulls.empty() || nulls[id] == 0;
  }
  // For every type but string and object as in type_dispatch.h; StringRef and ObjectRef too, valid
  // until the row is reclaimed.
  template <class T>
  const T& Get(size_t column, RowId id) const {
    return *reinterpret_cast<const T*>(RowAt(id) + columns_[column].offset);
  }
  Value GetValue(size_t column, RowId id) const;
  void SetValue(size_t column, RowId id, const Value& value);

  // One column with the values of `ids`, kNoRow giving null; string bytes are copied.
  ColumnPtr Gather(size_t column, std::span<const RowId> ids) const;
  std::vector<ColumnPtr> GatherAll(std::span<const RowId> ids) const;

  // Has the memory of a row brought near; changes nothing.
  void Prefetch(RowId id) const {
    for (size_t at = 0; at < row_bytes_; at += 64) BringMemoryNear(RowAt(id) + at);
    BringMemoryNear(RowAt(id) + row_bytes_ - 1);
  }

  size_t bytes() const;

  // Up to 64 ids share a part of the state; fewer where rows change here and there. Load takes the
  // same number, on a store that is empty yet; every row gets the id it had.
  // `more` writes and reads what else there is to say of a row, behind its values.
  static constexpr uint32_t kPartRows = 64;
  using SaveMore = std::function<void(RowId, StateWriter&)>;
  using LoadMore = std::function<void(RowId, StateReader&)>;
  void Save(StateWriter& out, uint32_t part_rows = kPartRows, const SaveMore& more = nullptr) const;
  void Load(StateReader& in, uint32_t part_rows = kPartRows, const LoadMore& more = nullptr);
  // For ids that a state holds beside the store: fail the reader where one was never handed out.
  RowId ReadId(StateReader& in) const;
  void ReadIds(StateReader& in, Ring<RowId>* ids) const;
  void ReadIds(StateReader& in, std::vector<RowId>* ids) const;
  // One bit for each id ever handed out: is there a row that was not released.
  std::vector<uint64_t> LiveBits() const;

 private:
  struct StoredColumn {
    Type type;
    size_t offset;               // in a row
    std::vector<uint8_t> nulls;  // 1 = null; empty: no null was ever stored
  };

  uint8_t* RowAt(RowId id) const { return data_ + size_t{id} * row_bytes_; }
  template <class T>
  T& Slot(const StoredColumn& column, RowId id) const {
    return *reinterpret_cast<T*>(RowAt(id) + column.offset);
  }

  void Grow(size_t capacity);
  void MoveRows(size_t capacity);
  void MakeStrings(size_t begin, size_t end);
  void FreeLongString(StoredColumn& column, RowId id);
  void TakeIds(uint32_t count, RowId* ids);
  void StoreColumn(StoredColumn& column, const Column& from, const uint32_t* rows, uint32_t count,
                   const RowId* ids);
  void StoreString(StringRef* slot, const StringRef& from);
  void GatherValues(const StoredColumn& column, std::span<const RowId> ids, size_t at,
                    Column* to) const;
  void SaveRow(StateWriter& out, RowId id) const;
  void GrowForLoad(size_t capacity);
  void LoadRow(StateReader& in, RowId id);

  SchemaPtr schema_;
  std::vector<StoredColumn> columns_;
  uint8_t* data_ = nullptr;  // by id: the time, then the values
  size_t row_bytes_ = sizeof(TimeMs);
  bool has_objects_ = false;
  std::vector<RowId> free_;
  std::vector<RowId> released_;
  std::vector<uint32_t> rows_;  // of Add
  size_t capacity_ = 0;
  size_t used_ = 0;  // ids ever handed out
  size_t live_ = 0;
  size_t string_bytes_ = 0;
};

}  // namespace weir
