#include <algorithm>
#include <deque>
#include <map>
#include <unordered_map>

#include "exec/rate_base.h"
#include "exec/text_map_state.h"

namespace weir {
namespace {

// The last current row, or of each group, again at every tick. With a window whose every output is
// an aggregate, an expired row takes it away until the next current one.
class LastSnapshot : public RateBase {
 public:
  using RateBase::RateBase;

 private:
  void OnRow(Kept row) override {
    const std::string group = grouped() ? GroupOf(row.row) : "";
    const auto found = places_.find(group);
    if (row.kind == RowKind::kCurrent) {
      if (found == places_.end()) {
        places_.emplace(group, next_);
        last_.emplace(next_++, row.row);
      } else {
        rows().Release(last_[found->second]);
        last_[found->second] = row.row;
      }
      WantTick();
      return;
    }
    rows().Release(row.row);
    if (spec().windowed && found != places_.end()) {
      rows().Release(last_[found->second]);
      last_.erase(found->second);
      places_.erase(found);
    }
  }
  void OnTick() override {
    BeginEmission();
    for (const auto& [place, row] : last_) Emit(row, RowKind::kCurrent);
    if (!last_.empty()) WantTick();
  }
  void SaveRate(StateWriter& out) const override {
    out.Write(next_);
    std::vector<Numbered> list;
    for (const auto& [place, row] : last_) list.push_back({place, {row, RowKind::kCurrent}});
    SaveRows(list, 1, out);
  }
  void LoadRate(StateReader& in) override {
    in.Read(next_);
    for (const Numbered& row : LoadRows(in, 1)) {
      last_.emplace(row.number, row.kept.row);
      const std::string group = grouped() ? GroupOf(row.kept.row) : "";
      in.Check(row.number < next_ && places_.emplace(group, row.number).second,
               "a group is there twice");
    }
  }

  std::map<uint64_t, RowId> last_;  // by the order in which the groups appeared
  std::unordered_map<std::string, uint64_t> places_;
  uint64_t next_ = 0;
};

// The rows now in the window, at every tick; aggregate columns show their newest values (of the
// group). With groups and aggregates one row stands for each group.
class WindowSnapshot : public RateBase {
 public:
  WindowSnapshot(OrderPlace place, RateSpec spec) : RateBase(place, std::move(spec)) {
    const auto& flags = this->spec().aggregate_columns;
    for (uint32_t c = 0; c < flags.size(); ++c) {
      if (flags[c]) aggregates_.push_back(c);
    }
  }

 private:
  struct Group {
    std::map<uint64_t, RowId> rows;  // by arrival
    Patch newest;
    uint64_t place = 0;
  };

  std::string GroupNameOf(RowId row) const {
    return grouped() && !aggregates_.empty() ? GroupOf(row) : "";
  }
  // What an expired row has in common with the current row it takes away.
  std::string IdentityOf(RowId row) const {
    std::string key;
    for (size_t c = 0; c < spec().output_columns; ++c) {
      if (!spec().aggregate_columns[c]) key += KeyOf(row, c, c + 1);
    }
    return key;
  }

  void OnRow(Kept row) override {
    const std::string name = GroupNameOf(row.row);
    Group& group = groups_[name];
    if (group.rows.empty() && group.newest.empty()) {
      group.place = next_place_++;
      order_[group.place] = name;
    }
    group.newest.clear();
    for (uint32_t c : aggregates_) group.newest.emplace_back(c, rows().GetValue(c, row.row));
    const std::string identity = name + IdentityOf(row.row);
    auto& same = arrivals_[identity];
    if (row.kind == RowKind::kCurrent) {
      same.push_back(next_arrival_);
      group.rows.emplace(next_arrival_++, row.row);
      WantTick();
      return;
    }
    rows().Release(row.row);
    if (!same.empty()) {
      const auto gone = group.rows.find(same.front());
      same.pop_front();
      rows().Release(gone->second);
      group.rows.erase(gone);
    }
    if (same.empty()) arrivals_.erase(identity);
    if (group.rows.empty()) {
      order_.erase(group.place);
      groups_.erase(name);
    }
  }

  void OnTick() override {
    BeginEmission();
    for (const auto& [place, name] : order_) {
      const Group& group = groups_[name];
      if (grouped() && !aggregates_.empty()) {
        EmitPatched(group.rows.rbegin()->second, RowKind::kCurrent, group.newest);
        continue;
      }
      for (const auto& [arrival, row] : group.rows) {
        EmitPatched(row, RowKind::kCurrent, group.newest);
      }
    }
    if (!order_.empty()) WantTick();
  }

  void SaveRate(StateWriter& out) const override {
    out.Write(next_arrival_, next_place_);
    SaveTextMap(groups_, out, [](const Group& group, StateWriter& part) {
      part.Write(group.place);
      for (const auto& [column, value] : group.newest) part.Write(value);
    });
    std::vector<Numbered> list;
    for (const auto& [name, group] : groups_) {
      for (const auto& [arrival, row] : group.rows) {
        list.push_back({arrival, {row, RowKind::kCurrent}});
      }
    }
    SaveRows(list, RowStore::kPartRows, out);
  }
  void LoadRate(StateReader& in) override {
    in.Read(next_arrival_, next_place_);
    LoadTextMap(in, &groups_, [this](Group* group, StateReader& part) {
      part.Read(group->place);
      for (const uint32_t c : aggregates_) {
        const Type type = (*spec().input)[c].type;
        Value& value = group->newest.emplace_back(c, type).second;
        part.Read(value);
        part.Check(value.type() == type, "a value has another type");
      }
    });
    for (const auto& [name, group] : groups_) {
      in.Check(group.place < next_place_ && order_.emplace(group.place, name).second,
               "a group is there twice");
    }
    for (const Numbered& row : LoadRows(in, RowStore::kPartRows)) {
      const std::string name = GroupNameOf(row.kept.row);
      const auto group = groups_.find(name);
      if (!in.Check(group != groups_.end() && row.number < next_arrival_, "a row has no group")) {
        return;
      }
      group->second.rows.emplace(row.number, row.kept.row);
      arrivals_[name + IdentityOf(row.kept.row)].push_back(row.number);
    }
    for (const auto& [name, group] : groups_) in.Check(!group.rows.empty(), "a group has no row");
  }

  std::vector<uint32_t> aggregates_;
  std::unordered_map<std::string, Group> groups_;
  std::map<uint64_t, std::string> order_;  // groups by first appearance
  std::unordered_map<std::string, std::deque<uint64_t>> arrivals_;
  uint64_t next_arrival_ = 0;
  uint64_t next_place_ = 0;
};

}  // namespace

std::unique_ptr<Operator> MakeSnapshotRate(OrderPlace place, RateSpec spec) {
  const auto& flags = spec.aggregate_columns;
  const bool all_aggregates =
      !flags.empty() && std::all_of(flags.begin(), flags.end(), [](bool f) { return f; });
  if (!spec.windowed || all_aggregates) {
    return std::make_unique<LastSnapshot>(place, std::move(spec));
  }
  return std::make_unique<WindowSnapshot>(place, std::move(spec));
}

}  // namespace weir
