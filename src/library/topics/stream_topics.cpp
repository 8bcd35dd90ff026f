#include "catalog/registry.h"

namespace weir {
namespace {

TopicSpec StreamTopic() {
  return {
      .name = "stream",
      .summary =
          "A stream is a sequence of events of one schema. Events come from outside, "
          "or from queries that insert into it; a stream that only queries write "
          "need not be defined. Types: string, int, long, float, double, bool, "
          "object (lists and maps).",
      .rules = "attributeList attributeType",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades select symbol, price insert into Prices;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
)",
      .output = R"(
{"stream":"Prices","timestamp":1000,"event":{"symbol":"IBM","price":75.5}}
{"stream":"Prices","timestamp":2000,"event":{"symbol":"WSO2","price":57.25}}
)",
  };
}

TopicSpec FilterTopic() {
  return {
      .name = "filter",
      .summary =
          "A condition in brackets after a stream keeps the events for which it is "
          "true. A comparison with null is false, but != is true.",
      .rules = "handler",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades[price > 60.0 and volume >= 100] select symbol, price insert into Large;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Large","timestamp":1000,"event":{"symbol":"IBM","price":75.5}}
)",
  };
}

TopicSpec SelectTopic() {
  return {
      .name = "select",
      .summary =
          "What a query gives: attributes, expressions with a name, or * for all. "
          "Division by zero gives null; int and long arithmetic wraps.",
      .rules = "query selectClause selectItem",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades select symbol, price * volume as value, ifThenElse(volume > 50, 'big', 'small') as size
insert into Values;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
)",
      .output = R"(
{"stream":"Values","timestamp":1000,"event":{"symbol":"IBM","value":7550.0,"size":"big"}}
{"stream":"Values","timestamp":2000,"event":{"symbol":"WSO2","value":1145.0,"size":"small"}}
)",
  };
}

TopicSpec GroupByTopic() {
  return {
      .name = "group-by",
      .summary = "Aggregates are per group. Without a window a group lasts for ever.",
      .rules = "groupBy",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades
select symbol, sum(volume) as total, count() as trades group by symbol insert into Totals;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Totals","timestamp":1000,"event":{"symbol":"IBM","total":100,"trades":1}}
{"stream":"Totals","timestamp":2000,"event":{"symbol":"WSO2","total":20,"trades":1}}
{"stream":"Totals","timestamp":3000,"event":{"symbol":"IBM","total":150,"trades":2}}
)",
  };
}

TopicSpec HavingTopic() {
  return {
      .name = "having",
      .summary =
          "Keeps the rows of a select clause for which a condition is true; it may "
          "use the names given there.",
      .rules = "having",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades
select symbol, sum(volume) as total group by symbol having total >= 150 insert into Large;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Large","timestamp":3000,"event":{"symbol":"IBM","total":150}}
)",
  };
}

}  // namespace

void RegisterStreamTopics(Registry* registry) {
  registry->Add(StreamTopic());
  registry->Add(FilterTopic());
  registry->Add(SelectTopic());
  registry->Add(GroupByTopic());
  registry->Add(HavingTopic());
}

}  // namespace weir
