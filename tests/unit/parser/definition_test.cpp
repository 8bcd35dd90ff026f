#include "unit/parser/parsing.h"

namespace weir::parsing {
namespace {

TEST(ParserDefinition, Stream) {
  const auto stream = Only<ast::StreamDefinition>(
      "@async(buffer.size='64') define stream S (a string, b int, c long, d float, e double, "
      "f bool, g object)");
  EXPECT_EQ(stream.name.text, "S");
  ASSERT_EQ(stream.attributes.size(), 7u);
  EXPECT_EQ(stream.attributes[0].type, ast::AttributeType::kString);
  EXPECT_EQ(stream.attributes[6].name.text, "g");
  EXPECT_EQ(stream.attributes[6].type, ast::AttributeType::kObject);
  ASSERT_EQ(stream.annotations.size(), 1u);
  EXPECT_EQ(stream.annotations[0].elements[0].key.text, "buffer.size");
  EXPECT_EQ(stream.annotations[0].elements[0].value, "64");
}

TEST(ParserDefinition, KeywordsInAnyCaseAndAsNames) {
  const auto stream =
      Only<ast::StreamDefinition>("DEFINE Stream stream (select STRING, not int, case bool);");
  EXPECT_EQ(stream.name.text, "stream");
  EXPECT_EQ(stream.attributes[0].name.text, "select");
  EXPECT_EQ(stream.attributes[1].name.text, "not");
  EXPECT_EQ(stream.attributes[2].name.text, "case");
}

TEST(ParserDefinition, TableAndWindow) {
  EXPECT_EQ(Only<ast::TableDefinition>("define table T (a int)").name.text, "T");
  const auto window = Only<ast::WindowDefinition>(
      "define window W (a int) unique:time(a, 5 sec) output expired events");
  EXPECT_EQ(window.window.ns.text, "unique");
  EXPECT_EQ(window.window.name.text, "time");
  EXPECT_EQ(window.window.args.size(), 2u);
  EXPECT_EQ(window.output, ast::EventType::kExpired);
  EXPECT_EQ(Only<ast::WindowDefinition>("define window W (a int) length(1)").output, std::nullopt);
}

TEST(ParserDefinition, Trigger) {
  const auto timer = Only<ast::TriggerDefinition>("define trigger T at every 500 millisec;");
  EXPECT_EQ(std::get<ast::TimeLiteral>(timer.at).milliseconds, 500);
  const auto start = Only<ast::TriggerDefinition>("define trigger T at 'start'");
  EXPECT_EQ(std::get<std::string>(start.at), "start");
}

TEST(ParserDefinition, FunctionBodyIsTakenAsItIs) {
  const std::string body =
      " var a = {b: {}}; // it's }\n if (a) { return \"}\" + '{' } /* don't */ ";
  const auto function =
      Only<ast::FunctionDefinition>("define function f[javascript] return string {" + body + "};");
  EXPECT_EQ(function.name.text, "f");
  EXPECT_EQ(function.language.text, "javascript");
  EXPECT_EQ(function.return_type, ast::AttributeType::kString);
  EXPECT_EQ(function.body, body);
}

TEST(ParserDefinition, Aggregation) {
  const auto range = Only<ast::AggregationDefinition>(
      "define aggregation A from S[a > 1] select b, sum(a) as t group by b aggregate by S.ts every "
      "sec ... years");
  EXPECT_EQ(range.input.handlers.size(), 1u);
  EXPECT_EQ(range.selection.items.size(), 2u);
  EXPECT_EQ(range.selection.group_by.size(), 1u);
  EXPECT_EQ(range.by->name.text, "ts");
  EXPECT_TRUE(range.is_range);
  EXPECT_EQ(range.durations,
            (std::vector<ast::TimeUnit>{ast::TimeUnit::kSecond, ast::TimeUnit::kYear}));

  const auto list =
      Only<ast::AggregationDefinition>("define aggregation A from S select * aggregate every min");
  EXPECT_FALSE(list.is_range);
  EXPECT_EQ(list.durations, std::vector<ast::TimeUnit>{ast::TimeUnit::kMinute});
  EXPECT_NE(AppErrors("define aggregation A from S select * aggregate every millisec;"), "");
}

TEST(ParserDefinition, NestedAnnotations) {
  const auto stream = Only<ast::StreamDefinition>(
      "@source(type = 'http', @map(type='json', @attributes('1', b=\"$.x\")), on.error='LOG') "
      "@plain define stream S (a int);");
  ASSERT_EQ(stream.annotations.size(), 2u);
  const ast::Annotation& source = stream.annotations[0];
  EXPECT_EQ(source.elements.size(), 2u);
  ASSERT_EQ(source.nested.size(), 1u);
  ASSERT_EQ(source.nested[0].nested.size(), 1u);
  EXPECT_EQ(source.nested[0].nested[0].elements[0].key.text, "");
  EXPECT_EQ(source.nested[0].nested[0].elements[1].value, "$.x");
  EXPECT_TRUE(stream.annotations[1].elements.empty());
}

TEST(ParserDefinition, AppAnnotations) {
  const ast::App app = App("@app:name('x') @APP:playback(idle.time='1 sec', increment='2 sec')");
  ASSERT_EQ(app.annotations.size(), 2u);
  EXPECT_EQ(app.annotations[0].name.text, "name");
  EXPECT_EQ(app.annotations[1].name.text, "playback");
  EXPECT_TRUE(app.elements.empty());
}

TEST(ParserDefinition, AnyOrderAndAnyNumber) {
  EXPECT_TRUE(App("").elements.empty());
  EXPECT_TRUE(App(" -- nothing\n;;").elements.empty());
  const ast::App app = App("from S select * insert into T; define stream S (a int);");
  ASSERT_EQ(app.elements.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<ast::Query>(app.elements[0]));
}

TEST(ParserDefinition, Comments) {
  EXPECT_EQ(App("define stream S (a int); -- from\n/* from */ define stream T /*;*/ (b int)")
                .elements.size(),
            2u);
  EXPECT_EQ(App("define stream S (a int); /* unterminated").elements.size(), 1u);
  EXPECT_EQ(App("\xEF\xBB\xBF"
                "define stream S (a int);\r\n")
                .elements.size(),
            1u);
}

TEST(ParserDefinition, SpansCoverTheElement) {
  const std::string text = "define stream A (x int);\n@a define stream B (y int);";
  const ast::App app = App(text);
  const auto& second = std::get<ast::StreamDefinition>(app.elements[1]);
  EXPECT_EQ(text.substr(second.span.begin, second.span.end - second.span.begin),
            "@a define stream B (y int)");
  EXPECT_EQ(second.span.line, 2u);
  EXPECT_EQ(second.span.column, 1u);
  EXPECT_EQ(second.name.span.column, 18u);
}

}  // namespace
}  // namespace weir::parsing
