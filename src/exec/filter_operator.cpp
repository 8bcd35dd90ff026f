#include <algorithm>
#include <iterator>

#include "exec/select_operator.h"
#include "exec/serves_all_keys.h"

namespace weir {
namespace {

bool HasOtherKinds(const Chunk& chunk) {
  if (chunk.all_current()) return false;
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const RowKind kind = chunk.kind(chunk.Row(i));
    if (kind != RowKind::kCurrent && kind != RowKind::kExpired) return true;
  }
  return false;
}

// `passing` is a part of the chunk's visible rows, in their order; puts the rows that are neither
// current nor expired between them.
Selection WithOtherKinds(const Chunk& chunk, const Selection& passing) {
  Selection rows;
  rows.reserve(chunk.size());
  size_t next = 0;
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    const bool passes = next < passing.size() && passing[next] == row;
    if (passes) ++next;
    const RowKind kind = chunk.kind(row);
    const bool filtered = kind == RowKind::kCurrent || kind == RowKind::kExpired;
    if (passes || !filtered) rows.push_back(row);
  }
  return rows;
}

class FilterOperator final : public Operator, public ServesAllKeys {
 public:
  explicit FilterOperator(FilterSpec spec) : spec_(std::move(spec)) {
    CHECK(spec_.condition->type() == Type::kBool);
  }

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      if (chunk.empty()) continue;
      Selection rows = EvalFilter(*spec_.condition, {chunk, &in.timeline, faults()});
      if (!faults_.empty()) DropFailed(chunk, &rows);
      if (HasOtherKinds(chunk)) rows = WithOtherKinds(chunk, rows);
      if (rows.size() == chunk.size()) {
        out->push_back(chunk);
      } else if (!rows.empty()) {
        out->push_back(chunk.WithSelection(std::move(rows)));
      }
    }
  }
  void Save(StateWriter&) const override {}
  void Load(StateReader&) override {}

 private:
  RowFaults* faults() { return spec_.faults == nullptr ? nullptr : &faults_; }

  // Rows may fail and yet pass, as in `f(x) or true`.
  void DropFailed(const Chunk& chunk, Selection* passing) {
    const Selection good = spec_.faults->Take(chunk, spec_.number_column, &faults_);
    Selection both;
    std::set_intersection(passing->begin(), passing->end(), good.begin(), good.end(),
                          std::back_inserter(both));
    *passing = std::move(both);
  }

  FilterSpec spec_;
  RowFaults faults_;
};

}  // namespace

std::unique_ptr<Operator> MakeFilterOperator(FilterSpec spec) {
  return std::make_unique<FilterOperator>(std::move(spec));
}

}  // namespace weir
