#include "catalog/registry.h"

namespace weir {
namespace {

TopicSpec PatternTopic() {
  return {
      .name = "pattern",
      .summary =
          "Events that follow each other, with others between them allowed. "
          "Conditions may look at earlier events of the match. Without `every` there "
          "is one match in the life of the app.",
      .rules = "stateChain stateElement",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from every e1=Trades -> e2=Trades[symbol == e1.symbol and price > e1.price] within 1 min
select e1.symbol, e1.price as low, e2.price as high insert into Rises;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Rises","timestamp":3000,"event":{"symbol":"IBM","low":75.5,"high":76.0}}
)",
  };
}

TopicSpec SequenceTopic() {
  return {
      .name = "sequence",
      .summary = "As a pattern, but without other events of these streams between them.",
      .rules = "chainTail",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from every e1=Trades, e2=Trades[price < e1.price]
select e1.price as high, e2.price as low insert into Falls;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Falls","timestamp":2000,"event":{"high":75.5,"low":57.25}}
)",
  };
}

TopicSpec WithinTopic() {
  return {
      .name = "within",
      .summary =
          "Drops a partial match when an event comes too late after the first one of "
          "the match. Memory is freed by a timer, so every pattern with `every` "
          "ought to have it.",
      .rules = "within",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from every e1=Trades[symbol == 'IBM'] -> e2=Trades[symbol == 'WSO2'] within 2 sec
select e1.price as ibm, e2.price as wso2 insert into Pairs;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
{"stream":"Trades","timestamp":9000,"data":["WSO2",58.0,80]}
)",
      .output = R"(
{"stream":"Pairs","timestamp":2000,"event":{"ibm":75.5,"wso2":57.25}}
)",
  };
}

TopicSpec GivenUpTopic() {
  return {
      .name = "given-up",
      .summary =
          "`insert expired events` gives the partial matches that will not be "
          "completed, because the time of `within` is over or because an event came "
          "that should not: what is missing is null.",
      .rules = "outputAction",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from every e1=Trades[symbol == 'IBM'] -> e2=Trades[symbol == 'WSO2'] within 2 sec
select e1.price as ibm, e2.price as wso2 insert expired events into Unpaired;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
{"timestamp": 9000}
)",
      .output = R"(
{"stream":"Unpaired","timestamp":5001,"event":{"ibm":76.0,"wso2":null}}
)",
  };
}

}  // namespace

void RegisterPatternTopics(Registry* registry) {
  registry->Add(PatternTopic());
  registry->Add(SequenceTopic());
  registry->Add(WithinTopic());
  registry->Add(GivenUpTopic());
}

}  // namespace weir
