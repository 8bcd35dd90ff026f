#include "catalog/registry.h"

namespace weir {
namespace {

TopicSpec OrderByTopic() {
  return {
      .name = "order-by",
      .summary =
          "Orders the rows that one event or one batch gives; limit and offset cut "
          "them.",
      .rules = "orderBy limit offset",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades#window.lengthBatch(3)
select symbol, price order by price desc limit 2 insert into Top;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Top","timestamp":3000,"event":{"symbol":"IBM","price":76.0}}
{"stream":"Top","timestamp":1000,"event":{"symbol":"IBM","price":75.5}}
)",
  };
}

TopicSpec OutputEventsTopic() {
  return {
      .name = "output-events",
      .summary =
          "A window gives each event when it comes (current) and again when it "
          "leaves (expired). What is inserted are current events, unless the query "
          "says expired events or all events.",
      .rules = "outputAction eventType",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades#window.length(1) select symbol, price insert expired events into Replaced;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Replaced","timestamp":2000,"event":{"symbol":"IBM","price":75.5}}
{"stream":"Replaced","timestamp":3000,"event":{"symbol":"WSO2","price":57.25}}
)",
  };
}

TopicSpec OutputRateTopic() {
  return {
      .name = "output-rate",
      .summary =
          "Gives output once in a number of events or a time: all of what came (the "
          "default), the first, the last, or a snapshot of what the window holds.",
      .rules = "outputRate",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades select symbol, price output last every 2 sec insert into Latest;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
{"timestamp": 6000}
)",
      .output = R"(
{"stream":"Latest","timestamp":2000,"event":{"symbol":"WSO2","price":57.25}}
{"stream":"Latest","timestamp":3000,"event":{"symbol":"IBM","price":76.0}}
)",
  };
}

TopicSpec WindowTopic() {
  return {
      .name = "window",
      .summary =
          "A window holds the last events; aggregates are over what it holds. `weir "
          "help windows` lists them.",
      .rules = "handler call",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades#window.time(1500 millisec) select symbol, sum(volume) as total insert into Totals;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Totals","timestamp":1000,"event":{"symbol":"IBM","total":100}}
{"stream":"Totals","timestamp":2000,"event":{"symbol":"WSO2","total":120}}
{"stream":"Totals","timestamp":3000,"event":{"symbol":"IBM","total":70}}
)",
  };
}

TopicSpec DistinctTopic() {
  return {
      .name = "distinct",
      .summary =
          "Of rows with equal values only the first: of each batch or emission "
          "behind a window, and for ever without one.",
      .rules = "selectClause",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades#window.lengthBatch(3) select distinct symbol insert into Symbols;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Symbols","timestamp":1000,"event":{"symbol":"IBM"}}
{"stream":"Symbols","timestamp":2000,"event":{"symbol":"WSO2"}}
)",
  };
}

}  // namespace

void RegisterOutputTopics(Registry* registry) {
  registry->Add(OrderByTopic());
  registry->Add(OutputEventsTopic());
  registry->Add(OutputRateTopic());
  registry->Add(WindowTopic());
  registry->Add(DistinctTopic());
}

}  // namespace weir
