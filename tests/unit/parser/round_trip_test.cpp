#include "unit/parser/parsing.h"

namespace weir::parsing {
namespace {

TEST(ParserRoundTrip, PrintsCanonicalText) {
  const std::string text =
      "@app:name('fraud') define stream Trades(symbol string,price double);"
      "@info(name=\"big\") from Trades[price>1000.0]#window.time(1 min) select symbol,avg(price) "
      "as "
      "ap group by symbol having ap>1e4 output last every 5 sec insert all events into Alerts;"
      "partition with(symbol of Trades)begin from every e1=Trades->e2=Trades[price>e1.price*1.1]"
      "within 5 sec select e1.symbol,e2.price as p insert into #Up;from #Up insert into Ups end;";
  EXPECT_EQ(ast::Print(App(text)),
            "@app:name('fraud')\n"
            "\n"
            "define stream Trades (symbol string, price double);\n"
            "\n"
            "@info(name = 'big')\n"
            "from Trades[price > 1000.0]#window.time(1 min)\n"
            "select symbol, avg(price) as ap\n"
            "group by symbol\n"
            "having ap > 10000.0\n"
            "output last every 5 sec\n"
            "insert all events into Alerts;\n"
            "\n"
            "partition with (symbol of Trades)\n"
            "begin\n"
            "  from every e1=Trades -> e2=Trades[price > e1.price * 1.1] within 5 sec\n"
            "  select e1.symbol, e2.price as p\n"
            "  insert into #Up;\n"
            "  from #Up\n"
            "  insert into Ups;\n"
            "end;\n");
  ExpectRoundTrip(text);
}

TEST(ParserRoundTrip, KeepsTheTree) {
  for (const char* text : {
           "define stream `my stream` (`a b` int, `from` string, `null` bool);",
           "@sink(type='log', @map(type='json', @payload(\"\"\"{\"a\": \"{{a}}\"}\"\"\")), 'x "
           "y'='1') "
           "define stream S (a int);",
           "@a(\"\"\"a\"b\"\"\", \"it's\") define stream S (a int);",
           "define window W (a int) externalTimeBatch(ts, 1 sec, 0, 2 sec) output current events;",
           "define trigger T at every 1 hour 5 min; define trigger U at '*/5 * * * * ?';",
           "define function f[js] return object { return {a: '}'}; };",
           "define aggregation A from S#log()[a > 1] select c, a as b aggregate every sec, min;",
           "define aggregation A from S select a group by a, b aggregate by S.ts every sec...day;",
           "from S[not a == b and (c or d) is null]#[x in T] select -a as m, -(-1) as n, - -b as o "
           "insert into X;",
           "from S select case when a then 1 else 2 end as c, a between b and c + 1 as d, "
           "(a or b) between 1 and 2 as e, a not in (1, (2), 3.0f) as f, not (a like 'x') as g, "
           "(a == b) in T == c as h insert into X;",
           "from S select distinct a + -1 as b, -2147483648 as c, -9223372036854775808L as d, "
           "1e-7 as e, .5f as f, 100.0 as g, 'a\\' as h group by a + 1, b order by a % 2 desc, b "
           "limit 10 offset 5 output snapshot every 1 sec insert expired events into !X;",
           "from S as s select s.a insert into X;",
           "from L#window.time(1 sec) as l unidirectional left outer join R[a > 1] as r "
           "on l.a == r.a and r.b > 1 select l.a, r.b insert into X;",
           "from A as a join B as b on a.x == b.x within 1000, 2000 per 'sec' select * insert into "
           "X;",
           "from every (e1=A[x > 1]<2:> -> not B[y == e1[last-1].y] for 1 min) -> C and D or E "
           "within 1 day select e1[0].x as p, e1[last].x as q insert into X;",
           "from every e1=A*, e2=B+, e3=C?, e4=D<3>, (E, F) within 5 sec select * insert into X;",
           "from (every A) and B -> every (every C) select * insert into X;",
           "from (from (from S[a] select a return expired events) select a return) select a "
           "insert into X;",
           "from S delete T for expired events on T.a == a; from S delete T;",
           "from S update T for all events set T.a = b + 1, c = 'x' on T.d == d or true;",
           "from S update or insert into T on T.d == d; from S return all events;",
           "partition with (a + 1 of S, a > 1 as 'big' or a <= 1 and b as \"it's\" of T) begin "
           "@info(name='q') from #I#window.length(1) insert into #J; end;",
           "from every select every insert into into;",
       }) {
    ExpectRoundTrip(text);
  }
}

TEST(ParserRoundTrip, OnDemandQueriesKeepTheirTree) {
  for (const char* text : {
           "from T as x on x.a > 1 within '2017', '2018' per 'days' select a group by a limit 1",
           "from T within 1000 per 5 select *",
           "select 1 as a, 'x' as b update T set T.a = a on T.b == b",
           "delete T on true",
       }) {
    const Parsed<ast::OnDemandQuery> first = ParseOnDemandQuery(text, NoVariables());
    ASSERT_TRUE(first.ok()) << Rendered(first.diagnostics, text);
    const std::string printed = ast::Print(*first.value);
    const Parsed<ast::OnDemandQuery> second = ParseOnDemandQuery(printed, NoVariables());
    ASSERT_TRUE(second.ok()) << Rendered(second.diagnostics, printed);
    EXPECT_EQ(ast::Dump(*first.value), ast::Dump(*second.value)) << printed;
    EXPECT_EQ(printed, ast::Print(*second.value));
  }
}

}  // namespace
}  // namespace weir::parsing
