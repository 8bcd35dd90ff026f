#include "catalog/registry.h"

namespace weir {
namespace {

TopicSpec CountTopic() {
  return {
      .name = "count",
      .summary =
          "A state that takes several events: <2:5> two to five, <2:> two or more, "
          "<3> three; in sequences also * + and ?. The events are e[0], e[1], "
          "e[last], e[last-1].",
      .rules = "stateCount eventIndex",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from e1=Trades<2:> -> e2=Trades[symbol == 'WSO2']
select e1[0].price as first, e1[last].price as latest, e2.price as price insert into Matches;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":1500,"data":["IBM",76.0,50]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
)",
      .output = R"(
{"stream":"Matches","timestamp":2000,"event":{"first":75.5,"latest":76.0,"price":57.25}}
)",
  };
}

TopicSpec LogicalTopic() {
  return {
      .name = "logical",
      .summary =
          "`and`: both events, in any order. `or`: the first that comes; the other "
          "one is null.",
      .rules = "stateAnd stateOr",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from every (e1=Trades[symbol == 'IBM'] and e2=Trades[symbol == 'WSO2'])
select e1.price as ibm, e2.price as wso2 insert into Pairs;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
)",
      .output = R"(
{"stream":"Pairs","timestamp":2000,"event":{"ibm":75.5,"wso2":57.25}}
)",
  };
}

TopicSpec AbsenceTopic() {
  return {
      .name = "absence",
      .summary =
          "`not S[condition] for t`: no such event for a time. `not S and e=T`: e "
          "without such an event before it.",
      .rules = "markedOperand",
      .app = R"(
define stream Orders (id long);
define stream Payments (id long);
from every o=Orders -> not Payments[id == o.id] for 10 sec
select o.id insert into Unpaid;
)",
      .input = R"(
{"stream":"Orders","timestamp":1000,"data":[1]}
{"stream":"Orders","timestamp":2000,"data":[2]}
{"stream":"Payments","timestamp":5000,"data":[1]}
{"timestamp": 20000}
)",
      .output = R"(
{"stream":"Unpaid","timestamp":12000,"event":{"id":2}}
)",
  };
}

}  // namespace

void RegisterStateTopics(Registry* registry) {
  registry->Add(CountTopic());
  registry->Add(LogicalTopic());
  registry->Add(AbsenceTopic());
}

}  // namespace weir
