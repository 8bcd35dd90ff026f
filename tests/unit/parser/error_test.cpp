#include "unit/parser/parsing.h"

namespace weir::parsing {
namespace {

TEST(ParserError, NamesWhatWasExpected) {
  EXPECT_EQ(AppErrors("fro S select a insert into X;"),
            "app:1:1: error: unexpected 'fro', expected 'from', 'define', '@' or 'partition'\n"
            "fro S select a insert into X;\n"
            "^~~\n"
            "help: did you mean 'from'?\n");
  EXPECT_EQ(AppErrors("define steam S (a int);"),
            "app:1:8: error: unexpected 'steam', expected 'stream', 'table', 'window', 'trigger' "
            "or 'function'\n"
            "define steam S (a int);\n"
            "       ^~~~~\n"
            "help: did you mean 'stream'?\n");
  EXPECT_EQ(AppErrors("from S[a > ] insert into X;"),
            "app:1:12: error: unexpected ']', expected an expression\n"
            "from S[a > ] insert into X;\n"
            "           ^\n");
  EXPECT_EQ(AppErrors("from S select a b insert into X;"),
            "app:1:17: error: unexpected 'b', expected ',', an operator, 'insert', 'as' or "
            "'update'\n"
            "from S select a b insert into X;\n"
            "                ^\n");
  EXPECT_EQ(AppErrors("from S#window.time(5 secs) insert into X;"),
            "app:1:22: error: unexpected 'secs', expected ')', ',', an operator or a time unit\n"
            "from S#window.time(5 secs) insert into X;\n"
            "                     ^~~~\n"
            "help: did you mean 'sec'?\n");
  EXPECT_EQ(AppErrors("@index() define table T (a int);"),
            "app:1:8: error: unexpected ')', expected a name, a string or '@'\n"
            "@index() define table T (a int);\n"
            "       ^\n");
}

TEST(ParserError, SeesMisspeltKeywordsAnywhere) {
  const auto help = [](std::string_view text) {
    const ParseResult result = ParseApp(text, NoVariables());
    return result.diagnostics.empty() ? "" : result.diagnostics[0].help;
  };
  EXPECT_EQ(help("from S selct a insert into X"), "did you mean 'select'?");
  EXPECT_EQ(help("from S select a inser into X"), "did you mean 'insert'?");
  EXPECT_EQ(help("from S select a insert int X"), "did you mean 'into'?");
  EXPECT_EQ(help("from S select a gruop by a insert into X"), "did you mean 'group'?");
  EXPECT_EQ(help("from S select a havign a insert into X"), "did you mean 'having'?");
  EXPECT_EQ(help("from A jion B insert into X"), "did you mean 'join'?");
  EXPECT_EQ(help("from S select a output evry 5 sec insert into X"), "did you mean 'every'?");
  EXPECT_EQ(help("partition wiht (a of S) begin from S insert into X; end"),
            "did you mean 'with'?");
  EXPECT_EQ(help("define stream S (a strng)"), "did you mean 'string'?");
  EXPECT_EQ(help("from S elephant a insert into X"), "");
}

TEST(ParserError, HelpsWithHabits) {
  const auto help = [](std::string_view text) {
    const ParseResult result = ParseApp(text, NoVariables());
    return result.diagnostics.empty() ? "" : result.diagnostics[0].help;
  };
  EXPECT_EQ(help("from S[a = 5] insert into X"), "to compare, write '=='");
  EXPECT_EQ(help("from S[a & b] insert into X"), "write 'and'");
  EXPECT_EQ(help("from S where a > 5 insert into X"),
            "a condition stands behind its stream: from S[price > 5]");
  EXPECT_EQ(help("select a from S insert into X"),
            "a query begins with its input: from S select ... insert into T");
  EXPECT_EQ(help("define stream S (a varchar)"),
            "the types are string, int, long, float, double, bool and object");
  EXPECT_EQ(help("@async(workers = 4) define stream S (a int)"), "write '4' with quotes");
  EXPECT_EQ(help("from S select a + 1 insert into X"), "add 'as' and a name");
}

TEST(ParserError, FindsSeveralInOneRun) {
  EXPECT_EQ(AppErrors("fro S insert into X;\n"
                      "from S insert into Y;\n"
                      "from S select 3000000000 as a, b + 1 insert into Z;\n"
                      "define stram T (a int);\n"),
            "app:1:1: error: unexpected 'fro', expected 'from', 'define', '@' or 'partition'\n"
            "fro S insert into X;\n"
            "^~~\n"
            "help: did you mean 'from'?\n"
            "app:3:15: error: this number is too large for an int\n"
            "from S select 3000000000 as a, b + 1 insert into Z;\n"
            "              ^~~~~~~~~~\n"
            "help: a long is written with an L: 3000000000L\n"
            "app:3:32: error: this expression needs a name\n"
            "from S select 3000000000 as a, b + 1 insert into Z;\n"
            "                               ^~~~~\n"
            "help: add 'as' and a name\n"
            "app:4:8: error: unexpected 'stram', expected 'stream', 'table', 'window', 'trigger' "
            "or 'function'\n"
            "define stram T (a int);\n"
            "       ^~~~~\n"
            "help: did you mean 'stream'?\n");
}

TEST(ParserError, StaysInsideOfAPartition) {
  EXPECT_EQ(AppErrors("partition with (a of S) begin\n"
                      "  from S selekt a insert into X;\n"
                      "  fro S insert into Y;\n"
                      "  from S insert into Z\n"
                      "end;\n"
                      "from T insert into U;\n"),
            "app:2:10: error: unexpected 'selekt', expected 'select', 'insert', '[', '#' or "
            "'join'\n"
            "  from S selekt a insert into X;\n"
            "         ^~~~~~\n"
            "help: did you mean 'select'?\n"
            "app:3:3: error: unexpected 'fro', expected 'from', '@' or 'end'\n"
            "  fro S insert into Y;\n"
            "  ^~~\n"
            "help: did you mean 'from'?\n");
}

TEST(ParserError, ABadPartitionHeadIsOneError) {
  EXPECT_EQ(AppErrors("partition wth (a of S) begin from S insert into X; from S insert into Y; "
                      "end; from T insert into U;"),
            "app:1:11: error: unexpected 'wth', expected 'with'\n"
            "partition wth (a of S) begin from S insert into X; from S insert into Y; end; from T "
            "insert into U;\n"
            "          ^~~\n"
            "help: did you mean 'with'?\n");
}

TEST(ParserError, MissingSemicolon) {
  EXPECT_EQ(AppErrors("define stream S (a int)\ndefine stream T (b int);"),
            "app:2:1: error: unexpected 'define', expected ';'\n"
            "define stream T (b int);\n"
            "^~~~~~\n");
}

TEST(ParserError, TheEndIsShownBehindTheLastWord) {
  EXPECT_EQ(AppErrors("partition with (a of S) begin\n  from S insert into X;\n\n-- no more\n"),
            "app:2:24: error: unexpected end of the text, expected 'from', '@' or 'end'\n"
            "  from S insert into X;\n"
            "                       ^\n");
  EXPECT_EQ(AppErrors("@info(name='q')"),
            "app:1:1: error: nothing follows this annotation\n"
            "@info(name='q')\n"
            "^~~~~~~~~~~~~~~\n"
            "help: an annotation stands before 'define', 'from' or 'partition'\n");
}

TEST(ParserError, UnclosedThings) {
  EXPECT_EQ(AppErrors("from S[a == 'x] insert into X;\nfrom S insert into Y;"),
            "app:1:13: error: this string is not closed\n"
            "from S[a == 'x] insert into X;\n"
            "            ^~~~~~~~~~~~~~~~~~\n"
            "help: '...' holds no quotes and no line ends, \"...\" no double ones, "
            "\"\"\"...\"\"\" anything\n");
  EXPECT_EQ(AppErrors("from `S insert into X;"),
            "app:1:6: error: this name in backticks is not closed\n"
            "from `S insert into X;\n"
            "     ^~~~~~~~~~~~~~~~~\n");
  EXPECT_EQ(AppErrors("define function f[js] return int { return {};"),
            "app:1:34: error: this script is not closed, a '}' is missing\n"
            "define function f[js] return int { return {};\n"
            "                                 ^~~~~~~~~~~~\n");
}

TEST(ParserError, StrangeCharacters) {
  EXPECT_EQ(AppErrors("from S select ü insert into X;"),
            "app:1:15: error: unexpected character 'ü', expected an expression or '*'\n"
            "from S select ü insert into X;\n"
            "              ^\n");
  EXPECT_EQ(AppErrors("from S\xFF"),
            "app:1:7: error: the text is not valid UTF-8\nfrom S?\n      ^\n");
  EXPECT_NE(AppErrors(std::string("from\0S", 6)), "");
}

TEST(ParserError, AppAnnotationsHaveTheirPlace) {
  EXPECT_EQ(AppErrors("partition with (a of S) begin @app:name('x') from S insert into X; end"),
            "app:1:31: error: an '@app:' annotation is for the whole app, it cannot stand here\n"
            "partition with (a of S) begin @app:name('x') from S insert into X; end\n"
            "                              ^~~~~~~~~~~~~~\n");
}

TEST(ParserWarning, NotBindsTight) {
  const std::string text = "from S[not a == b] insert into X;";
  const ParseResult result = ParseApp(text, NoVariables());
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(Rendered(result.diagnostics, text),
            "app:1:8: warning: 'not' binds tighter than the operator behind it\n"
            "from S[not a == b] insert into X;\n"
            "       ^~~~~\n"
            "help: write not (...) to negate the whole, or (not ...) to keep this\n");
  for (const char* quiet : {"(not a) == b", "not (a == b)", "not a and b", "not a is null",
                            "a == not b", "not f(a == b)"})
    EXPECT_EQ(ExpressionErrors(quiet), "") << quiet;
  for (const char* loud : {"not a > 5", "not a in T", "not a + 1 == b", "x and not a like 'b'"})
    EXPECT_NE(ExpressionErrors(loud), "") << loud;
}

// ----------------------------------------------------------------------------- the rendering

TEST(Diagnostic, KeepsTabsAndCountsCharacters) {
  const std::string text = "\tfrom 'äö'\tx";
  const ast::Span span{13, 14, 1, 12};
  EXPECT_EQ(ast::RenderDiagnostic({span, ast::Severity::kWarning, "odd", ""}, "f", text),
            "f:1:12: warning: odd\n\tfrom 'äö'\tx\n\t         \t^\n");
}

TEST(Diagnostic, WideCharactersTakeTwoColumns) {
  const std::string text = "日本 x";
  EXPECT_EQ(ast::RenderDiagnostic({{7, 8, 1, 4}, ast::Severity::kError, "odd", ""}, "f", text),
            "f:1:4: error: odd\n日本 x\n     ^\n");
  EXPECT_EQ(ast::RenderDiagnostic({{0, 6, 1, 1}, ast::Severity::kError, "odd", ""}, "f", text),
            "f:1:1: error: odd\n日本 x\n^~~~\n");
}

TEST(Diagnostic, WithoutAPlace) {
  EXPECT_EQ(ast::RenderDiagnostic({{}, ast::Severity::kNote, "so it is", "do so"}, "f", "text"),
            "f: note: so it is\nhelp: do so\n");
}

TEST(Diagnostic, LongLinesAreCutAroundTheSpan) {
  const std::string text = std::string(300, 'a') + "b" + std::string(300, 'c');
  const std::string rendered =
      ast::RenderDiagnostic({{300, 301, 1, 301}, ast::Severity::kError, "odd", ""}, "f", text);
  EXPECT_EQ(rendered, "f:1:301: error: odd\n..." + std::string(60, 'a') + "b" +
                          std::string(59, 'c') + "...\n" + std::string(63, ' ') + "^\n");
}

TEST(Diagnostic, SpansOverLinesAndTerminalControls) {
  EXPECT_EQ(ast::RenderDiagnostic({{2, 9, 1, 3}, ast::Severity::kError, "odd", ""}, "f",
                                  "a bcd\r\n\x1B[31m"),
            "f:1:3: error: odd\na bcd\n  ^~~\n");
  EXPECT_EQ(ast::RenderDiagnostic({{7, 8, 2, 1}, ast::Severity::kError, "odd", ""}, "f",
                                  "a bcd\r\n\x1B[31m"),
            "f:2:1: error: odd\n?[31m\n^\n");
}

}  // namespace
}  // namespace weir::parsing
