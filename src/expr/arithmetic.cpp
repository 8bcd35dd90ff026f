// + - * / % and negation, with Java's results: integers wrap, int division truncates. Division by
// zero is null for every type.
#include <cmath>
#include <type_traits>

#include "expr/node.h"
#include "expr/operand.h"

namespace weir {
namespace {

const char* Sign(ArithmeticOp op) {
  static constexpr const char* kSigns[] = {"+", "-", "*", "/", "%"};
  return kSigns[static_cast<size_t>(op)];
}

// Integers compute as unsigned, because they wrap.
template <class T>
using Wrapping = typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>,
                                             std::type_identity<T>>::type;

template <class T>
struct Add {
  T operator()(T a, T b) const {
    return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  }
};
template <class T>
struct Subtract {
  T operator()(T a, T b) const {
    return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
  }
};
template <class T>
struct Multiply {
  T operator()(T a, T b) const {
    return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  }
};
// For b != 0 only.
template <class T>
struct Divide {
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return b == -1 ? Subtract<T>()(0, a) : static_cast<T>(a / b);
    } else {
      return a / b;
    }
  }
};
template <class T>
struct Modulo {
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return b == -1 ? 0 : static_cast<T>(a % b);
    } else {
      return std::fmod(a, b);
    }
  }
};

template <class T, class Op>
void Compute(const Vector& left, const Vector& right, const RowSet& rows, Column* out, Op op) {
  const T* a = left.column->values<T>();
  const T* b = right.column->values<T>();
  T* result = out->mutable_values<T>();
  if (left.constant) {
    const T constant = a[0];
    rows.ForEach([=](uint32_t row) { result[row] = op(constant, b[row]); });
  } else if (right.constant) {
    const T constant = b[0];
    rows.ForEach([=](uint32_t row) { result[row] = op(a[row], constant); });
  } else {
    rows.ForEach([=](uint32_t row) { result[row] = op(a[row], b[row]); });
  }
}

template <class T, class Op>
void ComputeQuotient(const Vector& left, const Vector& right, const RowSet& rows, Column* out,
                     Op op) {
  if (right.constant && right.column->values<T>()[0] != 0) {
    Compute<T>(left, right, rows, out, op);
    return;
  }
  const Operand<T> a(left);
  const Operand<T> b(right);
  T* result = out->mutable_values<T>();
  rows.ForEach([&](uint32_t row) {
    if (b[row] == 0) {
      result[row] = 0;
      out->SetNull(row);
    } else {
      result[row] = op(a[row], b[row]);
    }
  });
}

class ArithmeticExpr : public Node {
 public:
  ArithmeticExpr(ArithmeticOp op, const std::vector<ExprPtr>& operands)
      : Node(operands[0]->type(), operands), op_(op) {}

  Vector Eval(const EvalContext& context) const override {
    const Vector left = children_[0]->Eval(context);
    const Vector right = children_[1]->Eval(context);
    if (IsConstantNull(left) || IsConstantNull(right)) return NullVector(type_);
    const bool constant = left.constant && right.constant;
    const RowSet rows = constant ? RowSet::One() : RowSet::Visible(context.chunk);
    auto out = std::make_shared<Column>(type_, rows.physical);
    CombineValidity({&left, &right}, out.get());
    DispatchNumeric(type_, [&](auto tag) {
      using T = typename decltype(tag)::type;
      switch (op_) {
        case ArithmeticOp::kAdd:
          return Compute<T>(left, right, rows, out.get(), Add<T>());
        case ArithmeticOp::kSubtract:
          return Compute<T>(left, right, rows, out.get(), Subtract<T>());
        case ArithmeticOp::kMultiply:
          return Compute<T>(left, right, rows, out.get(), Multiply<T>());
        case ArithmeticOp::kDivide:
          return ComputeQuotient<T>(left, right, rows, out.get(), Divide<T>());
        case ArithmeticOp::kModulo:
          return ComputeQuotient<T>(left, right, rows, out.get(), Modulo<T>());
      }
    });
    return {std::move(out), constant};
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<ArithmeticExpr>(op_, children);
  }
  std::string Describe() const override {
    return "(" + children_[0]->Describe() + " " + Sign(op_) + " " + children_[1]->Describe() + ")";
  }

 private:
  ArithmeticOp op_;
};

class NegateExpr : public Node {
 public:
  explicit NegateExpr(ExprPtr operand) : Node(operand->type(), {operand}) {}

  Vector Eval(const EvalContext& context) const override {
    const Vector operand = children_[0]->Eval(context);
    if (IsConstantNull(operand)) return operand;
    const RowSet rows = operand.constant ? RowSet::One() : RowSet::Visible(context.chunk);
    auto out = std::make_shared<Column>(type_, rows.physical);
    CombineValidity({&operand}, out.get());
    DispatchNumeric(type_, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* in = operand.column->values<T>();
      T* result = out->template mutable_values<T>();
      rows.ForEach([=](uint32_t row) {
        // Not 0 - x, which would lose the sign of a floating zero.
        result[row] = static_cast<T>(-static_cast<Wrapping<T>>(in[row]));
      });
    });
    return {std::move(out), operand.constant};
  }

  ExprPtr WithChildren(std::vector<ExprPtr> children) const override {
    return std::make_shared<NegateExpr>(std::move(children[0]));
  }
  std::string Describe() const override { return "-" + children_[0]->Describe(); }
};

}  // namespace

Result<ExprPtr> MakeArithmetic(ArithmeticOp op, ExprPtr left, ExprPtr right) {
  const std::optional<Type> type = CommonType(*left, *right);
  if (!type.has_value() || !IsNumeric(*type)) {
    return Status::Invalid(std::string("cannot apply ") + Sign(op) + " to " + TypeText(*left) +
                           " and " + TypeText(*right) + ", it takes numbers");
  }
  return ExprPtr(std::make_shared<ArithmeticExpr>(
      op, std::vector<ExprPtr>{WidenTo(std::move(left), *type), WidenTo(std::move(right), *type)}));
}

Result<ExprPtr> MakeNegate(ExprPtr operand) {
  if (!IsNumeric(operand->type())) {
    return Status::Invalid("cannot negate " + TypeText(*operand) + ", it takes a number");
  }
  return ExprPtr(std::make_shared<NegateExpr>(std::move(operand)));
}

}  // namespace weir
