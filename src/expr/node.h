#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "expr/expr.h"

namespace weir {

// What expressions with operands have in common.
class Node : public Expr {
 public:
  const std::vector<ExprPtr>& children() const override { return children_; }
  bool volatile_value() const override { return volatile_; }

 protected:
  Node(Type type, std::vector<ExprPtr> children)
      : Expr(type),
        children_(std::move(children)),
        volatile_(std::any_of(children_.begin(), children_.end(),
                              [](const ExprPtr& child) { return child->volatile_value(); })) {}

  std::vector<ExprPtr> children_;
  bool volatile_;
};

// True for `null` as written, which has no type of its own yet.
inline bool IsNullLiteral(const Expr& expr) {
  const Value* value = expr.constant();
  return value != nullptr && value->is_null() && value->type() == Type::kObject;
}

// The expression as `type`: null literals and constants at once, wider numbers through a node that
// Describe does not show. Anything else has the type already.
ExprPtr WidenTo(ExprPtr expr, Type type);

// The type that operands of these types meet in, or nothing if there is none: equal types, or the
// wider of two numeric ones. Null literals adapt.
std::optional<Type> CommonType(const Expr& a, const Expr& b);

inline std::string TypeText(const Expr& expr) {
  return std::string(IsNullLiteral(expr) ? "null" : TypeName(expr.type()));
}

// Keeps visible rows for which test(row) is true, in one pass without branches.
template <class Test>
Selection SelectRows(const Chunk& chunk, Test&& test) {
  const uint32_t count = chunk.size();
  Selection selected(count);
  uint32_t* out = selected.data();
  uint32_t kept = 0;
  if (const Selection* rows = chunk.selection(); rows != nullptr) {
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t row = (*rows)[i];
      out[kept] = row;
      kept += static_cast<uint32_t>(test(row));
    }
  } else {
    for (uint32_t row = 0; row < count; ++row) {
      out[kept] = row;
      kept += static_cast<uint32_t>(test(row));
    }
  }
  selected.resize(kept);
  return selected;
}

}  // namespace weir
