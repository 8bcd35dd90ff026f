#include "catalog/registry.h"

namespace weir {
namespace {

TopicSpec PartitionTopic() {
  return {
      .name = "partition",
      .summary =
          "Runs the queries inside once for each value of a key, or for each range. "
          "Streams named #S are seen by the same key only.",
      .rules = "partition partitionKey",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
partition with (symbol of Trades) begin
  from Trades#window.length(2) select symbol, sum(volume) as total insert into #Totals;
  from #Totals[total > 100] select symbol, total insert into Busy;
end;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Busy","timestamp":3000,"event":{"symbol":"IBM","total":150}}
)",
  };
}

TopicSpec RangePartitionTopic() {
  return {
      .name = "range-partition",
      .summary = "A partition by conditions: an event goes to every range that it is in.",
      .rules = "partitionKey labelledRange",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
partition with (price >= 60.0 as 'high' or price < 60.0 as 'low' of Trades) begin
  from Trades select symbol, count() as trades insert into Counts;
end;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Counts","timestamp":1000,"event":{"symbol":"IBM","trades":1}}
{"stream":"Counts","timestamp":2000,"event":{"symbol":"WSO2","trades":1}}
{"stream":"Counts","timestamp":3000,"event":{"symbol":"IBM","trades":2}}
)",
  };
}

TopicSpec TriggerTopic() {
  return {
      .name = "trigger",
      .summary =
          "A stream of one attribute, triggered_time, that gives an event at the "
          "start, every so often, or by a cron expression.",
      .rules = "definition",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
define trigger Tick at every 2 sec;
from Tick select triggered_time insert into Ticks;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"timestamp": 5000}
)",
      .output = R"(
{"stream":"Ticks","timestamp":3000,"event":{"triggered_time":3000}}
{"stream":"Ticks","timestamp":5000,"event":{"triggered_time":5000}}
)",
  };
}

TopicSpec AnnotationTopic() {
  return {
      .name = "annotation",
      .summary =
          "Says something about what follows it: names of queries, keys of tables, "
          "properties of the app.",
      .rules = "annotation annotationItem",
      .app = R"(
@app:name('Prices')
@app:playback
define stream Trades (symbol string, price double, volume long);
@info(name = 'cheap') from Trades[price < 60.0] select symbol insert into Cheap;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Cheap","timestamp":2000,"event":{"symbol":"WSO2"}}
)",
  };
}

TopicSpec FaultStreamTopic() {
  return {
      .name = "fault-stream",
      .summary =
          "With @OnError(action = STREAM) the events that a query could not process "
          "go to !S, with what went wrong in _error; other queries see them as ever. "
          "With action = STORE they become dead letters. Without it they are dropped by that query "
          "and reported.",
      .rules = "source",
      .app = R"(
@OnError(action = 'STREAM')
define stream Orders (id long, items object);
from Orders#list:tokenize(items) select id, value insert into Items;
from !Orders select id, _error['query'] as query insert into Faults;
)",
      .input = R"(
{"stream":"Orders","timestamp":1000,"event":{"id":1,"items":["tea"]}}
{"stream":"Orders","timestamp":2000,"event":{"id":2,"items":5}}
)",
      .output = R"(
{"stream":"Items","timestamp":1000,"event":{"id":1,"value":"tea"}}
{"stream":"Faults","timestamp":2000,"event":{"id":2,"query":"query_1"}}
)",
  };
}

}  // namespace

void RegisterAppTopics(Registry* registry) {
  registry->Add(PartitionTopic());
  registry->Add(RangePartitionTopic());
  registry->Add(TriggerTopic());
  registry->Add(AnnotationTopic());
  registry->Add(FaultStreamTopic());
}

}  // namespace weir
