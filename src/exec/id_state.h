#pragma once

#include <cstdint>
#include <vector>

#include "base/state_reader.h"

namespace weir {

// How it is saved which numbers are in use. What has a number is then saved in a part with that
// number, or says it, in any order.

// Numbers below `end` that are given out again once they are free; the last of `free` comes next.
void SaveIds(size_t end, const std::vector<uint32_t>& free, StateWriter& out);
// Numbers of which each may be in use or not.
void SaveUsedIds(const std::vector<bool>& used, StateWriter& out);

// The numbers in use that a state is about, each to be taken once.
class LoadedIds {
 public:
  // Reads what SaveUsedIds wrote. If that cannot be right, there is no number.
  explicit LoadedIds(StateReader& in);
  // Reads what SaveIds wrote. If that cannot be right, there is no number and `free` is empty.
  LoadedIds(StateReader& in, std::vector<uint32_t>* free);

  uint32_t end() const { return static_cast<uint32_t>(left_.size()); }
  // False, and a failure, if the number is not in use or was taken before.
  bool Take(uint64_t id);
  // Fails if a number was not taken.
  void Finish();

 private:
  StateReader& in_;
  std::vector<bool> left_;
  size_t left_count_ = 0;
};

// How it is saved which stored rows stand for which rows of the window in front. `by_window_row`:
// the stored row for each of the window's, kNoRow: none.
class SavedWindowRows {
 public:
  SavedWindowRows(const std::vector<uint32_t>& by_window_row, StateWriter& out);
  // What stands beside the row in the state.
  void Save(uint32_t stored_row, StateWriter& part) const { part.Write(window_rows_[stored_row]); }

 private:
  std::vector<uint32_t> window_rows_;  // by stored row
};
class LoadedWindowRows {
 public:
  LoadedWindowRows(StateReader& in, std::vector<uint32_t>* by_window_row);
  void Load(uint32_t stored_row, StateReader& part);
  void Finish() { ids_.Finish(); }

 private:
  LoadedIds ids_;
  std::vector<uint32_t>* by_window_row_;
};

}  // namespace weir
