#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/state_parts.h"
#include "catalog/window.h"
#include "library/windows/row_key.h"

namespace weir {

// The attributes that make rows alike.
inline constexpr TypeSet kUniqueKeyTypes = kAnyType & ~kObjectOnly;
inline constexpr Parameter kUniqueKey{"unique.key", kUniqueKeyTypes, Parameter::Form::kAttribute};

// The latest row of each key, in order of arrival. Rows leave from the front, or when another row
// of their key arrives; every operation is O(1).
class LatestRows {
 public:
  explicit LatestRows(std::vector<uint32_t> columns) : key_(std::move(columns)) {}

  bool empty() const { return latest_.empty(); }
  size_t size() const { return latest_.size(); }
  RowId front() const { return first_; }

  // Takes out the row that has the key of `row`; kNoRow if there is none.
  RowId RemoveKeyOf(RowId row, const RowStore& rows) {
    const auto found = latest_.find(key_.Of(row, rows));
    if (found == latest_.end()) return kNoRow;
    const RowId old = found->second;
    latest_.erase(found);
    Unlink(old);
    return old;
  }

  // The key of `row` must not be there.
  void Append(RowId row, const RowStore& rows) {
    latest_.emplace(std::string(key_.Of(row, rows)), row);
    if (row >= links_.size()) links_.resize(row + 1 + row / 2);
    links_[row] = {last_, kNoRow, next_++};
    (last_ == kNoRow ? first_ : links_[last_].next) = row;
    last_ = row;
  }

  RowId PopFront(const RowStore& rows) { return RemoveKeyOf(first_, rows); }

  void Save(StateWriter& out) const {
    std::vector<RowId> order;
    order.reserve(latest_.size());
    for (RowId row = first_; row != kNoRow; row = links_[row].next) order.push_back(row);
    out.WriteSize(next_);
    WriteNumbered(
        out, order, [&](RowId row) { return links_[row].number; },
        [&](RowId row) { out.Write(row); });
  }
  // Into an empty one.
  void Load(StateReader& in, const RowStore& rows) {
    const uint64_t next = in.ReadSize();
    ReadNumbered(in, next, [&](uint64_t number) {
      const RowId row = rows.ReadId(in);
      if (!in.ok() || !in.Check(!latest_.contains(key_.Of(row, rows)), "a key is there twice")) {
        return;
      }
      next_ = number;
      Append(row, rows);
    });
    next_ = next;
  }

 private:
  struct Link {
    RowId previous = kNoRow;
    RowId next = kNoRow;
    uint64_t number = 0;  // in order of arrival
  };

  void Unlink(RowId row) {
    const Link link = links_[row];
    (link.previous == kNoRow ? first_ : links_[link.previous].next) = link.next;
    (link.next == kNoRow ? last_ : links_[link.next].previous) = link.previous;
  }

  RowKey key_;
  std::unordered_map<std::string, RowId, RowKeyHash, std::equal_to<>> latest_;
  std::vector<Link> links_;  // by row
  RowId first_ = kNoRow;
  RowId last_ = kNoRow;
  uint64_t next_ = 0;
};

// A batch with one row of each key, in the order in which the keys first came: the first row of
// the key, or the latest.
class UniqueBatch {
 public:
  enum class Keep { kFirst, kLatest };

  UniqueBatch(std::vector<uint32_t> columns, Keep keep) : key_(std::move(columns)), keep_(keep) {}

  bool empty() const { return rows_.empty(); }
  size_t size() const { return rows_.size(); }
  const std::vector<RowId>& rows() const { return rows_; }

  // Returns the row that is not part of the batch because of this one, or kNoRow.
  RowId Add(RowId row, const RowStore& rows) {
    const std::string_view key = key_.Of(row, rows);
    const auto found = places_.find(key);
    if (found == places_.end()) {
      places_.emplace(std::string(key), rows_.size());
      rows_.push_back(row);
      return kNoRow;
    }
    if (keep_ == Keep::kFirst) return row;
    return std::exchange(rows_[found->second], row);
  }

  void Clear() {
    rows_.clear();
    places_.clear();
  }

  void Save(StateWriter& out) const { out.Write(rows_); }
  // Into an empty one.
  void Load(StateReader& in, const RowStore& rows) {
    rows.ReadIds(in, &rows_);
    if (!in.ok()) return rows_.clear();
    for (size_t i = 0; i < rows_.size(); ++i) {
      const bool added = places_.emplace(std::string(key_.Of(rows_[i], rows)), i).second;
      in.Check(added, "a key is there twice");
    }
  }

 private:
  RowKey key_;
  Keep keep_;
  std::vector<RowId> rows_;
  std::unordered_map<std::string, size_t, RowKeyHash, std::equal_to<>> places_;
};

}  // namespace weir
