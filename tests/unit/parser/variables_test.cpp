#include <cstdlib>

#include "unit/parser/parsing.h"

namespace weir::parsing {
namespace {

ParseOptions Variables() {
  ParseOptions options;
  options.variables = [](std::string_view name) -> std::optional<std::string> {
    if (name == "TABLE") return "Stocks";
    if (name == "SIZE") return "1000";
    if (name == "EMPTY") return "";
    if (name == "NESTED") return "'${TABLE}'";
    if (name == "BAD") return "\xFF";
    return std::nullopt;
  };
  return options;
}

std::string Printed(std::string_view text) {
  const ParseResult result = ParseApp(text, Variables());
  EXPECT_TRUE(result.ok()) << Rendered(result.diagnostics, text);
  return result.ok() ? ast::Print(*result.value) : "";
}

TEST(ParserVariables, AreReplacedEverywhere) {
  EXPECT_EQ(Printed("@store(size='${SIZE}') define table ${TABLE}${EMPTY} (a int);"),
            "@store(size = '1000')\ndefine table Stocks (a int);\n");
  EXPECT_EQ(Printed("from S${EMPTY}[a > ${SIZE}] insert into T;"),
            "from S[a > 1000]\ninsert into T;\n");
}

TEST(ParserVariables, ValuesAreNotSearchedAgain) {
  EXPECT_EQ(Printed("from S[a == ${NESTED}] insert into T;"),
            "from S[a == '${TABLE}']\ninsert into T;\n");
}

TEST(ParserVariables, OtherDollarsStay) {
  EXPECT_EQ(Printed("from S[a == '$ ${} ${a b} ${TABLE'] insert into T;"),
            "from S[a == '$ ${} ${a b} ${TABLE']\ninsert into T;\n");
}

TEST(ParserVariables, MissingOnesAreErrors) {
  const std::string text = "define stream ${A} (a int);\ndefine stream ${B} (${BAD} int);";
  const ParseResult result = ParseApp(text, Variables());
  EXPECT_EQ(Rendered(result.diagnostics, text),
            "app:1:15: error: the variable 'A' is not set\n"
            "define stream ${A} (a int);\n"
            "              ^~~~\n"
            "help: set it in the environment\n"
            "app:2:15: error: the variable 'B' is not set\n"
            "define stream ${B} (${BAD} int);\n"
            "              ^~~~\n"
            "help: set it in the environment\n"
            "app:2:21: error: the value of the variable 'BAD' is not valid UTF-8\n"
            "define stream ${B} (${BAD} int);\n"
            "                    ^~~~~~\n");
}

TEST(ParserVariables, SpansAreThoseOfTheTextAsWritten) {
  const std::string text = "define table ${TABLE} (`ä` int, b int); from ü${TABLE} oops";
  const ParseResult result = ParseApp(text, Variables());
  EXPECT_EQ(Rendered(result.diagnostics, text),
            "app:1:46: error: unexpected character 'ü', expected a name, '#', '(' or '!'\n" + text +
                "\n" + std::string(45, ' ') + "^\n");

  const ParseResult good = ParseApp("define table ${TABLE} (x int, b int)", Variables());
  ASSERT_TRUE(good.ok());
  const auto& table = std::get<ast::TableDefinition>(good.value->elements[0]);
  EXPECT_EQ(table.name.text, "Stocks");
  EXPECT_EQ(table.name.span.begin, 13u);
  EXPECT_EQ(table.name.span.end, 21u);
  EXPECT_EQ(table.attributes[1].name.span.begin, 30u);
  EXPECT_EQ(table.attributes[1].name.span.column, 31u);
}

TEST(ParserVariables, ComeFromTheEnvironment) {
  ASSERT_EQ(setenv("WEIR_PARSER_TEST", "FromEnvironment", 1), 0);
  const ParseResult result = ParseApp("define stream ${WEIR_PARSER_TEST} (a int)");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(std::get<ast::StreamDefinition>(result.value->elements[0]).name.text,
            "FromEnvironment");
}

}  // namespace
}  // namespace weir::parsing
