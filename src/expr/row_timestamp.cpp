#include "expr/element.h"
#include "expr/node.h"
#include "expr/operand.h"

namespace weir {
namespace {

class RowTimestamp final : public Node {
 public:
  RowTimestamp() : Node(Type::kLong, {}) { volatile_ = true; }

  Vector Eval(const EvalContext& context) const override {
    const RowSet rows = RowSet::Visible(context.chunk);
    auto out = std::make_shared<Column>(Type::kLong, rows.physical);
    int64_t* result = out->mutable_values<int64_t>();
    rows.ForEach([&](uint32_t row) { result[row] = context.chunk.timestamp(row); });
    return {std::move(out), false};
  }
  ExprPtr WithChildren(std::vector<ExprPtr>) const override {
    return std::make_shared<RowTimestamp>();
  }
  std::string Describe() const override { return "eventTimestamp()"; }
};

}  // namespace

ExprPtr MakeRowTimestamp() { return std::make_shared<RowTimestamp>(); }

}  // namespace weir
