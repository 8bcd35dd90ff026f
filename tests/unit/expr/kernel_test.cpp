// Kernels against the rules of the language written for one row at a time, over random values with
// nulls, with and without a selection, columns and constants.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "unit/expr/test_rows.h"

namespace weir::expr_test {
namespace {

constexpr Type kNumbers[] = {Type::kInt, Type::kLong, Type::kFloat, Type::kDouble};

class RandomValues {
 public:
  explicit RandomValues(uint32_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }

  // Few different values, so that they meet; among them zeros and the ends of the ranges.
  Value Make(Type type, bool nulls) {
    if (nulls && Below(6) == 0) return Value::Null(type);
    const int small = static_cast<int>(Below(9)) - 4;
    const uint32_t special = Below(12);
    switch (type) {
      case Type::kBool:
        return Value::Bool(Below(2) == 0);
      case Type::kInt:
        if (special == 0) return Value::Int(std::numeric_limits<int32_t>::min());
        if (special == 1) return Value::Int(std::numeric_limits<int32_t>::max());
        return Value::Int(small);
      case Type::kLong:
        if (special == 0) return Value::Long(std::numeric_limits<int64_t>::min());
        if (special == 1) return Value::Long(16777217);  // no float
        return Value::Long(small);
      case Type::kFloat:
        if (special == 0) return Value::Float(0.1f);
        if (special == 1) return Value::Float(-0.0f);
        return Value::Float(static_cast<float>(small) / 2);
      case Type::kDouble:
        if (special == 0) return Value::Double(0.1);
        if (special == 1) return Value::Double(std::nan(""));
        return Value::Double(small / 2.0);
      case Type::kString:
        return Value::String(Below(2) == 0 ? std::string(1, static_cast<char>('a' + Below(3)))
                                           : "a longer text " + std::to_string(Below(3)));
      default:
        return Value::Null(Type::kObject);
    }
  }

  Selection Rows(uint32_t size) {
    Selection rows;
    for (uint32_t row = 0; row < size; ++row) {
      if (Below(3) != 0) rows.push_back(row);
    }
    return rows;
  }

