// Evaluation of whole expressions, and rewriting that holds for every kind of node.
#include <numeric>

#include "expr/node.h"
#include "expr/operand.h"

namespace weir {
namespace {

Selection AllRows(const Chunk& chunk) {
  if (chunk.selection() != nullptr) return *chunk.selection();
  Selection all(chunk.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// One row without columns: what constants are evaluated over.
const Chunk& SingleRow() {
  static const Chunk chunk = [] {
    auto meta = std::make_shared<RowMeta>();
    meta->timestamps.push_back(0);
    meta->moments.push_back(0);
    return Chunk(std::make_shared<const Schema>(), {}, std::move(meta));
  }();
  return chunk;
}

// Applies f to every child; the expression itself if none changed.
template <class F>
ExprPtr TransformChildren(const ExprPtr& expr, F&& f) {
  std::vector<ExprPtr> children;
  children.reserve(expr->children().size());
  bool changed = false;
  for (const ExprPtr& child : expr->children()) {
    children.push_back(f(child));
    changed |= children.back() != child;
  }
  return changed ? expr->WithChildren(std::move(children)) : expr;
}

}  // namespace

Selection Expr::Filter(const EvalContext& context) const {
  CHECK(type_ == Type::kBool);
  const Vector result = Eval(context);
  const uint8_t* values = result.column->values<uint8_t>();
  const uint64_t* validity = result.column->validity();
  if (result.constant) {
    const bool all = result.column->IsValid(0) && values[0] != 0;
    return all ? AllRows(context.chunk) : Selection();
  }
  if (validity == nullptr) {
    return SelectRows(context.chunk, [=](uint32_t row) { return values[row]; });
  }
  return SelectRows(context.chunk, [=](uint32_t row) {
    return values[row] & static_cast<uint8_t>(BitIsSet(validity, row));
  });
}

ColumnPtr EvalColumn(const Expr& expr, const EvalContext& context) {
  Vector result = expr.Eval(context);
  if (!result.constant) return std::move(result.column);
  const uint32_t size = context.chunk.physical_size();
  auto out = std::make_shared<Column>(expr.type(), size);
  DispatchType(expr.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::fill_n(out->template mutable_values<T>(), size, result.column->template values<T>()[0]);
  });
  if (!result.column->IsValid(0)) {
    out->mutable_validity()->assign((size + 63) / 64, 0);
    // Bits past the end stay set, as in every column.
    if (size % 64 != 0) out->mutable_validity()->back() = ~uint64_t{0} << (size % 64);
  }
  if (expr.type() == Type::kString) out->KeepAlive(std::move(result.column));
  return out;
}

Selection EvalFilter(const Expr& condition, const EvalContext& context) {
  return condition.Filter(context);
}

ExprPtr FoldConstants(const ExprPtr& expr) {
  const ExprPtr folded = TransformChildren(expr, FoldConstants);
  if (folded->constant() != nullptr || folded->column() != Expr::kNoColumn ||
      folded->volatile_value()) {
    return folded;
  }
  for (const ExprPtr& child : folded->children()) {
    if (child->constant() == nullptr) return folded;
  }
  RowFaults faults;
  const Vector result = folded->Eval(EvalContext{SingleRow(), nullptr, &faults});
  if (!faults.empty()) return folded;  // fails for each row
  return MakeConstant(result.column->GetValue(0));
}

ExprPtr RemapColumns(const ExprPtr& expr, const std::vector<uint32_t>& mapping) {
  const uint32_t position = expr->column();
  if (position == Expr::kNoColumn) {
    return TransformChildren(expr,
                             [&](const ExprPtr& child) { return RemapColumns(child, mapping); });
  }
  CHECK_LT(position, mapping.size());
  if (mapping[position] == position) return expr;
  return MakeColumn(mapping[position], expr->type(), expr->Describe());
}

void CollectColumns(const Expr& expr, std::vector<bool>* used) {
  if (const uint32_t position = expr.column(); position != Expr::kNoColumn) {
    if (used->size() <= position) used->resize(position + 1);
    (*used)[position] = true;
  }
  for (const ExprPtr& child : expr.children()) CollectColumns(*child, used);
}

}  // namespace weir
