// How an AggregationStore is saved and loaded.
#include <algorithm>
#include <limits>
#include <utility>

#include "base/hash.h"
#include "exec/aggregation_store.h"
#include "exec/id_state.h"

namespace weir {
namespace {

// A time as a number in the same order, and back.
uint64_t NumberOfTime(TimeMs time) {
  return static_cast<uint64_t>(time) ^ uint64_t { 1 } << 63;
}
TimeMs TimeOfNumber(uint64_t number) { return static_cast<TimeMs>(number ^ uint64_t{1} << 63); }

// A store in which every row belongs to something with a number, which the row tells.
void SaveOwnedRows(const RowStore& rows, uint32_t part_rows,
                   const std::vector<std::pair<RowId, uint32_t>>& owners, StateWriter& out) {
  std::vector<uint32_t> by_row;
  for (const auto& [row, owner] : owners) {
    if (row >= by_row.size()) by_row.resize(std::max<size_t>(row + size_t{1}, by_row.size() * 2));
    by_row[row] = owner;
  }
  rows.Save(out, part_rows, [&](RowId row, StateWriter& part) { part.Write(by_row[row]); });
}

// By owner; kNoRow: it has none.
std::vector<RowId> LoadOwnedRows(StateReader& in, uint32_t part_rows, size_t owners,
                                 RowStore* rows) {
  std::vector<RowId> by_owner(owners, kNoRow);
  rows->Load(in, part_rows, [&](RowId row, StateReader& part) {
    const auto owner = part.Get<uint32_t>();
    const bool alone = owner < owners && by_owner[owner] == kNoRow;
    if (part.Check(alone, "a row belongs to nothing")) by_owner[owner] = row;
  });
  return by_owner;
}

}  // namespace

void AggregationStore::Save(StateWriter& out) const {
  out.Write(started_, last_purge_);
  if (table_ != nullptr) {
    table_->Save(out, [](uint32_t, StateWriter&) {});
    std::vector<std::pair<RowId, uint32_t>> owners;
    for (uint32_t id = 0; id < groups_.size(); ++id) {
      if (groups_[id].values != kNoRow) owners.emplace_back(groups_[id].values, id);
    }
    SaveOwnedRows(*group_values_, RowStore::kPartRows, owners, out);
  }
  for (const Level& level : levels_) SaveLevel(level, out);
}

// What was used last is found again; indexes and counts follow from the rows.
void AggregationStore::SaveLevel(const Level& level, StateWriter& out) const {
  SaveIds(level.rows.size(), level.free_rows, out);
  std::vector<bool> used(level.rows.size(), true);
  for (const uint32_t id : level.free_rows) used[id] = false;
  const uint32_t section = out.NewSection();
  std::vector<std::pair<RowId, uint32_t>> owners;
  for (uint32_t id = 0; id < level.rows.size(); ++id) {
    if (!used[id]) continue;
    const Row& row = level.rows[id];
    out.BeginPart(section, KeyGroupOf(RowKeyHash()({row.bucket, row.group})), id);
    out.Write(row.bucket, row.group, row.latest_time);
    for (const auto& aggregator : level.aggregators) aggregator->SaveGroup(id, out);
    out.EndPart();
    owners.emplace_back(row.latest, id);
  }
  if (level.latest != nullptr) SaveOwnedRows(*level.latest, 1, owners, out);
  const uint32_t buckets = out.NewSection();
  for (const auto& [bucket, ids] : level.buckets) {
    out.BeginPart(buckets, 0, NumberOfTime(bucket));
    out.Write(ids);
    out.EndPart();
  }
}

void AggregationStore::Load(StateReader& in) {
  in.Read(started_, last_purge_);
  if (table_ != nullptr) LoadGroups(in);
  for (Level& level : levels_) LoadLevel(in, &level);
  if (table_ == nullptr) return;
  unused_groups_ = 0;
  for (const Group& group : groups_) {
    if (group.values != kNoRow && group.rows == 0) ++unused_groups_;
  }
}

void AggregationStore::LoadGroups(StateReader& in) {
  std::vector<bool> known;
  table_->Load(in, [&](uint32_t id, StateReader&) {
    known.resize(table_->group_end());
    known[id] = true;
  });
  known.resize(table_->group_end());
  groups_.assign(table_->group_end(), Group());
  const std::vector<RowId> values =
      LoadOwnedRows(in, RowStore::kPartRows, groups_.size(), group_values_.get());
  for (uint32_t id = 0; id < groups_.size(); ++id) {
    if (!in.Check(known[id] == (values[id] != kNoRow), "a group has no values")) return;
    groups_[id].values = values[id];
    if (known[id]) HashGroup(&groups_[id]);
  }
}

void AggregationStore::LoadLevel(StateReader& in, Level* level) {
  LoadedIds ids(in, &level->free_rows);
  level->rows.resize(ids.end());
  for (const uint32_t id : level->free_rows) {
    level->rows[id].group = std::numeric_limits<uint32_t>::max();
  }
  for (const auto& aggregator : level->aggregators) aggregator->EnsureGroups(ids.end());
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t number = 0;
  while (in.NextPart(section, &key_group, &number)) {
    if (ids.Take(number)) LoadRow(in, level, static_cast<uint32_t>(number));
    in.EndPart();
  }
  ids.Finish();
  if (level->latest != nullptr) {
    const std::vector<RowId> latest = LoadOwnedRows(in, 1, ids.end(), level->latest.get());
    for (uint32_t id = 0; id < latest.size(); ++id) level->rows[id].latest = latest[id];
    in.Check(level->latest->live_rows() == level->index.size(), "a row has no latest values");
    for (const uint32_t id : level->free_rows) {
      in.Check(latest[id] == kNoRow, "a row that is not in use has values");
    }
  }
  LoadBuckets(in, level);
}

void AggregationStore::LoadRow(StateReader& in, Level* level, uint32_t id) {
  Row& row = level->rows[id];
  in.Read(row.bucket, row.group, row.latest_time);
  const bool in_group =
      row.group < groups_.size() && (table_ == nullptr || groups_[row.group].values != kNoRow);
  if (!in.Check(in_group && level->index.try_emplace({row.bucket, row.group}, id).second,
                "a row has no group of its own")) {
    return;
  }
  if (table_ != nullptr) ++groups_[row.group].rows;
  for (const auto& aggregator : level->aggregators) aggregator->LoadGroup(id, in);
}

void AggregationStore::LoadBuckets(StateReader& in, Level* level) const {
  std::vector<bool> listed(level->rows.size());
  size_t count = 0;
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t number = 0;
  while (in.NextPart(section, &key_group, &number)) {
    const TimeMs bucket = TimeOfNumber(number);
    std::vector<uint32_t>& ids = level->buckets[bucket];
    in.Check(ids.empty(), "a bucket is there twice");
    in.Read(ids);
    for (const uint32_t id : ids) {
      const auto there = id < listed.size() ? level->index.find({bucket, level->rows[id].group})
                                            : level->index.end();
      const bool right = there != level->index.end() && there->second == id && !listed[id];
      if (!in.Check(right, "a bucket has rows of another")) break;
      listed[id] = true;
      ++count;
    }
    in.EndPart();
  }
  in.Check(count == level->index.size(), "a row is in no bucket");
}

}  // namespace weir
