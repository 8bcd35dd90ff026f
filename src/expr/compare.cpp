// == != < <= > >=. The result is never null: a null operand gives false, and true for `!=`.
#include <functional>

#include "expr/node.h"
#include "expr/operand.h"

namespace weir {
namespace {

const char* Sign(CompareOp op) {
  static constexpr const char* kSigns[] = {"==", "!=", "<", "<=", ">", ">="};
  return kSigns[static_cast<size_t>(op)];
}

bool IsEquality(CompareOp op) { return op == CompareOp::kEqual || op == CompareOp::kNotEqual; }

// The operator with its sides exchanged.
CompareOp Mirror(CompareOp op) {
  switch (op) {
    case CompareOp::kLess:
      return CompareOp::kGreater;
    case CompareOp::kLessEqual:
      return CompareOp::kGreaterEqual;
    case CompareOp::kGreater:
      return CompareOp::kLess;
    case CompareOp::kGreaterEqual:
      return CompareOp::kLessEqual;
    default:
      return op;
  }
}

// Calls f with the function object for `op`.
template <class F>
void DispatchOp(CompareOp op, F&& f) {
  switch (op) {
    case CompareOp::kEqual:
      return f(std::equal_to<>());
    case CompareOp::kNotEqual:
      return f(std::not_equal_to<>());
    case CompareOp::kLess:
      return f(std::less<>());
    case CompareOp::kLessEqual:
      return f(std::less_equal<>());
    case CompareOp::kGreater:
      return f(std::greater<>());
    case CompareOp::kGreaterEqual:
      return f(std::greater_equal<>());
  }
}

// Both operands evaluated, a constant on the right only (both are constant, or the left is not).
struct Sides {
  Vector left;
  Vector right;
  CompareOp op;

  Sides(const std::vector<ExprPtr>& operands, CompareOp as_written, const EvalContext& context)
      : left(operands[0]->Eval(context)), right(operands[1]->Eval(context)), op(as_written) {
    if (left.constant && !right.constant) {
      std::swap(left, right);
      op = Mirror(op);
    }
  }
  bool constant() const { return left.constant && right.constant; }
  bool null_constant() const { return IsConstantNull(left) || IsConstantNull(right); }
  bool has_nulls() const { return left.column->has_nulls() || right.column->has_nulls(); }
  // What a row with a null gives.
  bool null_result() const { return op == CompareOp::kNotEqual; }
};

// Calls `use` with a test of one row that knows types, operator and shape, but not nulls.
template <class Use>
void WithTest(const Sides& sides, Use&& use) {
  const Type type = sides.left.type();
  const auto with_values = [&](auto tag, auto compare) {
    using T = typename decltype(tag)::type;
    const T* a = sides.left.column->values<T>();
    const T* b = sides.right.column->values<T>();
    if (sides.right.constant) {
      const T constant = b[0];
      use([=](uint32_t row) { return compare(a[row], constant); });
    } else {
      use([=](uint32_t row) { return compare(a[row], b[row]); });
    }
  };
  if (type == Type::kString || type == Type::kBool) {
    const bool equal = sides.op == CompareOp::kEqual;
    if (type == Type::kBool) {
      with_values(StorageTag<uint8_t>(),
                  [equal](uint8_t a, uint8_t b) { return (a == b) == equal; });
    } else {
      with_values(StorageTag<StringRef>(),
                  [equal](const StringRef& a, const StringRef& b) { return (a == b) == equal; });
    }
    return;
  }
  DispatchOp(sides.op, [&](auto compare) {
    DispatchNumeric(type, [&](auto tag) { with_values(tag, compare); });
  });
}

// choice ? yes : no, all 0 or 1, without a branch.
inline bool Select(int choice, int yes, int no) { return ((choice & yes) | (~choice & no)) != 0; }

// Calls `use` with a test that knows nulls too.
template <class Use>
void WithNullTest(const Sides& sides, Use&& use) {
  if (!sides.has_nulls()) return WithTest(sides, use);
  const uint64_t* left = sides.left.constant ? nullptr : sides.left.column->validity();
  const uint64_t* right = sides.right.constant ? nullptr : sides.right.column->validity();
  const bool null_result = sides.null_result();
  const auto valid = [=](uint32_t row) {
    return (left == nullptr || BitIsSet(left, row)) && (right == nullptr || BitIsSet(right, row));
  };
  // A null string may not be looked at, a null number may: the latter needs no branch.
  if (sides.left.type() == Type::kString) {
    WithTest(sides, [&](auto test) {
      use([=](uint32_t row) { return valid(row) ? test(row) : null_result; });
    });
  } else if (left != nullptr && right != nullptr) {
    WithTest(sides, [&](auto test) {
      use([=](uint32_t row) {
        const int both = int{BitIsSet(left, row)} & int{BitIsSet(right, row)};
        return Select(both, test(row), null_result);
      });
    });
  } else {
    const uint64_t* bits = left != nullptr ? left : right;
    WithTest(sides, [&](auto test) {
      use([=](uint32_t row) { return Select(BitIsSet(bits, row), test(row), null_result); });
    });
  }
}

class CompareExpr : public Node {
 public:
  CompareExpr(CompareOp op, std::vector<ExprPtr> operands)
      : Node(Type::kBool, std::move(operands)), op_(op) {}

