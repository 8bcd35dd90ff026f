// What is accepted, folding and rewriting, and the operators beyond the kernels.
#include <gtest/gtest.h>

#include "unit/expr/test_rows.h"

namespace weir::expr_test {
namespace {

ExprPtr Text(const char* text) { return Constant(Value::String(text)); }
ExprPtr Number(int32_t number) { return Constant(Value::Int(number)); }

TEST(ExpressionTest, RefusesTypesThatDoNotMix) {
  const auto compare = MakeCompare(CompareOp::kEqual, Text("a"), Number(1));
  ASSERT_FALSE(compare.ok());
  EXPECT_EQ(compare.status().message(), "cannot compare string with int");
  EXPECT_FALSE(MakeCompare(CompareOp::kNotEqual, Number(1), Constant(Value::Bool(true))).ok());
  EXPECT_FALSE(MakeCompare(CompareOp::kLess, Text("a"), Text("b")).ok());
  EXPECT_FALSE(MakeCompare(CompareOp::kGreater, Text("a"), NullLiteral()).ok());
  const ExprPtr object = MakeColumn(0, Type::kObject, "o");
  EXPECT_FALSE(MakeCompare(CompareOp::kEqual, object, object).ok());
  const auto sum = MakeArithmetic(ArithmeticOp::kAdd, Text("a"), Number(1));
  ASSERT_FALSE(sum.ok());
  EXPECT_EQ(sum.status().message(), "cannot apply + to string and int, it takes numbers");
  EXPECT_FALSE(MakeArithmetic(ArithmeticOp::kAdd, Text("a"), NullLiteral()).ok());
  const auto logic = MakeLogical(LogicalOp::kOr, Number(1), Constant(Value::Bool(true)));
  ASSERT_FALSE(logic.ok());
  EXPECT_EQ(logic.status().message(), "or takes bool, not int");
  EXPECT_FALSE(MakeNot(Number(1)).ok());
}

TEST(ExpressionTest, NullLiteralTakesTheTypeBesideIt) {
  const ExprPtr sum = MakeArithmetic(ArithmeticOp::kAdd, NullLiteral(), Number(1)).value();
  EXPECT_EQ(FoldedValue(sum), Value::Null(Type::kInt));
  EXPECT_EQ(FoldedValue(MakeCompare(CompareOp::kNotEqual, Text("a"), NullLiteral()).value()),
            Value::Bool(true));
  EXPECT_EQ(FoldedValue(MakeCompare(CompareOp::kEqual, NullLiteral(), NullLiteral()).value()),
            Value::Bool(false));
  EXPECT_EQ(FoldedValue(MakeNot(NullLiteral()).value()), Value::Bool(true));
}

TEST(ExpressionTest, FoldsWhatIsConstantAndNothingElse) {
  const ExprPtr column = MakeColumn(0, Type::kInt, "c0");
  const ExprPtr two = MakeArithmetic(ArithmeticOp::kAdd, Number(1), Number(1)).value();
  const ExprPtr product = MakeArithmetic(ArithmeticOp::kMultiply, column, two).value();
  EXPECT_EQ(FoldConstants(product)->Describe(), "(c0 * 2)");
  EXPECT_EQ(FoldConstants(column), column);
  EXPECT_EQ(FoldedValue(MakeArithmetic(ArithmeticOp::kDivide, two, Number(0)).value()),
            Value::Null(Type::kInt));
}

TEST(ExpressionTest, RewritesColumns) {
  const ExprPtr sum = MakeArithmetic(ArithmeticOp::kAdd, MakeColumn(1, Type::kInt, "a"),
                                     MakeColumn(3, Type::kDouble, "b"))
                          .value();
  std::vector<bool> used(2);
  CollectColumns(*sum, &used);
  EXPECT_EQ(used, std::vector<bool>({false, true, false, true}));
  const ExprPtr moved = RemapColumns(sum, {9, 0, 9, 3});
  used.assign(4, false);
  CollectColumns(*moved, &used);
  EXPECT_EQ(used, std::vector<bool>({true, false, false, true}));
  EXPECT_EQ(moved->Describe(), "(a + b)");
}

TEST(ExpressionTest, ComparisonsShowSidesOfOneType) {
  const ExprPtr price = MakeColumn(0, Type::kDouble, "price");
  const auto expr = MakeCompare(CompareOp::kLess, price, Number(50)).value();
  const std::optional<Comparison> comparison = AsComparison(*expr);
  ASSERT_TRUE(comparison.has_value());
  EXPECT_EQ(comparison->op, CompareOp::kLess);
  EXPECT_EQ(comparison->left, price);
  EXPECT_EQ(*comparison->right->constant(), Value::Double(50));
  EXPECT_FALSE(AsComparison(*price).has_value());
}

TEST(ExpressionTest, SpreadsConstantsOverColumns) {
  TestRows rows({std::vector<Value>(70, Value::Int(1))}, {Type::kInt});
  const char* long_text = "longer than twelve characters";
  const ColumnPtr column = EvalColumn(*Text(long_text), {rows.chunk()});
  ASSERT_EQ(column->size(), 70u);
  EXPECT_EQ(column->GetValue(69), Value::String(long_text));
  const ColumnPtr nulls = EvalColumn(*Constant(Value::Null(Type::kLong)), {rows.chunk()});
  EXPECT_EQ(nulls->GetValue(0), Value::Null(Type::kLong));
  EXPECT_EQ(nulls->GetValue(69), Value::Null(Type::kLong));
  EXPECT_EQ(EvalColumn(*rows.Column(0), {rows.chunk()}), rows.chunk().column(0));  // not copied
}

TEST(ExpressionTest, CaseTakesTheFirstTrueBranch) {
  TestRows rows({{Value::Int(1), Value::Int(5), Value::Null(Type::kInt), Value::Int(0)}},
                {Type::kInt});
  const auto over = [&](int32_t limit) {
    return MakeCompare(CompareOp::kGreater, rows.Column(0), Number(limit)).value();
  };
  const ExprPtr expr =
      MakeCase({{over(4), NullLiteral()}, {over(0), rows.Column(0)}}, Constant(Value::Long(-1)))
          .value();
  EXPECT_EQ(expr->type(), Type::kLong);
  const std::vector<Value> expected = {Value::Long(1), Value::Null(Type::kLong), Value::Long(-1),
                                       Value::Long(-1)};
  EXPECT_EQ(EvalValues(expr, rows.chunk()), expected);
  rows.Select({1, 3});
  EXPECT_EQ(EvalValues(expr, rows.chunk()), std::vector<Value>({expected[1], expected[3]}));
  const ExprPtr open = MakeCase({{over(0), Text("yes")}}, nullptr).value();
  EXPECT_EQ(EvalValues(open, rows.chunk()),
            std::vector<Value>({Value::String("yes"), Value::Null(Type::kString)}));
  EXPECT_FALSE(MakeCase({{over(0), Text("yes")}}, Number(1)).ok());
  EXPECT_FALSE(MakeCase({{Number(1), Text("yes")}}, nullptr).ok());
  EXPECT_EQ(MakeCase({{over(0), NullLiteral()}}, nullptr).value()->type(), Type::kObject);
}

TEST(ExpressionTest, BetweenTakesBothEnds) {
  const TestRows rows({{Value::Int(1), Value::Int(2), Value::Null(Type::kInt), Value::Int(5)}},
                      {Type::kInt});
  const auto between = MakeBetween(rows.Column(0), Number(2), Constant(Value::Double(5.0))).value();
  EXPECT_EQ(EvalFilter(*between, {rows.chunk()}), Selection({1, 3}));
  EXPECT_FALSE(MakeBetween(rows.Column(0), Text("a"), Number(2)).ok());
}

TEST(ExpressionTest, InListComparesAsEquality) {
  const TestRows rows({{Value::Int(1), Value::Int(2), Value::Null(Type::kInt), Value::Int(5)},
                       {Value::String("a"), Value::String("a long text, not inline"),
                        Value::String("c"), Value::Null(Type::kString)}},
                      {Type::kInt, Type::kString});
  const auto numbers =
      MakeInList(rows.Column(0), {Number(5), NullLiteral(), Number(2), Number(7)}).value();
  EXPECT_EQ(EvalFilter(*numbers, {rows.chunk()}), Selection({1, 3}));
  const auto mixed = MakeInList(rows.Column(0), {Number(5), Constant(Value::Double(1.0)),
                                                 rows.Column(0), Number(6)})
                         .value();
  EXPECT_EQ(EvalFilter(*mixed, {rows.chunk()}), Selection({0, 1, 3}));
  const auto texts =
      MakeInList(rows.Column(1), {Text("c"), Text("a long text, not inline"), Text("x")}).value();
  EXPECT_EQ(EvalFilter(*texts, {rows.chunk()}), Selection({1, 2}));
  const auto none = MakeInList(rows.Column(1), {NullLiteral()}).value();
  EXPECT_TRUE(EvalFilter(*none, {rows.chunk()}).empty());
  EXPECT_FALSE(MakeInList(rows.Column(1), {Text("c"), Number(1)}).ok());
}

bool Like(const std::string& text, const std::string& pattern) {
  return FoldedValue(MakeLike(Text(text.c_str()), Text(pattern.c_str())).value()).bool_value();
}

// The definition of a pattern, by trying everything.
bool LikeOracle(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    return LikeOracle(text, pattern.substr(1)) ||
           (!text.empty() && LikeOracle(text.substr(1), pattern));
  }
  return !text.empty() && (pattern[0] == '_' || pattern[0] == text[0]) &&
         LikeOracle(text.substr(1), pattern.substr(1));
}

TEST(ExpressionTest, LikeMatchesPatterns) {
  for (int code = 0; code < 4 * 4 * 4 * 4 * 4; ++code) {
    std::string pattern;
    for (int c = code; c > 0; c /= 4) pattern += "ab%_"[c % 4];
    for (const char* text : {"", "a", "b", "ab", "ba", "aab", "abab", "bbbba"}) {
      ASSERT_EQ(Like(text, pattern), LikeOracle(text, pattern)) << text << " like " << pattern;
    }
  }
  EXPECT_TRUE(Like("grün", "gr_n"));
  EXPECT_FALSE(Like("grün", "gr__n"));
  EXPECT_TRUE(Like("日本語", "_本_"));
  const std::string many(300, 'a');
  EXPECT_TRUE(Like(many + "b", "%" + many + "_"));
  EXPECT_FALSE(Like(many + "b", "%" + many + "c%"));
}

TEST(ExpressionTest, LikeTakesPatternsFromRowsAndNullGivesFalse) {
  const TestRows rows({{Value::String("abc"), Value::String("abc"), Value::Null(Type::kString)},
                       {Value::String("a%"), Value::Null(Type::kString), Value::String("%")}},
                      {Type::kString, Type::kString});
  const auto like = MakeLike(rows.Column(0), rows.Column(1)).value();
  EXPECT_EQ(EvalFilter(*like, {rows.chunk()}), Selection({0}));
  EXPECT_FALSE(MakeLike(Number(1), Text("1")).ok());
}

TEST(ExpressionTest, ConcatJoinsTexts) {
  const TestRows rows({{Value::Double(10), Value::Null(Type::kDouble)}}, {Type::kDouble});
  const ExprPtr text = MakeConcat(Text("price: "), MakeConcat(rows.Column(0), Text(" dollars")));
  EXPECT_EQ(EvalValues(text, rows.chunk()),
            std::vector<Value>({Value::String("price: 10.0 dollars"), Value::Null(Type::kString)}));
  EXPECT_EQ(FoldedValue(MakeConcat(Text("a"), NullLiteral())), Value::Null(Type::kString));
}

}  // namespace
}  // namespace weir::expr_test
