#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "command_line.h"
#include "commands.h"
#include "settings.h"

namespace {

constexpr const char* kApp =
    R"(-- Trades, and how much each symbol moves: run it with
--   weir run NAME.sql --time Trades=ts --input Trades=NAME.ndjson
-- and its test with
--   weir test NAME.test

define stream Trades (symbol string, price double, volume long, ts long);

-- A filter: only what the condition in brackets is true for goes on.
@info(name = 'large')
from Trades[volume >= 1000]
select symbol, price, volume
insert into LargeTrades;

-- A window holds the last events, here those of the last 10 seconds; aggregates are over them.
@info(name = 'average')
from Trades#window.time(10 sec)
select symbol, avg(price) as average, count() as trades
group by symbol
insert into Averages;

-- A pattern: a trade, and within 5 seconds one of the same symbol that is 10 % dearer.
@info(name = 'jump')
from every low=Trades -> high=Trades[symbol == low.symbol and price >= low.price * 1.1] within 5 sec
select low.symbol, low.price as low, high.price as high
insert into Jumps;
)";

constexpr const char* kEvents = R"({"symbol":"IBM","price":75.0,"volume":1500,"ts":1000}
{"symbol":"ACME","price":10.0,"volume":100,"ts":2000}
{"symbol":"IBM","price":85.0,"volume":200,"ts":3000}
)";

constexpr const char* kTest = R"(# about: a filter, a window and a pattern over three trades

app file NAME.sql

watch LargeTrades Averages Jumps

at 1000
send Trades
["IBM", 75.0, 1500, 1000]
----
LargeTrades 1000 ["IBM", 75.0, 1500]
Averages 1000 ["IBM", 75.0, 1]

at 2000
send Trades
["ACME", 10.0, 100, 2000]
----
Averages 2000 ["ACME", 10.0, 1]

at 3000
send Trades
["IBM", 85.0, 200, 3000]
----
Averages 3000 ["IBM", 80.0, 2]
Jumps 3000 ["IBM", 75.0, 85.0]
)";

std::string Filled(std::string text, const std::string& name) {
  for (size_t at = text.find("NAME"); at != std::string::npos; at = text.find("NAME", at)) {
    text.replace(at, 4, name);
    at += name.size();
  }
  return text;
}

}  // namespace

int NewCommand(const Settings& settings) {
  const std::string& name = settings.operands[0];
  const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
  if (!good) {
    return UsageError("'" + name + "' is no name for an app: use letters, digits, _ and -");
  }
  const std::pair<std::string, const char*> files[] = {
      {name + ".sql", kApp}, {name + ".ndjson", kEvents}, {name + ".test", kTest}};
  for (const auto& [path, text] : files) {
    if (!std::filesystem::exists(path)) continue;
    std::cerr << "weir: " << path << " is there already; nothing was written\n";
    return weir::ExitCode(weir::OutcomeCode::kCannotCreate);
  }
  for (const auto& [path, text] : files) {
    std::ofstream out(path, std::ios::binary);
    out << Filled(text, name);
    out.close();
    if (!out) {
      std::cerr << "weir: " << path << ": cannot be written\n";
      return weir::ExitCode(weir::OutcomeCode::kCannotCreate);
    }
  }
  std::cout << "made " << name << ".sql, " << name << ".ndjson and " << name << ".test; try\n"
            << "  weir test " << name << ".test\n"
            << "  weir run " << name << ".sql --time Trades=ts --input Trades=" << name
            << ".ndjson\n";
  return 0;
}
