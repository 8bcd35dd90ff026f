#include "catalog/registry.h"

namespace weir {
namespace {

TopicSpec JoinTopic() {
  return {
      .name = "join",
      .summary =
          "Each event of one stream with what the window of the other holds. left, "
          "right and full outer joins give nulls where there is no partner; "
          "`unidirectional` behind a side lets only that side give results.",
      .rules = "join joinType",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
define stream News (about string, title string);
from Trades#window.time(5 sec) as t
left outer join News#window.time(5 sec) as n on t.symbol == n.about
select t.symbol, t.price, n.title insert into Context;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"News","timestamp":1500,"data":["IBM","results"]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Context","timestamp":1000,"event":{"symbol":"IBM","price":75.5,"title":null}}
{"stream":"Context","timestamp":1500,"event":{"symbol":"IBM","price":75.5,"title":"results"}}
{"stream":"Context","timestamp":2000,"event":{"symbol":"WSO2","price":57.25,"title":null}}
{"stream":"Context","timestamp":3000,"event":{"symbol":"IBM","price":76.0,"title":"results"}}
)",
  };
}

TopicSpec NamedWindowTopic() {
  return {
      .name = "named-window",
      .summary =
          "A window with a name, which many queries may feed, read and join. "
          "`output` says which events its readers see: current, expired or all (the "
          "default).",
      .rules = "definition",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
define window Recent (symbol string, price double) length(2) output current events;
from Trades select symbol, price insert into Recent;
from Recent select count() as trades, max(price) as highest insert into Summary;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Summary","timestamp":1000,"event":{"trades":1,"highest":75.5}}
{"stream":"Summary","timestamp":2000,"event":{"trades":2,"highest":75.5}}
{"stream":"Summary","timestamp":3000,"event":{"trades":3,"highest":76.0}}
)",
  };
}

TopicSpec OnDemandTopic() {
  return {
      .name = "on-demand",
      .summary =
          "A query that is asked once, by an input line: it looks into tables, named "
          "windows and aggregations, or changes tables. The answer is printed in its "
          "place among the results.",
      .rules = "onDemandQuery storeInput",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
define table Kept (symbol string, price double);
from Trades select symbol, price insert into Kept;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
{"query": "from Kept on price > 60.0 select symbol"}
)",
      .output = R"(
{"query":"from Kept on price > 60.0 select symbol","rows":[{"symbol":"IBM"},{"symbol":"IBM"}]}
)",
  };
}

}  // namespace

void RegisterJoinTopics(Registry* registry) {
  registry->Add(JoinTopic());
  registry->Add(NamedWindowTopic());
  registry->Add(OnDemandTopic());
}

}  // namespace weir