 private:
  std::mt19937 random_;
};

template <class T>
T As(const Value& value) {
  switch (value.type()) {
    case Type::kInt:
      return static_cast<T>(value.int_value());
    case Type::kLong:
      return static_cast<T>(value.long_value());
    case Type::kFloat:
      return static_cast<T>(value.float_value());
    default:
      return static_cast<T>(value.double_value());
  }
}

Value OracleFloating(ArithmeticOp op, double a, double b) {
  switch (op) {
    case ArithmeticOp::kAdd:
      return Value::Double(a + b);
    case ArithmeticOp::kSubtract:
      return Value::Double(a - b);
    case ArithmeticOp::kMultiply:
      return Value::Double(a * b);
    case ArithmeticOp::kDivide:
      return b == 0 ? Value::Null(Type::kDouble) : Value::Double(a / b);
    default:
      return b == 0 ? Value::Null(Type::kDouble) : Value::Double(std::fmod(a, b));
  }
}

// In 128 bits, cut to the size of the result.
Value OracleInteger(ArithmeticOp op, __int128 a, __int128 b, Type type) {
  const bool divides = op == ArithmeticOp::kDivide || op == ArithmeticOp::kModulo;
  if (divides && b == 0) return Value::Null(type);
  const __int128 result = op == ArithmeticOp::kAdd        ? a + b
                          : op == ArithmeticOp::kSubtract ? a - b
                          : op == ArithmeticOp::kMultiply ? a * b
                          : op == ArithmeticOp::kDivide   ? a / b
                                                          : a % b;
  if (type == Type::kInt) return Value::Int(static_cast<int32_t>(result));
  return Value::Long(static_cast<int64_t>(result));
}

Value OracleArithmetic(ArithmeticOp op, const Value& a, const Value& b) {
  const Type type = PromoteNumeric(a.type(), b.type());
  if (a.is_null() || b.is_null()) return Value::Null(type);
  if (IsInteger(type)) return OracleInteger(op, a.AsLong(), b.AsLong(), type);
  if (type == Type::kDouble) return OracleFloating(op, As<double>(a), As<double>(b));
  // The result of one operation on floats, rounded from double, is that of float arithmetic.
  const Value result = OracleFloating(op, As<float>(a), As<float>(b));
  return result.is_null() ? Value::Null(type)
                          : Value::Float(static_cast<float>(result.double_value()));
}

template <class T>
bool Holds(CompareOp op, const T& a, const T& b) {
  switch (op) {
    case CompareOp::kEqual:
      return a == b;
    case CompareOp::kNotEqual:
      return a != b;
    case CompareOp::kLess:
      return a < b;
    case CompareOp::kLessEqual:
      return a <= b;
    case CompareOp::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

bool OracleCompare(CompareOp op, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return op == CompareOp::kNotEqual;
  if (a.type() == Type::kString) return Holds(op, a.string_value(), b.string_value());
  if (a.type() == Type::kBool) return Holds(op, a.bool_value(), b.bool_value());
  switch (PromoteNumeric(a.type(), b.type())) {
    case Type::kInt:
    case Type::kLong:
      return Holds(op, As<int64_t>(a), As<int64_t>(b));
    case Type::kFloat:
      return Holds(op, As<float>(a), As<float>(b));
    default:
      return Holds(op, As<double>(a), As<double>(b));
  }
}

// Equal, NaN being equal to itself, and zeros told apart by sign.
bool SameValue(const Value& a, const Value& b) {
  if (a.type() != b.type() || a.is_null() != b.is_null()) return false;
  return a == b ? a.ToText() == b.ToText()
                : !a.is_null() && a.ToText() == "NaN" && b.ToText() == "NaN";
}

// Two columns of random values, and constants to put in the place of either.
struct Pair {
  TestRows rows;
  Value constants[2];

  Pair(Type left, Type right, bool nulls, uint32_t size, RandomValues& random)
      : rows(Columns(left, right, nulls, size, random), {left, right}),
        constants{random.Make(left, nulls), random.Make(right, nulls)} {
    if (random.Below(2) == 0) rows.Select(random.Rows(size));
  }

  // shape: bit 0 = left is constant, bit 1 = right is.
  ExprPtr Operand(int shape, int side) const {
    return (shape >> side & 1) != 0 ? Constant(constants[side]) : rows.Column(side);
  }
  Value At(int shape, int side, uint32_t row) const {
    return (shape >> side & 1) != 0 ? constants[side] : rows.At(side, row);
  }

  static std::vector<std::vector<Value>> Columns(Type left, Type right, bool nulls, uint32_t size,
                                                 RandomValues& random) {
    std::vector<std::vector<Value>> columns(2);
    for (uint32_t row = 0; row < size; ++row) {
      columns[0].push_back(random.Make(left, nulls));
      columns[1].push_back(random.Make(right, nulls));
    }
    return columns;
  }
};

TEST(KernelTest, ArithmeticAgreesWithTheRules) {
  RandomValues random(1);
  for (const Type left : kNumbers) {
    for (const Type right : kNumbers) {
      for (int round = 0; round < 8; ++round) {
        const Pair pair(left, right, round % 2 == 0, 1 + random.Below(150), random);
        for (int op = 0; op < 5; ++op) {
          for (int shape = 0; shape < 4; ++shape) {
            const auto kind = static_cast<ArithmeticOp>(op);
            const ExprPtr expr =
                MakeArithmetic(kind, pair.Operand(shape, 0), pair.Operand(shape, 1)).value();
            const std::vector<Value> got = EvalValues(expr, pair.rows.chunk());
            for (uint32_t i = 0; i < got.size(); ++i) {
              const uint32_t row = pair.rows.chunk().Row(i);
              const Value a = pair.At(shape, 0, row);
              const Value b = pair.At(shape, 1, row);
              ASSERT_TRUE(SameValue(got[i], OracleArithmetic(kind, a, b)))
                  << a.ToText() << " " << expr->Describe() << " " << b.ToText() << " gave "
                  << got[i].ToText();
            }
          }
        }
      }
    }
  }
}

void CheckCompare(CompareOp op, const Pair& pair, int shape) {
  const ExprPtr expr = MakeCompare(op, pair.Operand(shape, 0), pair.Operand(shape, 1)).value();
  const Chunk& chunk = pair.rows.chunk();
  const std::vector<Value> got = EvalValues(expr, chunk);
  Selection expected;
  for (uint32_t i = 0; i < got.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    const Value a = pair.At(shape, 0, row);
    const Value b = pair.At(shape, 1, row);
    const bool holds = OracleCompare(op, a, b);
    ASSERT_EQ(got[i], Value::Bool(holds)) << a.ToText() << expr->Describe() << b.ToText();
    if (holds) expected.push_back(row);
  }
  EXPECT_EQ(EvalFilter(*expr, {chunk}), expected) << expr->Describe();
  const ExprPtr negated = MakeNot(expr).value();
  EXPECT_EQ(EvalFilter(*negated, {chunk}).size() + expected.size(), chunk.size());
}

TEST(KernelTest, ComparisonAgreesWithTheRules) {
  RandomValues random(2);
  for (const Type left : kNumbers) {
    for (const Type right : kNumbers) {
      for (int round = 0; round < 8; ++round) {
        const Pair pair(left, right, round % 2 == 0, 1 + random.Below(150), random);
        for (int op = 0; op < 6; ++op) {
          for (int shape = 0; shape < 4; ++shape) {
            CheckCompare(static_cast<CompareOp>(op), pair, shape);
          }
        }
      }
    }
  }
}

TEST(KernelTest, EqualityOfStringsAndBools) {
  RandomValues random(3);
  for (const Type type : {Type::kString, Type::kBool}) {
    for (int round = 0; round < 20; ++round) {
      const Pair pair(type, type, round % 2 == 0, 1 + random.Below(150), random);
      for (const CompareOp op : {CompareOp::kEqual, CompareOp::kNotEqual}) {
        for (int shape = 0; shape < 4; ++shape) CheckCompare(op, pair, shape);
      }
    }
  }
}

TEST(KernelTest, LogicAndNullTests) {
  RandomValues random(4);
  for (int round = 0; round < 60; ++round) {
    const Pair pair(Type::kBool, Type::kBool, round % 2 == 0, 1 + random.Below(150), random);
    const Chunk& chunk = pair.rows.chunk();
    for (int shape = 0; shape < 4; ++shape) {
      const ExprPtr left = pair.Operand(shape, 0);
      const ExprPtr right = pair.Operand(shape, 1);
      const auto both = MakeLogical(LogicalOp::kAnd, left, right).value();
      const auto either = MakeLogical(LogicalOp::kOr, left, right).value();
      const auto negated = MakeNot(left).value();
      const auto null = MakeIsNull(left);
      const auto truth = [](const Value& v) { return !v.is_null() && v.bool_value(); };
      Selection expected[4];
      const ExprPtr exprs[] = {both, either, negated, null};
      const std::vector<Value> got[] = {EvalValues(both, chunk), EvalValues(either, chunk),
                                        EvalValues(negated, chunk), EvalValues(null, chunk)};
      for (uint32_t i = 0; i < chunk.size(); ++i) {
        const uint32_t row = chunk.Row(i);
        const Value a = pair.At(shape, 0, row);
        const Value b = pair.At(shape, 1, row);
        const bool want[] = {truth(a) && truth(b), truth(a) || truth(b), !truth(a), a.is_null()};
        for (int e = 0; e < 4; ++e) {
          ASSERT_EQ(got[e][i], Value::Bool(want[e])) << exprs[e]->Describe();
          if (want[e]) expected[e].push_back(row);
        }
      }
      for (int e = 0; e < 4; ++e) EXPECT_EQ(EvalFilter(*exprs[e], {chunk}), expected[e]);
    }
  }
}

TEST(KernelTest, NegationWrapsAndKeepsTheSignOfZero) {
  EXPECT_EQ(FoldedValue(MakeNegate(Constant(Value::Int(INT32_MIN))).value()),
            Value::Int(INT32_MIN));
  EXPECT_EQ(FoldedValue(MakeNegate(Constant(Value::Double(0.0))).value()).ToText(), "-0.0");
  EXPECT_FALSE(MakeNegate(Constant(Value::String("1"))).ok());
}

TEST(KernelTest, ConjunctionNarrowsOperandByOperand) {
  const TestRows rows({{Value::Int(1), Value::Int(2), Value::Null(Type::kInt), Value::Int(3)},
                       {Value::Long(9), Value::Long(0), Value::Long(9), Value::Long(9)}},
                      {Type::kInt, Type::kLong});
  const auto a = MakeCompare(CompareOp::kGreater, rows.Column(0), Constant(Value::Int(1))).value();
  const auto b = MakeCompare(CompareOp::kEqual, Constant(Value::Int(9)), rows.Column(1)).value();
  const auto c = MakeCompare(CompareOp::kNotEqual, rows.Column(0), rows.Column(1)).value();
  const ExprPtr all = JoinConjunction({a, b, c});
  EXPECT_EQ(all->Describe(), "((c0 > 1) and (9 == c1) and (c0 != c1))");
  EXPECT_EQ(EvalFilter(*all, {rows.chunk()}), Selection({3}));
  EXPECT_EQ(SplitConjunction(all).size(), 3u);
  EXPECT_EQ(JoinConjunction({}), nullptr);
}

}  // namespace
}  // namespace weir::expr_test
