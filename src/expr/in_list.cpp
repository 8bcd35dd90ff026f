// x in (a, b, c)
#include <unordered_set>

#include "base/hash.h"
#include "expr/node.h"
#include "expr/operand.h"

namespace weir {
namespace {

struct StringHash {
  size_t operator()(std::string_view text) const { return HashString(text); }
};
struct NumberHash {
  template <class T>
  size_t operator()(T value) const {
    if (value == 0) return 0;  // both zeros are equal
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(value));
    return MixHash(bits);
  }
};

template <class T>
struct SetOf {
  using Set = std::unordered_set<T, NumberHash>;
  static const T& Key(const T& stored) { return stored; }
};
template <>
struct SetOf<StringRef> {
  using Set = std::unordered_set<std::string_view, StringHash>;
  static std::string_view Key(const StringRef& stored) { return stored.view(); }
};

// The operand, then two or more constants of its type, none of them null. The values are looked up
// in a set, whatever their number.
template <class T>
class InListExpr : public Node {
 public:
  explicit InListExpr(std::vector<ExprPtr> children) : Node(Type::kBool, std::move(children)) {
    for (size_t i = 1; i < children_.size(); ++i) {
      constants_.push_back(ConstantVector(*children_[i]->constant()));
      set_.insert(SetOf<T>::Key(constants_.back().column->template values<T>()[0]));
    }
  }

  Vector Eval(const EvalContext& context) const override {
    const Vector operand = children_[0]->Eval(context);
    const RowSet rows = operand.constant ? RowSet::One() : RowSet::Visible(context.chunk);
    auto out = std::make_shared<Column>(Type::kBool, rows.physical);
    uint8_t* result = out->mutable_values<uint8_t>();
    const Operand<T> values(operand);
    rows.ForEach([&](uint32_t row) {
      result[row] = values.IsValid(row) && set_.contains(SetOf<T>::Key(values[row])) ? 1 : 0;
    });
    return {std::move(out), operand.constant};
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<InListExpr>(std::move(children));
  }

  std::string Describe() const override {
    std::string text = "(" + children_[0]->Describe() + " in (";
    for (size_t i = 1; i < children_.size(); ++i) {
      if (i > 1) text += ", ";
      text += children_[i]->Describe();
    }
    return text + "))";
  }

 private:
  std::vector<Vector> constants_;  // own what the keys of set_ point to
  typename SetOf<T>::Set set_;
};

ExprPtr MakeSetLookup(std::vector<ExprPtr> children) {
  switch (children[0]->type()) {
    case Type::kInt:
      return std::make_shared<InListExpr<int32_t>>(std::move(children));
    case Type::kLong:
      return std::make_shared<InListExpr<int64_t>>(std::move(children));
    case Type::kFloat:
      return std::make_shared<InListExpr<float>>(std::move(children));
    case Type::kDouble:
      return std::make_shared<InListExpr<double>>(std::move(children));
    default:
      return std::make_shared<InListExpr<StringRef>>(std::move(children));
  }
}

}  // namespace

Result<ExprPtr> MakeInList(ExprPtr operand, std::vector<ExprPtr> items) {
  // Each item is compared as `==` would. Constants that meet the operand in one type share a set.
  ExprPtr result;
  std::vector<ExprPtr> looked_up;
  for (ExprPtr& item : items) {
    item = FoldConstants(item);
    Result<ExprPtr> equal = MakeCompare(CompareOp::kEqual, operand, item);
    if (!equal.ok()) return equal;
    const std::optional<Comparison> comparison = AsComparison(*equal.value());
    const bool constant = item->constant() != nullptr && comparison.has_value();
    if (constant && item->constant()->is_null()) continue;  // equals nothing
    if (constant && comparison->left->type() != Type::kBool &&
        (looked_up.empty() || looked_up[0]->type() == comparison->left->type())) {
      if (looked_up.empty()) looked_up.push_back(comparison->left);
      looked_up.push_back(comparison->right);
      continue;
    }
    if (result == nullptr) {
      result = std::move(equal).value();
    } else {
      Result<ExprPtr> either =
          MakeLogical(LogicalOp::kOr, std::move(result), std::move(equal).value());
      if (!either.ok()) return either;
      result = std::move(either).value();
    }
  }
  if (looked_up.empty()) {
    return result == nullptr ? MakeConstant(Value::Bool(false)) : std::move(result);
  }
  ExprPtr lookup;
  if (looked_up.size() == 2) {
    Result<ExprPtr> equal = MakeCompare(CompareOp::kEqual, looked_up[0], looked_up[1]);
    if (!equal.ok()) return equal;
    lookup = std::move(equal).value();
  } else {
    lookup = MakeSetLookup(std::move(looked_up));
  }
  if (result == nullptr) return lookup;
  return MakeLogical(LogicalOp::kOr, std::move(lookup), std::move(result));
}

}  // namespace weir
