#include "catalog/registry.h"

namespace weir {
namespace {

TopicSpec TableTopic() {
  return {
      .name = "table",
      .summary =
          "A table holds rows until they are deleted. A primary key makes rows "
          "unique and look-ups quick; so does an index, without making them unique. "
          "A row whose primary key is there already is not inserted.",
      .rules = "attributeList",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
@primaryKey('symbol') define table Names (symbol string, name string);
define stream Listings (symbol string, name string);
from Listings insert into Names;
from Trades as t join Names as n on t.symbol == n.symbol
select n.name, t.price insert into Named;
)",
      .input = R"(
{"stream":"Listings","timestamp":500,"data":["IBM","Big Blue"]}
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Named","timestamp":1000,"event":{"name":"Big Blue","price":75.5}}
{"stream":"Named","timestamp":3000,"event":{"name":"Big Blue","price":76.0}}
)",
  };
}

TopicSpec UpdateTopic() {
  return {
      .name = "update",
      .summary =
          "Changes rows of a table: `set` says how; without it all attributes of the "
          "output are copied. `update or insert into` inserts where no row matches.",
      .rules = "outputAction setClause setAssignment",
      .app = R"(
define stream Trades (symbol string, price double, volume long);
@primaryKey('symbol') define table Latest (symbol string, price double);
define stream Asks (symbol string);
from Trades select symbol, price
update or insert into Latest on Latest.symbol == symbol;
from Asks as a join Latest as l on a.symbol == l.symbol
select l.symbol, l.price insert into Answers;
)",
      .input = R"(
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
{"stream":"Asks","timestamp":4000,"data":["IBM"]}
)",
      .output = R"(
{"stream":"Answers","timestamp":4000,"event":{"symbol":"IBM","price":76.0}}
)",
  };
}

TopicSpec DeleteTopic() {
  return {
      .name = "delete",
      .summary = "Deletes the rows of a table that match.",
      .rules = "outputAction",
      .app = R"(
define stream Blocks (user string);
define stream Pardons (user string);
define stream Logins (user string);
define table Blocked (user string);
from Blocks insert into Blocked;
from Pardons delete Blocked on Blocked.user == user;
from Logins[Blocked.user == user in Blocked] insert into Refused;
)",
      .input = R"(
{"stream":"Blocks","timestamp":1000,"data":["ann"]}
{"stream":"Logins","timestamp":2000,"data":["ann"]}
{"stream":"Pardons","timestamp":3000,"data":["ann"]}
{"stream":"Logins","timestamp":4000,"data":["ann"]}
)",
      .output = R"(
{"stream":"Refused","timestamp":2000,"event":{"user":"ann"}}
)",
  };
}

TopicSpec InTopic() {
  return {
      .name = "in",
      .summary = "A condition `c in T` is true if a row of the table T makes c true.",
      .rules = "inExpression",
      .app = R"(
define stream Watch (symbol string);
define stream Trades (symbol string, price double, volume long);
define table Watched (symbol string);
from Watch insert into Watched;
from Trades[Watched.symbol == symbol in Watched] select symbol, price insert into Hits;
)",
      .input = R"(
{"stream":"Watch","timestamp":500,"data":["WSO2"]}
{"stream":"Trades","timestamp":1000,"data":["IBM",75.5,100]}
{"stream":"Trades","timestamp":2000,"data":["WSO2",57.25,20]}
{"stream":"Trades","timestamp":3000,"data":["IBM",76.0,50]}
)",
      .output = R"(
{"stream":"Hits","timestamp":2000,"event":{"symbol":"WSO2","price":57.25}}
)",
  };
}

}  // namespace

void RegisterTableTopics(Registry* registry) {
  registry->Add(TableTopic());
  registry->Add(UpdateTopic());
  registry->Add(DeleteTopic());
  registry->Add(InTopic());
}

}  // namespace weir
