#include <cmath>
#include <limits>

#include "unit/parser/parsing.h"

namespace weir::parsing {
namespace {

template <class T>
T LiteralValue(std::string_view text) {
  const ast::ExprPtr expression = Expression(text);
  const auto* literal = std::get_if<ast::Literal>(&expression->node);
  if (literal == nullptr || !std::holds_alternative<T>(literal->value)) {
    ADD_FAILURE() << "not a literal of this type: " << text;
    return T{};
  }
  return std::get<T>(literal->value);
}

TEST(ParserExpression, NumbersHaveTheTypeOfTheirForm) {
  EXPECT_EQ(LiteralValue<int32_t>("123"), 123);
  EXPECT_EQ(LiteralValue<int64_t>("123L"), 123);
  EXPECT_EQ(LiteralValue<int64_t>("123l"), 123);
  EXPECT_EQ(LiteralValue<float>("1.5f"), 1.5f);
  EXPECT_EQ(LiteralValue<float>("1F"), 1.0f);
  EXPECT_EQ(LiteralValue<float>(".5e1f"), 5.0f);
  EXPECT_EQ(LiteralValue<double>("1.5"), 1.5);
  EXPECT_EQ(LiteralValue<double>(".5"), 0.5);
  EXPECT_EQ(LiteralValue<double>("1e3"), 1000.0);
  EXPECT_EQ(LiteralValue<double>("1d"), 1.0);
  EXPECT_EQ(LiteralValue<double>("1.5D"), 1.5);
  EXPECT_EQ(LiteralValue<double>("2.5E-1"), 0.25);
}

TEST(ParserExpression, SignsBelongToTheirNumber) {
  EXPECT_EQ(LiteralValue<int32_t>("-5"), -5);
  EXPECT_EQ(LiteralValue<int32_t>("- 5"), -5);
  EXPECT_EQ(LiteralValue<int32_t>("+5"), 5);
  EXPECT_EQ(LiteralValue<int32_t>("-2147483648"), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(LiteralValue<int64_t>("-9223372036854775808L"), std::numeric_limits<int64_t>::min());
  EXPECT_TRUE(std::signbit(LiteralValue<double>("-0.0")));
  EXPECT_EQ(Canonical("a - -5"), "a - -5");
  EXPECT_EQ(Canonical("a -5"), "a - 5");
  EXPECT_EQ(Canonical("-(5)"), "-(5)");
  EXPECT_EQ(Canonical("-(-x)"), "-(-x)");
  EXPECT_EQ(Canonical("-price * 2"), "-price * 2");
}

TEST(ParserExpression, NumbersThatDoNotFit) {
  EXPECT_EQ(ExpressionErrors("2147483648"),
            "app:1:1: error: this number is too large for an int\n"
            "2147483648\n"
            "^~~~~~~~~~\n"
            "help: a long is written with an L: 3000000000L\n");
  EXPECT_EQ(ExpressionErrors("-9223372036854775809L"),
            "app:1:1: error: this number is too large for a long\n"
            "-9223372036854775809L\n"
            "^~~~~~~~~~~~~~~~~~~~~\n");
  EXPECT_EQ(ExpressionErrors("1e39f"),
            "app:1:1: error: this number is too large for a float\n1e39f\n^~~~~\n");
  EXPECT_EQ(ExpressionErrors("1e999"),
            "app:1:1: error: this number is too large for a double\n1e999\n^~~~~\n");
  EXPECT_EQ(LiteralValue<double>("1e-999"), 0.0);
  EXPECT_EQ(LiteralValue<float>("0." + std::string(60, '0') + "1f"), 0.0f);
}

TEST(ParserExpression, FloatingPointIsPrintedExactly) {
  EXPECT_EQ(Canonical("100.0"), "100.0");
  EXPECT_EQ(Canonical("0.1f"), "0.1f");
  EXPECT_EQ(Canonical("1e300"), "1e+300");
  EXPECT_EQ(Canonical("123456789012345678.0"), "123456789012345680.0");
}

TEST(ParserExpression, StringsHaveNoEscapes) {
  EXPECT_EQ(LiteralValue<std::string>(R"('a\n\')"), R"(a\n\)");
  EXPECT_EQ(LiteralValue<std::string>(R"("it's")"), "it's");
  EXPECT_EQ(LiteralValue<std::string>("\"\"\"two\nlines, \"quotes\", ''\"\"\""),
            "two\nlines, \"quotes\", ''");
  EXPECT_EQ(LiteralValue<std::string>("''"), "");
  EXPECT_EQ(LiteralValue<std::string>("\"\""), "");
  EXPECT_EQ(LiteralValue<std::string>("'--  /* no comment */'"), "--  /* no comment */");
  EXPECT_EQ(LiteralValue<std::string>("'日本 ü'"), "日本 ü");
}

TEST(ParserExpression, WordsAsConstants) {
  EXPECT_TRUE(LiteralValue<bool>("TRUE"));
  EXPECT_FALSE(LiteralValue<bool>("false"));
  LiteralValue<ast::Null>("Null");
}

TEST(ParserExpression, Times) {
  const auto time = LiteralValue<ast::TimeLiteral>("1 hour 30 min");
  EXPECT_EQ(time.milliseconds, 5'400'000);
  ASSERT_EQ(time.parts.size(), 2u);
  EXPECT_EQ(time.parts[1].count, 30);
  EXPECT_EQ(LiteralValue<ast::TimeLiteral>("1 year").milliseconds, 31'556'900'000);
  EXPECT_EQ(LiteralValue<ast::TimeLiteral>("2 months").milliseconds, 5'260'000'000);
  EXPECT_EQ(LiteralValue<ast::TimeLiteral>("1 week 1 day").milliseconds, 691'200'000);
  EXPECT_EQ(LiteralValue<ast::TimeLiteral>("5sec").milliseconds, 5'000);
  EXPECT_EQ(Canonical("1 YEARS 2 month 1 week 3 days 4 hours 5 minutes 6 seconds 7 milliseconds"),
            "1 year 2 month 1 week 3 day 4 hour 5 min 6 sec 7 millisec");
  EXPECT_EQ(ExpressionErrors("1 min 2 hour"),
            "app:1:1: error: the units of a time must be written from the largest to the smallest\n"
            "1 min 2 hour\n"
            "^~~~~~~~~~~~\n"
            "help: for example 1 hour 30 min\n");
  EXPECT_NE(ExpressionErrors("1 sec 1 sec"), "");
  EXPECT_NE(ExpressionErrors("9999999999999 year").find("too long"), std::string::npos);
}

TEST(ParserExpression, Precedence) {
  EXPECT_EQ(Shape("not a == b"), Shape("(not a) == b"));
  EXPECT_EQ(Shape("not a * b"), Shape("(not a) * b"));
  EXPECT_EQ(Shape("not a is null"), Shape("not (a is null)"));
  EXPECT_EQ(Shape("a - b - c"), Shape("(a - b) - c"));
  EXPECT_EQ(Shape("a + b * c % d"), Shape("a + ((b * c) % d)"));
  EXPECT_EQ(Shape("a + b < c == d > e"), Shape("((a + b) < c) == (d > e)"));
  EXPECT_EQ(Shape("a == b in T and c"), Shape("((a == b) in T) and c"));
  EXPECT_EQ(Shape("a == b in T == true"), Shape("((a == b) in T) == true"));
  EXPECT_EQ(Shape("a or b and c or d"), Shape("a or (b and c) or d"));
  EXPECT_EQ(Shape("a || b + c"), Shape("(a || b) + c"));
  EXPECT_EQ(Shape("a between 1 and 2 + 3 and b"), Shape("(a between 1 and (2 + 3)) and b"));
  EXPECT_NE(Shape("not (a == b)"), Shape("not a == b"));
  EXPECT_NE(Shape("a - (b - c)"), Shape("a - b - c"));
}

TEST(ParserExpression, LogicalChainsAreFlat) {
  const ast::ExprPtr expression = Expression("a or b or c");
  const auto& logical = std::get<ast::Logical>(expression->node);
  EXPECT_EQ(logical.op, ast::LogicalOp::kOr);
  EXPECT_EQ(logical.operands.size(), 3u);
  EXPECT_EQ(Canonical("a or (b or c)"), "a or (b or c)");
}

TEST(ParserExpression, PrintsOnlyNeededParentheses) {
  EXPECT_EQ(Canonical("((a)+(b*c))"), "a + b * c");
  EXPECT_EQ(Canonical("(a+b)*c"), "(a + b) * c");
  EXPECT_EQ(Canonical("not(a and b)"), "not (a and b)");
  EXPECT_EQ(Canonical("not a == b and not (a == b) or not not c"),
            "(not a) == b and not (a == b) or not not c");
  EXPECT_EQ(Canonical("(not a) in T and -(not b) in T"), "(not a) in T and -not b in T");
  EXPECT_EQ(Canonical("(a - 1) is null"), "(a - 1) is null");
  EXPECT_EQ(Canonical("(a in T) in U"), "a in T in U");
  EXPECT_EQ(Canonical("a == (b in T)"), "a == (b in T)");
}

TEST(ParserExpression, References) {
  for (const char* text :
       {"price", "S.price", "e1[0].price", "e1[last].price", "e1[last - 2].price", "#In.price",
        "!In.price", "e1[1] is null", "#S is null", "!S is not null", "e2 is null"}) {
    EXPECT_EQ(Canonical(text), text);
  }
  const ast::ExprPtr expression = Expression("e1[last-1].price");
  const auto& attribute = std::get<ast::AttributeRef>(expression->node);
  EXPECT_EQ(attribute.name.text, "price");
  EXPECT_TRUE(attribute.stream->index->from_last);
  EXPECT_EQ(attribute.stream->index->offset, 1);
}

TEST(ParserExpression, NullTestsTellStreamsFromAttributes) {
  const ast::ExprPtr bare = Expression("e2 is null");
  EXPECT_TRUE(
      std::holds_alternative<ast::AttributeRef>(std::get<ast::IsNull>(bare->node).operand->node));
  const ast::ExprPtr indexed = Expression("e2[1] is not null");
  EXPECT_TRUE(
      std::holds_alternative<ast::StreamRef>(std::get<ast::IsNull>(indexed->node).operand->node));
  EXPECT_TRUE(std::get<ast::IsNull>(indexed->node).negated);
}

TEST(ParserExpression, StreamsAreNotValues) {
  EXPECT_EQ(ExpressionErrors("1 + e1[last]"),
            "app:1:5: error: 'e1' is a stream here, not a value\n"
            "1 + e1[last]\n"
            "    ^~~~~~~~\n"
            "help: name one of its attributes, as in e1[0].price\n");
}

TEST(ParserExpression, Calls) {
  for (const char* text : {"f()", "count(*)", "str:concat(a, 'b', 1 + 2)", "min(a)", "f(g(h(1)))"})
    EXPECT_EQ(Canonical(text), text);
  const ast::ExprPtr expression = Expression("count(*)");
  EXPECT_TRUE(std::get<ast::Call>(expression->node).star);
}

TEST(ParserExpression, Extensions) {
  for (const char* text : {"case when a > 1 then 'x' when b then 'y' else 'z' end",
                           "case when a then b end + 1",
                           "a not between 1 and 2",
                           "a in (1, 2, 3)",
                           "a not in (b + 1)",
                           "a like 'x%'",
                           "a not like b || '%'",
                           "null == a",
                           "case a when 1 then 'x' else 'y' end",
                           "case (a + 1) when b then c end",
                           "a[0]",
                           "a.b[0]['k'][i + 1]",
                           "e1[0].a[1]",
                           "(a || b)[0]",
                           "(a[0]) is null",
                           "a['k'] is null",
                           "a[0] is null",
                           "eventTimestamp(e1[last])",
                           "eventTimestamp((a[0]))",
                           "-a[0]"}) {
    EXPECT_EQ(Canonical(text), text);
  }
}

TEST(ParserExpression, KeywordsAreNames) {
  for (const char* text :
       {"last", "first", "all", "events", "min(day)", "string", "window.table", "case", "not",
        "then + else", "e1.null", "S.select", "in", "like > between",
        "case when then then else "
        "else end end"}) {
    EXPECT_EQ(ExpressionErrors(text), "") << text;
  }
  EXPECT_EQ(Canonical("`my name`.`null`"), "`my name`.`null`");
  EXPECT_EQ(Canonical("`price`"), "price");
  EXPECT_NE(ExpressionErrors("``"), "");
}

TEST(ParserExpression, SpansAreOfTheWholeNode) {
  const ast::ExprPtr expression = Expression("  a + b * c");
  EXPECT_EQ(expression->span.begin, 2u);
  EXPECT_EQ(expression->span.end, 11u);
  EXPECT_EQ(expression->span.line, 1u);
  EXPECT_EQ(expression->span.column, 3u);
  const auto& sum = std::get<ast::Binary>(expression->node);
  EXPECT_EQ(sum.right->span.begin, 6u);
  EXPECT_EQ(sum.right->span.end, 11u);
}

}  // namespace
}  // namespace weir::parsing
