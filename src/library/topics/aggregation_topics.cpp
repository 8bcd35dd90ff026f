#include "catalog/registry.h"

namespace weir {
namespace {

TopicSpec AggregationTopic() {
  return {
      .name = "aggregation",
      .summary =
          "Running totals by time, for each unit from the first to the last. They "
          "are read by joins and on-demand queries: `per` names the unit, `within` "
          "the span. Rows are kept for a while that depends on the unit; @purge says "
          "how long. `aggregate by` takes the time from an attribute, so that late "
          "events still count where they belong.",
      .rules = "definition durations joinRange",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
define stream Asks (symbol string);
define aggregation Totals from Trades
  select symbol, sum(volume) as total, avg(price) as mean group by symbol aggregate every sec, min;
from Asks as a join Totals as t on a.symbol == t.symbol within 0L, 60000L per 'sec'
select AGG_TIMESTAMP as at, t.total, t.mean order by AGG_TIMESTAMP insert into Answers;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
{"stream":"Asks","timestamp":4000,"data":["IBM"]}
)",
      .output = R"(
{"stream":"Answers","timestamp":4000,"event":{"at":1000,"total":100,"mean":75.5}}
{"stream":"Answers","timestamp":4000,"event":{"at":3000,"total":50,"mean":76.0}}
)",
  };
}

TopicSpec PurgeTopic() {
  return {
      .name = "purge",
      .summary =
          "On a partition: keys that were idle for a time are dropped with all their "
          "state. On an aggregation: how long the rows of each unit are kept.",
      .rules = "annotation",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
@purge(enable = 'true', interval = '1 sec', idle.period = '2 sec')
partition with (symbol of Trades) begin
  from Trades select symbol, count() as trades insert into Counts;
end;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
{"stream":"Trades","timestamp":9000,"data":["IBM",77.0,10]}
)",
      .output = R"(
{"stream":"Counts","timestamp":1000,"event":{"symbol":"IBM","trades":1}}
{"stream":"Counts","timestamp":2000,"event":{"symbol":"WSO2","trades":1}}
{"stream":"Counts","timestamp":3000,"event":{"symbol":"IBM","trades":2}}
{"stream":"Counts","timestamp":9000,"event":{"symbol":"IBM","trades":1}}
)",
  };
}

}  // namespace

void RegisterAggregationTopics(Registry* registry) {
  registry->Add(AggregationTopic());
  registry->Add(PurgeTopic());
}

}  // namespace weir
