#include "unit/parser/parsing.h"

namespace weir::parsing {
namespace {

std::string Repeat(std::string_view piece, size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (size_t i = 0; i < times; ++i) text += piece;
  return text;
}

std::string Filter(const std::string& condition) {
  return "from S[" + condition + "] insert into X;";
}

// The message of the only error, or all of them if there are others.
std::string OnlyError(std::string_view text) {
  const ParseResult result = ParseApp(text, NoVariables());
  if (result.diagnostics.size() == 1) return result.diagnostics[0].message;
  return Rendered(result.diagnostics, text);
}

constexpr const char* kTooDeep = "expressions are nested deeper than limits.depth = 256";
constexpr const char* kTooManyNodes = "the text has more nodes than limits.nodes = 50000";

TEST(ParserLimits, Bytes) {
  EXPECT_TRUE(ParseApp(std::string(1 << 20, ' '), NoVariables()).ok());
  EXPECT_EQ(OnlyError(std::string((1 << 20) + 1, ' ')),
            "the text is longer than limits.query_bytes = 1048576 (1048577 bytes)");
  ParseOptions options;
  options.limits.query_bytes = 100;
  options.variables = [](std::string_view) { return std::string(200, ' '); };
  const ParseResult result = ParseApp("${BIG}", options);
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].message,
            "the text is longer than limits.query_bytes = 100 (200 bytes)");
}

TEST(ParserLimits, Brackets) {
  ExpectRoundTrip(Filter(Repeat("(", 255) + "a" + Repeat(")", 255)));
  const std::string deep = Filter(Repeat("(", 256) + "a" + Repeat(")", 256));
  EXPECT_EQ(OnlyError(deep), "brackets are nested deeper than limits.depth = 256");
  EXPECT_EQ(OnlyError(Filter(Repeat("(", 100'000) + "a")),
            "brackets are nested deeper than limits.depth = 256");
  EXPECT_EQ(OnlyError("from " + Repeat("(", 10'000)),
            "brackets are nested deeper than limits.depth = 256");
  EXPECT_EQ(OnlyError(Repeat("@a(", 10'000)), "brackets are nested deeper than limits.depth = 256");
}

TEST(ParserLimits, PrefixOperators) {
  ExpectRoundTrip(Filter(Repeat("not ", 250) + "a"));
  EXPECT_EQ(OnlyError(Filter(Repeat("not ", 30'000) + "a")), kTooDeep);
  EXPECT_EQ(OnlyError(Filter(Repeat("- ", 30'000) + "a")), kTooDeep);
}

TEST(ParserLimits, ChainsOfOperators) {
  ExpectRoundTrip(Filter("a" + Repeat(" + a", 250)));
  EXPECT_EQ(OnlyError(Filter("a" + Repeat(" + a", 300))), kTooDeep);
  EXPECT_EQ(OnlyError(Filter("a" + Repeat(" < a", 300))), kTooDeep);
  EXPECT_EQ(OnlyError(Filter("a" + Repeat(" in T", 300))), kTooDeep);
  EXPECT_EQ(OnlyError(Filter("a" + Repeat(" is null", 300))), kTooDeep);
  EXPECT_EQ(OnlyError(Filter("a" + Repeat("+a", 60'000))), kTooManyNodes);
}

TEST(ParserLimits, AlternativesMayBeMany) {
  ExpectRoundTrip(Filter("a == 1" + Repeat(" or a == 1", 2'000)));
  ExpectRoundTrip(Filter("a in (1" + Repeat(", 1", 2'000) + ")"));
  ExpectRoundTrip("from A" + Repeat(" -> A", 2'000) + " insert into X;");
}

TEST(ParserLimits, Cases) {
  ExpectRoundTrip(Filter(Repeat("case when a then ", 200) + "a" + Repeat(" end", 200)));
  EXPECT_EQ(OnlyError(Filter(Repeat("case when a then ", 300) + "a" + Repeat(" end", 300))),
            kTooDeep);
  EXPECT_EQ(OnlyError(Filter(Repeat("case when ", 30'000))), kTooDeep);
}

TEST(ParserLimits, MixedNesting) {
  EXPECT_EQ(OnlyError(Filter(Repeat("not f(", 200) + "a" + Repeat(")", 200))), kTooDeep);
  ExpectRoundTrip("from " + Repeat("every (", 200) + "A" + Repeat(")", 200) + " insert into X;");
  ExpectRoundTrip("from " + Repeat("(from ", 100) + "A" + Repeat(" return)", 100) +
                  " insert into X;");
}

TEST(ParserLimits, Nodes) {
  EXPECT_EQ(OnlyError(Filter("a in (1" + Repeat(",1", 60'000) + ")")), kTooManyNodes);
  EXPECT_EQ(OnlyError(Repeat(";", 1'000'000)), kTooManyNodes);
}

TEST(ParserLimits, EverythingIsANode) {
  ParseOptions options = NoVariables();
  options.limits.nodes = 100;
  for (const std::string& text :
       {Filter("a" + Repeat(" or a", 110)), Filter("f(" + Repeat("g(), ", 110) + "1)"),
        "from A" + Repeat("->A", 110) + " insert into X;", Repeat("from A insert into X;", 60),
        "from A" + Repeat("[a]", 60) + " insert into X;",
        "define stream S (a int" + Repeat(",a int", 110) + ");",
        Repeat("define stream S (a int);", 60), Repeat("@a ", 110) + "define stream S (a int);",
        "@a(" + Repeat("'x', ", 110) + "'y') define stream S (a int);",
        "partition with (a of S" + Repeat(", a of T", 60) + ") begin from S insert into X; end"}) {
    const ParseResult result = ParseApp(text, options);
    ASSERT_EQ(result.diagnostics.size(), 1u) << text;
    EXPECT_EQ(result.diagnostics[0].message, "the text has more nodes than limits.nodes = 100");
  }
}

TEST(ParserLimits, HostileTextsEndSoon) {
  for (const char* piece :
       {"{", "'", "\"", "`", "/*", "$", "a ", "\"\"\"", "{'\\", "from S within "})
    EXPECT_FALSE(ParseApp(Repeat(piece, 20'000), NoVariables()).ok()) << piece;
  EXPECT_TRUE(
      ParseApp("define function f[j] return int {" + Repeat("'\\'", 200'000) + "}", NoVariables())
          .ok());
}

TEST(ParserLimits, ErrorsAreNotListedForEver) {
  for (const std::string& text :
       {Repeat("x;", 1'000), "from S select " + Repeat("a + 1, ", 1'000) + "b insert into X;"}) {
    const ParseResult result = ParseApp(text, NoVariables());
    EXPECT_EQ(result.diagnostics.size(), 101u);
    EXPECT_EQ(result.diagnostics.back().message,
              "too many errors, the rest of the text was not looked at");
  }
}

}  // namespace
}  // namespace weir::parsing
