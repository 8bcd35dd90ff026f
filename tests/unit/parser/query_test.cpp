#include "unit/parser/parsing.h"

namespace weir::parsing {
namespace {

using ast::EventType;

// What a query does with its rows.
template <class Action>
Action ActionOf(std::string_view action) {
  auto query = Only<ast::Query>("from S " + std::string(action));
  if (!std::holds_alternative<Action>(query.output.node)) {
    ADD_FAILURE() << "another action: " << action;
    return Action{};
  }
  return std::get<Action>(std::move(query.output.node));
}

TEST(ParserQuery, StreamChain) {
  const auto query = Only<ast::Query>(
      "from S[a > 1]#log('x')#[b]#str:tokenize(a)#window.length(5)[c]#pol2Cart(a, b) "
      "insert into T");
  const auto& stream = std::get<ast::SingleStream>(query.input);
  EXPECT_EQ(stream.source.name, "S");
  ASSERT_EQ(stream.handlers.size(), 7u);
  EXPECT_TRUE(std::holds_alternative<ast::Filter>(stream.handlers[0].node));
  EXPECT_TRUE(std::holds_alternative<ast::StreamFunction>(stream.handlers[1].node));
  EXPECT_TRUE(std::holds_alternative<ast::Filter>(stream.handlers[2].node));
  EXPECT_EQ(std::get<ast::StreamFunction>(stream.handlers[3].node).call.ns.text, "str");
  EXPECT_EQ(std::get<ast::WindowHandler>(stream.handlers[4].node).call.name.text, "length");
  EXPECT_FALSE(query.selection.has_value());
}

TEST(ParserQuery, WindowsWithoutTheirPrefixAndTwiceAreForTheBinder) {
  EXPECT_EQ(CanonicalInput("S#timeBatch(20 sec)"), "S#timeBatch(20 sec)");
  EXPECT_EQ(CanonicalInput("S#window.length(1)#window.length(2)"),
            "S#window.length(1)#window.length(2)");
}

TEST(ParserQuery, Sources) {
  EXPECT_EQ(CanonicalInput("#Inner"), "#Inner");
  EXPECT_EQ(CanonicalInput("!S"), "!S");
  EXPECT_EQ(CanonicalInput("every[a]"), "`every`[a]");
  EXPECT_EQ(CanonicalInput("not#window.time(1 sec)"), "`not`#window.time(1 sec)");
}

TEST(ParserQuery, Select) {
  const auto query = Only<ast::Query>(
      "from S select a, S.b, sum(c) as total group by a, S.b having total > 1 "
      "order by a desc, b asc, c limit 5 offset 2 insert into T");
  const ast::Selection& selection = *query.selection;
  EXPECT_EQ(selection.items.size(), 3u);
  EXPECT_EQ(selection.items[2].alias->text, "total");
  EXPECT_EQ(selection.group_by.size(), 2u);
  EXPECT_NE(selection.having, nullptr);
  ASSERT_EQ(selection.order_by.size(), 3u);
  EXPECT_TRUE(selection.order_by[0].descending);
  EXPECT_FALSE(selection.order_by[1].descending);
  EXPECT_NE(selection.limit, nullptr);
  EXPECT_NE(selection.offset, nullptr);
}

TEST(ParserQuery, SelectStarAndDistinct) {
  EXPECT_TRUE(Only<ast::Query>("from S select * insert into T").selection->star);
  const auto distinct = Only<ast::Query>("from S select distinct a, b insert into T");
  EXPECT_TRUE(distinct.selection->distinct);
  EXPECT_EQ(distinct.selection->items.size(), 2u);
  const auto name = Only<ast::Query>("from S select distinct, b insert into T");
  EXPECT_FALSE(name.selection->distinct);
  EXPECT_EQ(name.selection->items.size(), 2u);
}

TEST(ParserQuery, InsertActions) {
  EXPECT_EQ(ActionOf<ast::InsertInto>("insert into T").events, std::nullopt);
  EXPECT_EQ(ActionOf<ast::InsertInto>("insert all events into T").events, EventType::kAll);
  EXPECT_EQ(ActionOf<ast::InsertInto>("insert expired events into T").events, EventType::kExpired);
  EXPECT_EQ(ActionOf<ast::InsertInto>("insert events into T").events, EventType::kCurrent);
  EXPECT_EQ(ActionOf<ast::InsertInto>("insert into #T").target.kind, ast::StreamKind::kInner);
  EXPECT_EQ(ActionOf<ast::ReturnRows>("return expired events").events, EventType::kExpired);
}

TEST(ParserQuery, TableActions) {
  EXPECT_EQ(ActionOf<ast::DeleteFrom>("delete T").on, nullptr);
  const auto remove = ActionOf<ast::DeleteFrom>("delete T for all events on T.a == a");
  EXPECT_EQ(remove.events, EventType::kAll);
  EXPECT_NE(remove.on, nullptr);
  const auto update = ActionOf<ast::UpdateTable>("update T set T.a = a + 1, b = 2 on T.c == c");
  EXPECT_FALSE(update.or_insert);
  ASSERT_EQ(update.set.size(), 2u);
  EXPECT_EQ(update.set[0].target.stream->stream.name, "T");
  EXPECT_EQ(update.set[1].target.stream, std::nullopt);
  EXPECT_TRUE(ActionOf<ast::UpdateTable>("update or insert into T on T.c == c").or_insert);
}

TEST(ParserQuery, OutputRates) {
  const auto rate = [](const std::string& text) {
    return *Only<ast::Query>("from S output " + text + " insert into T").rate;
  };
  EXPECT_EQ(std::get<int32_t>(rate("every 10 events").every), 10);
  EXPECT_EQ(rate("all every 10 events").kind, ast::RateKind::kAll);
  EXPECT_EQ(rate("first every 1 min 5 sec").kind, ast::RateKind::kFirst);
  EXPECT_EQ(std::get<ast::TimeLiteral>(rate("last every 1 min 5 sec").every).milliseconds, 65'000);
  EXPECT_EQ(rate("snapshot every 1 sec").kind, ast::RateKind::kSnapshot);
  EXPECT_NE(AppErrors("from S output snapshot every 5 events insert into T"), "");
}

TEST(ParserQuery, Joins) {
  EXPECT_EQ(CanonicalInput("L[a]#window.time(1 sec) as l unidirectional join R as r on l.a == r.a"),
            "L[a]#window.time(1 sec) as l unidirectional\n  join R as r on l.a == r.a");
  EXPECT_EQ(CanonicalInput("L inner join R unidirectional"), "L\n  join R unidirectional");
  EXPECT_EQ(CanonicalInput("L left outer join R"), "L\n  left outer join R");
  EXPECT_EQ(CanonicalInput("L right join R"), "L\n  right outer join R");
  EXPECT_EQ(CanonicalInput("L full outer join R"), "L\n  full outer join R");
  EXPECT_EQ(CanonicalInput("L outer join R"), "L\n  full outer join R");
  EXPECT_EQ(CanonicalInput("L as l join A as a on l.x == a.x within '2017', '2018' per 'days'"),
            "L as l\n  join A as a on l.x == a.x within '2017', '2018' per 'days'");
}

TEST(ParserQuery, JoinErrors) {
  EXPECT_EQ(AppErrors("from L#window.length(1)[a > 1] join R insert into T"),
            "app:1:24: error: in a join nothing may follow the window of a stream\n"
            "from L#window.length(1)[a > 1] join R insert into T\n"
            "                       ^~~~~~~\n"
            "help: put filters and functions before the window\n");
  EXPECT_NE(AppErrors("from L unidirectional join R unidirectional insert into T"), "");
  EXPECT_NE(AppErrors("from L unidirectional select * insert into T"), "");
}

TEST(ParserQuery, AnonymousInput) {
  const auto query = Only<ast::Query>("from ((from S[a] select a return)) select a insert into T");
  const auto& inner = std::get<ast::AnonymousInput>(query.input);
  EXPECT_TRUE(std::holds_alternative<ast::SingleStream>(inner.query->input));
  EXPECT_NE(AppErrors("from (from S select a insert into X) select a insert into T"), "");
}

TEST(ParserQuery, Partition) {
  const auto partition = Only<ast::Partition>(
      "@purge(enable='true') partition with (a of S, b > 1 as 'x' or b < 1 as 'y' of T)\n"
      "begin @info(name='q') from S insert into #I; from #I insert into end; end");
  ASSERT_EQ(partition.keys.size(), 2u);
  EXPECT_EQ(partition.keys[0].stream.text, "S");
  EXPECT_TRUE(std::holds_alternative<ast::ValueKey>(partition.keys[0].node));
  const auto& ranges = std::get<ast::RangeKey>(partition.keys[1].node).ranges;
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(ranges[1].label, "y");
  ASSERT_EQ(partition.queries.size(), 2u);
  EXPECT_EQ(partition.queries[0].annotations.size(), 1u);
  EXPECT_EQ(partition.annotations.size(), 1u);
  EXPECT_EQ(Only<ast::Partition>("partition with (a of S) begin from S insert into T end;")
                .queries.size(),
            1u);
  EXPECT_NE(AppErrors("partition with (a of S) begin end;"), "");
}

TEST(ParserQuery, SingleQueryEntry) {
  const Parsed<ast::Query> query =
      ParseQuery("@info(name='q') from stdin[price > 50] select symbol insert into Out;");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query.value->annotations.size(), 1u);
  EXPECT_FALSE(ParseQuery("define stream S (a int)").ok());
  EXPECT_FALSE(ParseQuery("from S insert into T; from S insert into T").ok());
  EXPECT_FALSE(ParseQuery("").ok());
}

TEST(ParserQuery, OnDemand) {
  const auto canonical = [](std::string_view text) {
    const Parsed<ast::OnDemandQuery> query = ParseOnDemandQuery(text, NoVariables());
    EXPECT_TRUE(query.ok()) << Rendered(query.diagnostics, text);
    return query.ok() ? ast::Print(*query.value) : "";
  };
  EXPECT_EQ(canonical("from T "), "from T");
  EXPECT_EQ(canonical("from T as t on t.a > 75 select b, sum(c) as d group by b having d > 1;"),
            "from T as t\non t.a > 75\nselect b, sum(c) as d\ngroup by b\nhaving d > 1");
  EXPECT_EQ(canonical("from A on s == 'x' within '2017', '2018' per 'days' select *"),
            "from A\non s == 'x'\nwithin '2017', '2018'\nper 'days'\nselect *");
  EXPECT_EQ(canonical("select 1 as a insert into T"), "select 1 as a\ninsert into T");
  EXPECT_EQ(canonical("delete T on T.a == 1;"), "delete T on T.a == 1");
  EXPECT_EQ(canonical("select 1 as a update or insert into T set T.b = a on T.a == a"),
            "select 1 as a\nupdate or insert into T set T.b = a on T.a == a");
}

TEST(ParserQuery, OnDemandErrors) {
  EXPECT_EQ(OnDemandErrors("frm T select *"),
            "app:1:1: error: unexpected 'frm', expected 'from', 'select', 'insert', 'update' or "
            "'delete'\n"
            "frm T select *\n"
            "^~~\n"
            "help: did you mean 'from'?\n");
  EXPECT_NE(OnDemandErrors("select a return"), "");
  EXPECT_NE(OnDemandErrors("insert into T"), "");
  EXPECT_NE(OnDemandErrors("delete T for all events on a == 1"), "");
}

}  // namespace
}  // namespace weir::parsing