  CompareOp op() const { return op_; }

  Vector Eval(const EvalContext& context) const override {
    const Sides sides(children_, op_, context);
    if (sides.null_constant()) return ConstantVector(Value::Bool(sides.null_result()));
    const RowSet rows = sides.constant() ? RowSet::One() : RowSet::Visible(context.chunk);
    auto out = std::make_shared<Column>(Type::kBool, rows.physical);
    uint8_t* result = out->mutable_values<uint8_t>();
    const auto fill = [&](auto test) {
      rows.ForEach([=](uint32_t row) { result[row] = static_cast<uint8_t>(test(row)); });
    };
    if (sides.has_nulls()) {
      WithNullTest(sides, fill);
    } else {
      WithTest(sides, fill);
    }
    return {std::move(out), sides.constant()};
  }

  Selection Filter(const EvalContext& context) const override {
    const Sides sides(children_, op_, context);
    if (sides.constant() || sides.null_constant()) return Expr::Filter(context);
    Selection selected;
    WithNullTest(sides, [&](auto test) { selected = SelectRows(context.chunk, test); });
    return selected;
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<CompareExpr>(op_, std::move(children));
  }
  std::string Describe() const override {
    return "(" + children_[0]->Describe() + " " + Sign(op_) + " " + children_[1]->Describe() + ")";
  }

 private:
  CompareOp op_;
};

}  // namespace

Result<ExprPtr> MakeCompare(CompareOp op, ExprPtr left, ExprPtr right) {
  const std::optional<Type> type = CommonType(*left, *right);
  if (!type.has_value()) {
    return Status::Invalid("cannot compare " + TypeText(*left) + " with " + TypeText(*right));
  }
  if (!IsEquality(op) && !IsNumeric(*type)) {
    return Status::Invalid("cannot order " + TypeText(*left) + " and " + TypeText(*right) + " by " +
                           Sign(op) + ", it takes numbers");
  }
  if (*type == Type::kObject) {
    if (!IsNullLiteral(*left) && !IsNullLiteral(*right)) {
      return Status::Invalid("cannot compare object with object");
    }
    return MakeConstant(Value::Bool(op == CompareOp::kNotEqual));  // a side is null
  }
  return ExprPtr(std::make_shared<CompareExpr>(
      op, std::vector<ExprPtr>{WidenTo(std::move(left), *type), WidenTo(std::move(right), *type)}));
}

std::optional<Comparison> AsComparison(const Expr& expr) {
  const auto* compare = dynamic_cast<const CompareExpr*>(&expr);
  if (compare == nullptr) return std::nullopt;
  return Comparison{compare->op(), compare->children()[0], compare->children()[1]};
}

}  // namespace weir
