#pragma once

#include <vector>

#include "types/row_store.h"

namespace weir {

// The rows of one session in the order in which they will expire. Links live in a SessionLinks
// shared by all sessions of a window, so that moving or joining sessions is O(1).
struct SessionRows {
  RowId first = kNoRow;
  RowId last = kNoRow;
  // Late rows go in before the cursor, which each of them first moves on by one row (to the first
  // one, to begin with; never past the end).
  RowId cursor = kNoRow;
  RowId before_cursor = kNoRow;

  bool empty() const { return first == kNoRow; }
};

class SessionLinks {
 public:
  RowId Next(RowId row) const { return next_[row]; }

  void Append(SessionRows* rows, RowId row) {
    if (row >= next_.size()) next_.resize(row + 1 + row / 2, kNoRow);
    next_[row] = kNoRow;
    if (rows->empty()) {
      rows->first = row;
    } else {
      next_[rows->last] = row;
    }
    rows->last = row;
  }

  // Puts the rows of `late` before the cursor of `rows`, which must not be empty.
  void InsertLate(SessionRows* rows, const SessionRows& late) {
    if (rows->cursor == kNoRow) {
      rows->cursor = rows->first;
    } else if (next_[rows->cursor] != kNoRow) {
      rows->before_cursor = rows->cursor;
      rows->cursor = next_[rows->cursor];
    }
    if (rows->before_cursor == kNoRow) {
      rows->first = late.first;
    } else {
      next_[rows->before_cursor] = late.first;
    }
    next_[late.last] = rows->cursor;
    rows->before_cursor = late.last;
  }

  // Where the cursor stands is told by its place, 0 for none.
  void Save(const SessionRows& rows, StateWriter& out) const {
    uint64_t size = 0;
    uint64_t cursor = 0;
    for (RowId row = rows.first; row != kNoRow; row = next_[row]) {
      ++size;
      if (row == rows.cursor) cursor = size;
    }
    out.WriteSize(cursor);
    RowId at = rows.first;
    out.WriteSequence<RowId>(0, size, [&](size_t) {
      const RowId row = at;
      at = next_[row];
      return row;
    });
  }
  // A row may be in one session only.
  SessionRows Load(StateReader& in, const RowStore& stored) {
    SessionRows rows;
    const uint64_t cursor = in.ReadSize();
    std::vector<RowId> ids;
    stored.ReadIds(in, &ids);
    for (const RowId row : ids) {
      if (row >= loaded_.size()) loaded_.resize(row + 1 + row / 2);
      if (!in.Check(!loaded_[row], "a row is in two sessions")) return {};
      loaded_[row] = true;
      Append(&rows, row);
    }
    if (cursor == 0 || !in.Check(cursor <= ids.size(), "a place is not there")) return rows;
    rows.cursor = ids[cursor - 1];
    if (cursor > 1) rows.before_cursor = ids[cursor - 2];
    return rows;
  }

 private:
  std::vector<RowId> next_;   // by row; kNoRow at the end of a session
  std::vector<bool> loaded_;  // by row: Load has seen it
};

}  // namespace weir
