#include "catalog/registry.h"

namespace weir {
namespace {

TopicSpec CaseTopic() {
  return {
      .name = "case",
      .summary =
          "The value of the first condition that is true, or of the first value that "
          "is equal; null without `else` if there is none.",
      .rules = "caseExpression caseBranch",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades
select symbol,
  case when volume >= 100 then 'big' when volume >= 50 then 'middle' else 'small' end as size,
  case symbol when 'IBM' then 1 else 2 end as list
insert into Sizes;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Sizes","timestamp":1000,"event":{"symbol":"IBM","size":"big","list":1}}
{"stream":"Sizes","timestamp":2000,"event":{"symbol":"WSO2","size":"small","list":2}}
{"stream":"Sizes","timestamp":3000,"event":{"symbol":"IBM","size":"middle","list":1}}
)",
  };
}

TopicSpec MembershipTopic() {
  return {
      .name = "membership",
      .summary =
          "`between` includes both ends; `in` compares with each value of a list; "
          "`like` knows % for any text and _ for one character. With null they are "
          "false, and their `not` forms true.",
      .rules = "comparisonTail",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
from Trades[price between 57.0 and 76.0 and symbol in ('IBM', 'WSO2') and symbol not like 'I%']
select symbol || '!' as found insert into Found;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Found","timestamp":2000,"event":{"found":"WSO2!"}}
)",
  };
}

TopicSpec ElementTopic() {
  return {
      .name = "element",
      .summary =
          "An element of a list or a map in an attribute of type object: an object "
          "again, null if it is not there. `cast` takes its value.",
      .rules = "reference",
      .app = R"(
define stream Orders (id long, details object);
from Orders
select id, details['items'][0] as item, cast(details['total'], 'double') as total
insert into Totals;
)",
      .input = R"(
{"stream":"Orders","timestamp":1000,"event":{"id":1,"details":{"items":["tea","cup"],"total":13.5}}}
{"stream":"Orders","timestamp":2000,"event":{"id":2,"details":{"items":[]}}}
)",
      .output = R"(
{"stream":"Totals","timestamp":1000,"event":{"id":1,"item":"tea","total":13.5}}
{"stream":"Totals","timestamp":2000,"event":{"id":2,"item":null,"total":null}}
)",
  };
}

TopicSpec StreamFunctionTopic() {
  return {
      .name = "stream-function",
      .summary =
          "Stands behind a stream with #: gives each event more attributes, several "
          "events for one, or none. `weir help stream-functions` lists them.",
      .rules = "handler call",
      .app = R"(
define stream Notes (id long, text string);
from Notes#str:tokenize(text, ' ') select id, token insert into Words;
)",
      .input = R"(
{"stream":"Notes","timestamp":1000,"data":[1,"fresh tea"]}
)",
      .output = R"(
{"stream":"Words","timestamp":1000,"event":{"id":1,"token":"fresh"}}
{"stream":"Words","timestamp":1000,"event":{"id":1,"token":"tea"}}
)",
  };
}

}  // namespace

void RegisterExpressionTopics(Registry* registry) {
  registry->Add(CaseTopic());
  registry->Add(MembershipTopic());
  registry->Add(ElementTopic());
  registry->Add(StreamFunctionTopic());
}

}  // namespace weir
