#include "exec/distinct_rows.h"

#include <algorithm>

#include "exec/emission_arranger.h"

namespace weir {
namespace {

// What emissions have left behind is thrown away when there is so much of it.
constexpr uint32_t kGroupsMax = 4096;

}  // namespace

DistinctRows::DistinctRows(std::vector<Type> types, bool forever)
    : types_(std::move(types)), forever_(forever), table_(types_) {}

void DistinctRows::Keep(const Chunk& chunk, std::span<const ColumnPtr> columns, Selection* rows) {
  if (rows->empty()) return;
  Selection ascending = *rows;
  std::sort(ascending.begin(), ascending.end());
  const Chunk kept = chunk.WithSelection(std::move(ascending));
  dense_.resize(kept.size());
  table_.Find(kept, columns.first(types_.size()), dense_.data());
  groups_.resize(chunk.physical_size());
  for (uint32_t i = 0; i < kept.size(); ++i) groups_[kept.Row(i)] = dense_[i];
  seen_.resize(size_t{2} * table_.group_end(), 0);

  size_t count = 0;
  for (size_t begin = 0; begin < rows->size();) {
    const size_t end = forever_ ? rows->size() : EmissionEndOf(chunk, *rows, begin);
    for (size_t i = begin; i < end; ++i) {
      const uint32_t row = (*rows)[i];
      const bool expired = chunk.kind(row) == RowKind::kExpired;
      uint64_t& seen = seen_[size_t{2} * groups_[row] + (expired ? 1 : 0)];
      if (seen == emission_) continue;
      seen = emission_;
      (*rows)[count++] = row;
    }
    if (!forever_) ++emission_;
    begin = end;
  }
  rows->resize(count);
  if (!forever_ && table_.size() > kGroupsMax) {
    table_ = GroupTable(types_);
    seen_.clear();
  }
}

void DistinctRows::Save(StateWriter& out) const {
  if (!forever_) return;
  table_.Save(out, [this](uint32_t group, StateWriter& part) {
    part.Write(seen_[size_t{2} * group] == emission_, seen_[size_t{2} * group + 1] == emission_);
  });
}

void DistinctRows::Load(StateReader& in) {
  if (!forever_) return;
  table_.Load(in, [this](uint32_t group, StateReader& part) {
    seen_.resize(size_t{2} * table_.group_end(), 0);
    for (size_t kind = 0; kind < 2; ++kind) {
      if (part.Get<bool>()) seen_[size_t{2} * group + kind] = emission_;
    }
  });
}

}  // namespace weir
