#include "exec/rate_operator.h"

#include <unordered_map>

#include "exec/rate_base.h"
#include "exec/text_map_state.h"

namespace weir {
namespace {

// `all every n events`, `all every t`: what came is held back and leaves together.
class AllRate : public RateBase {
 public:
  using RateBase::RateBase;

 private:
  void OnRow(Kept row) override {
    held_.push_back(row);
    if (!spec().every_events) {
      WantTick();
    } else if (held_.size() == *spec().every_events) {
      Leave();
    }
  }
  void OnTick() override { Leave(); }
  void SaveRate(StateWriter& out) const override { SaveRows(held_, RowStore::kPartRows, out); }
  void LoadRate(StateReader& in) override { LoadRows(in, RowStore::kPartRows, &held_); }
  void Leave() {
    BeginEmission();
    for (const Kept& row : held_) {
      Emit(row.row, row.kind);
      rows().Release(row.row);
    }
    held_.clear();
  }

  std::vector<Kept> held_;
};

// `first every n events`: the first of each n, of each group if there are groups.
class FirstOfCount : public RateBase {
 public:
  using RateBase::RateBase;

 private:
  void OnRow(Kept row) override {
    uint64_t& count = grouped() ? counts_[GroupOf(row.row)] : count_;
    if (count == 0) {
      BeginEmission();
      Emit(row.row, row.kind);
    }
    count = (count + 1) % *spec().every_events;
    if (grouped() && count == 0) counts_.erase(GroupOf(row.row));
    rows().Release(row.row);
  }
  void SaveRate(StateWriter& out) const override {
    out.Write(count_);
    SaveTextMap(counts_, out);
  }
  void LoadRate(StateReader& in) override {
    in.Read(count_);
    LoadTextMap(in, &counts_);
  }

  uint64_t count_ = 0;
  std::unordered_map<std::string, uint64_t> counts_;  // looked up only, never walked
};

// `first every t`: passes what comes at least t after the last that passed; without groups only
// the first row of an emission is looked at.
class FirstOfTime : public RateBase {
 public:
  using RateBase::RateBase;

 private:
  void OnRow(Kept row) override {
    std::optional<TimeMs>& last = grouped() ? last_by_group_[GroupOf(row.row)] : last_;
    const bool looked_at = grouped() || !seen_in_emission_;
    seen_in_emission_ = true;
    if (looked_at && (!last || now() - *last >= *spec().every_ms)) {
      last = now();
      BeginEmission();
      Emit(row.row, row.kind);
    }
    rows().Release(row.row);
  }
  void OnEmissionEnd() override { seen_in_emission_ = false; }
  void SaveRate(StateWriter& out) const override {
    out.Write(last_);
    SaveTextMap(last_by_group_, out);
  }
  void LoadRate(StateReader& in) override {
    in.Read(last_);
    LoadTextMap(in, &last_by_group_);
  }

  std::optional<TimeMs> last_;
  bool seen_in_emission_ = false;
  std::unordered_map<std::string, std::optional<TimeMs>> last_by_group_;
};

// `last every n events`, `last every t`: the last row, or the last of each group in the order in
// which the groups appeared.
class LastRate : public RateBase {
 public:
  using RateBase::RateBase;

 private:
  void OnRow(Kept row) override {
    Keep(row);
    if (!spec().every_events) {
      WantTick();
    } else if (++count_ == *spec().every_events) {
      Leave();
    }
  }
  void OnTick() override { Leave(); }
  void SaveRate(StateWriter& out) const override {
    out.Write(count_);
    SaveRows(last_, 1, out);
  }
  void LoadRate(StateReader& in) override {
    in.Read(count_);
    LoadRows(in, 1, &last_);
    for (size_t i = 0; i < last_.size() && grouped(); ++i) {
      in.Check(places_.emplace(GroupOf(last_[i].row), i).second, "a group is there twice");
    }
  }

  void Keep(Kept row) {
    size_t at = 0;
    if (grouped()) at = places_.try_emplace(GroupOf(row.row), last_.size()).first->second;
    if (at < last_.size()) {
      rows().Release(last_[at].row);
      last_[at] = row;
    } else {
      last_.push_back(row);
    }
  }
  void Leave() {
    count_ = 0;
    BeginEmission();
    for (const Kept& row : last_) {
      Emit(row.row, row.kind);
      rows().Release(row.row);
    }
    last_.clear();
    places_.clear();
  }

  uint64_t count_ = 0;
  std::vector<Kept> last_;
  std::unordered_map<std::string, size_t> places_;
};

}  // namespace

std::unique_ptr<Operator> MakeRateOperator(OrderPlace place, RateSpec spec) {
  place.multi_emitter = true;
  switch (spec.kind) {
    case RateSpec::Kind::kAll:
      return std::make_unique<AllRate>(place, std::move(spec));
    case RateSpec::Kind::kFirst:
      if (spec.every_events) return std::make_unique<FirstOfCount>(place, std::move(spec));
      return std::make_unique<FirstOfTime>(place, std::move(spec));
    case RateSpec::Kind::kLast:
      return std::make_unique<LastRate>(place, std::move(spec));
    case RateSpec::Kind::kSnapshot:
      return MakeSnapshotRate(place, std::move(spec));
  }
  return nullptr;
}

}  // namespace weir
