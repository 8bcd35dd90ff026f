#include "catalog/registry.h"
#include "script/script.h"

namespace weir {

void RegisterScriptTopics(Registry* registry) {
  if (!Script::Available()) return;
  registry->Add(TopicSpec{
      .name = "function",
      .summary =
          "A function of the app's own, in JavaScript: data[0], data[1] and so on are the "
          "arguments, any number of any types. null comes as null, a long beyond 2^53 as a BigInt, "
          "an object as array or object. What it returns must be of the type named (undefined is "
          "null), else the event fails, as it does where the script throws or takes more than "
          "5,000,000 steps or 64 MiB. A call leaves nothing behind; Date is the app's clock in "
          "UTC, "
          "Math.random() gives the same in a replay. It comes before built-ins of its name.",
      .rules = "definition",
      .app = R"(
define function initials[javascript] return string {
  return data[0].split(' ').map(function (word) { return word[0]; }).join('') + data[1];
};
define stream People (name string, age int);
from People select initials(name, age) as short insert into Short;
)",
      .input = R"(
{"stream":"People","timestamp":1000,"data":["Ada Lovelace",36]}
)",
      .output = R"(
{"stream":"Short","timestamp":1000,"event":{"short":"AL36"}}
)",
  });
}

}  // namespace weir
