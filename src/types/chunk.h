#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "types/column.h"
#include "types/order_key.h"
#include "types/schema.h"

namespace weir {

// What a row means to the operators after it: current rows are added, expired rows taken away,
// a reset row clears every group of the aggregates behind a batch window (it has no values).
// The find kinds flow only from a window to the join that searches it, where what can be found is
// not simply what was emitted.
enum class RowKind : int8_t {
  kFindRemove = -2,
  kExpired = -1,
  kReset = 0,
  kCurrent = 1,
  kFindAdd = 2
};

// How many rows a chunk aims at. A chunk may hold more, because the rows of one emission (equal
// order keys) are never split over two chunks: no operator has to carry half an emission.
inline constexpr size_t kChunkRows = 2048;

// What every row carries beside its attributes; as long as the columns of the same rows.
struct RowMeta {
  std::vector<TimeMs> timestamps;
  std::vector<RowKind> kinds;  // empty: all current
  std::vector<Moment> moments;
  // Rows of a window that a join searches, else empty: the row's id in the window's store, by which
  // an expired row is the current row it was. An id is used again once its row is taken away.
  std::vector<uint32_t> row_ids;
};

using Selection = std::vector<uint32_t>;

// Rows of one schema in ascending order of key, immutable once emitted. Cheap to copy: all parts
// are shared. Columns are indexed by physical row; `Row(i)` maps the i-th visible row to it, so a
// filter only replaces the selection and a projection only the columns.
class Chunk {
 public:
  Chunk() = default;
  Chunk(SchemaPtr schema, std::vector<ColumnPtr> columns, std::shared_ptr<const RowMeta> meta)
      : schema_(std::move(schema)),
        columns_(std::make_shared<const std::vector<ColumnPtr>>(std::move(columns))),
        meta_(std::move(meta)),
        size_(static_cast<uint32_t>(meta_->timestamps.size())) {}

  const SchemaPtr& schema() const { return schema_; }
  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Physical rows: the length of every column.
  uint32_t physical_size() const { return static_cast<uint32_t>(meta_->timestamps.size()); }

  // Physical row of visible row i.
  uint32_t Row(uint32_t i) const { return selection_ == nullptr ? i : (*selection_)[i]; }
  const Selection* selection() const { return selection_.get(); }

  size_t column_count() const { return columns_->size(); }
  const ColumnPtr& column(size_t c) const { return (*columns_)[c]; }
  const std::vector<ColumnPtr>& columns() const { return *columns_; }

  // All take physical rows.
  TimeMs timestamp(uint32_t row) const { return meta_->timestamps[row]; }
  RowKind kind(uint32_t row) const {
    return meta_->kinds.empty() ? RowKind::kCurrent : meta_->kinds[row];
  }
  bool all_current() const { return meta_->kinds.empty(); }
  Moment moment(uint32_t row) const { return meta_->moments[row]; }
  Path path(uint32_t row) const { return paths_ == nullptr ? constant_path_ : (*paths_)[row]; }
  OrderKey key(uint32_t row) const { return {moment(row), path(row)}; }
  bool has_constant_path() const { return paths_ == nullptr; }
  const std::shared_ptr<const RowMeta>& meta() const { return meta_; }
  bool has_row_ids() const { return !meta_->row_ids.empty(); }
  uint32_t row_id(uint32_t row) const { return meta_->row_ids[row]; }
  const std::shared_ptr<const std::vector<Path>>& paths() const { return paths_; }
  Path constant_path() const { return constant_path_; }

  // Takes visible rows; the key of visible row i, and the end of the emission that begins there.
  OrderKey KeyAt(uint32_t i) const { return key(Row(i)); }
  uint32_t EmissionEnd(uint32_t begin) const;

  // The same rows with other columns (as long as physical_size()) under another schema.
  Chunk WithColumns(SchemaPtr schema, std::vector<ColumnPtr> columns) const;
  // Only the given physical rows, ascending.
  Chunk WithSelection(Selection selection) const;
  // Visible rows [begin, end).
  Chunk Slice(uint32_t begin, uint32_t end) const;
  // The same rows with other kinds, timestamps, moments.
  Chunk WithMeta(std::shared_ptr<const RowMeta> meta) const;
  Chunk WithPath(Path constant) const;
  Chunk WithPaths(std::vector<Path> paths) const;  // one per physical row
  // Appends a reader's place among the readers of a stream to every path.
  Chunk WithRank(uint32_t rank, int width) const;

 private:
  SchemaPtr schema_;
  std::shared_ptr<const std::vector<ColumnPtr>> columns_;
  std::shared_ptr<const RowMeta> meta_;
  std::shared_ptr<const std::vector<Path>> paths_;  // null: constant_path_ for all
  std::shared_ptr<const Selection> selection_;      // null: all rows
  Path constant_path_;
  uint32_t size_ = 0;
};

// The rows of visible range [begin, end) of each part, in the order given, copied into one chunk;
// the bytes of long strings are shared.
struct ChunkRun {
  const Chunk* chunk;
  uint32_t begin;
  uint32_t end;
};
Chunk ConcatenateRuns(const SchemaPtr& schema, std::span<const ChunkRun> runs);

// Collects keys, kinds and times of rows that an operator is about to emit, in ascending order.
class RowMetaBuilder {
 public:
  size_t size() const { return meta_.timestamps.size(); }
  void Append(TimeMs timestamp, RowKind kind, const OrderKey& key) {
    if (kind != RowKind::kCurrent && meta_.kinds.empty()) {
      meta_.kinds.assign(meta_.timestamps.size(), RowKind::kCurrent);
      has_kinds_ = true;
    }
    meta_.timestamps.push_back(timestamp);
    if (has_kinds_) meta_.kinds.push_back(kind);
    meta_.moments.push_back(key.moment);
    if (paths_.empty()) {
      if (size() == 1) {
        constant_path_ = key.path;
      } else if (key.path != constant_path_) {
        paths_.assign(size() - 1, constant_path_);
        paths_.push_back(key.path);
      }
    } else {
      paths_.push_back(key.path);
    }
  }
  // Follows Append for every row of a chunk, or for none: RowMeta::row_ids.
  void AppendRowId(uint32_t id) { meta_.row_ids.push_back(id); }
  void Reserve(size_t rows) {
    meta_.timestamps.reserve(rows);
    meta_.moments.reserve(rows);
  }
  // Makes the chunk of `columns` (each size() long) and starts anew.
  Chunk Finish(SchemaPtr schema, std::vector<ColumnPtr> columns);

 private:
  RowMeta meta_;
  bool has_kinds_ = false;
  std::vector<Path> paths_;
  Path constant_path_;
};

}  // namespace weir
