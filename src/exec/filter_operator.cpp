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
  explicit FilterOperator(ExprPtr condition) : condition_(std::move(condition)) {
    CHECK(condition_->type() == Type::kBool);
  }

  void Process(const EpochInput& in, std::vector<Chunk>* out) override {
    for (const Chunk& chunk : in.ports[0].chunks) {
      if (chunk.empty()) continue;
      Selection rows = EvalFilter(*condition_, {chunk, &in.timeline});
      if (HasOtherKinds(chunk)) rows = WithOtherKinds(chunk, rows);
      if (rows.size() == chunk.size()) {
        out->push_back(chunk);
      } else if (!rows.empty()) {
        out->push_back(chunk.WithSelection(std::move(rows)));
      }
    }
  }

 private:
  ExprPtr condition_;
};

}  // namespace

std::unique_ptr<Operator> MakeFilterOperator(ExprPtr condition) {
  return std::make_unique<FilterOperator>(std::move(condition));
}

}  // namespace weir
