#include "exec/id_state.h"

#include <algorithm>

#include "types/column.h"

namespace weir {

void SaveIds(size_t end, const std::vector<uint32_t>& free, StateWriter& out) {
  std::vector<bool> used(end, true);
  for (const uint32_t id : free) used[id] = false;
  SaveUsedIds(used, out);
  out.Write(free);
}

// A bit for each: no number is made room for without bytes that say so.
void SaveUsedIds(const std::vector<bool>& used, StateWriter& out) {
  std::vector<uint64_t> words((used.size() + 63) / 64);
  for (size_t id = 0; id < used.size(); ++id) {
    if (used[id]) words[id / 64] |= uint64_t{1} << (id % 64);
  }
  out.Write(uint64_t{used.size()}, words);
}

LoadedIds::LoadedIds(StateReader& in) : in_(in) {
  uint64_t end = 0;
  std::vector<uint64_t> words;
  in.Read(end, words);
  const bool all_there = end < kNoRow && (end + 63) / 64 == words.size();
  if (!in.Check(all_there, "numbers are missing")) return;
  left_.resize(end);
  for (size_t id = 0; id < end; ++id) {
    left_[id] = (words[id / 64] >> (id % 64) & 1) != 0;
    left_count_ += left_[id] ? 1 : 0;
  }
}

LoadedIds::LoadedIds(StateReader& in, std::vector<uint32_t>* free) : LoadedIds(in) {
  in.Read(*free);
  std::vector<bool> seen = left_;
  bool apart = left_count_ + free->size() == left_.size();
  for (size_t i = 0; apart && i < free->size(); ++i) {
    const uint32_t id = (*free)[i];
    apart = id < seen.size() && !seen[id];
    if (apart) seen[id] = true;
  }
  if (in.Check(apart, "a number is free and in use")) return;
  free->clear();
  left_.clear();
  left_count_ = 0;
}

bool LoadedIds::Take(uint64_t id) {
  if (!in_.Check(id < left_.size() && left_[id], "a number is not in use")) return false;
  left_[id] = false;
  --left_count_;
  return true;
}

void LoadedIds::Finish() { in_.Check(left_count_ == 0, "something with a number is missing"); }

SavedWindowRows::SavedWindowRows(const std::vector<uint32_t>& by_window_row, StateWriter& out) {
  std::vector<bool> used(by_window_row.size());
  size_t end = 0;
  for (size_t w = 0; w < by_window_row.size(); ++w) {
    const uint32_t stored_row = by_window_row[w];
    if (stored_row == kNoRow) continue;
    used[w] = true;
    end = w + 1;
    if (stored_row >= window_rows_.size()) {
      window_rows_.resize(std::max<size_t>(stored_row + 1, window_rows_.size() * 2), kNoRow);
    }
    window_rows_[stored_row] = static_cast<uint32_t>(w);
  }
  used.resize(end);
  SaveUsedIds(used, out);
}

LoadedWindowRows::LoadedWindowRows(StateReader& in, std::vector<uint32_t>* by_window_row)
    : ids_(in), by_window_row_(by_window_row) {
  by_window_row_->assign(ids_.end(), kNoRow);
}

void LoadedWindowRows::Load(uint32_t stored_row, StateReader& part) {
  const auto window_row = part.Get<uint32_t>();
  if (ids_.Take(window_row)) (*by_window_row_)[window_row] = stored_row;
}

}  // namespace weir
