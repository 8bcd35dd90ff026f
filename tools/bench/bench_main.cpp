// weir_bench: what the engine does per second, beside what the machine can do.
//
//   weir_bench [--only TEXT] [--events N] [--rounds N]
//
// Each line gives the median of the rounds by CPU time. The machine's own figures (memcpy, bare
// JSON loop) are measured in the same run, so that a slow moment can be told from a slow engine.

#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/bench_bare.h"
#include "testing/bench_pipeline.h"
#include "weir/engine.h"

namespace {

struct Settings {
  std::string only;
  uint64_t events = 4'000'000;
  int rounds = 3;
};

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double MedianSeconds(int rounds, const std::function<void()>& prepare,
                     const std::function<void()>& run) {
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    prepare();
    const double start = CpuSeconds();
    run();
    seconds.push_back(CpuSeconds() - start);
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

struct Case {
  const char* name;
  double limit;  // M events/s to reach on an idle machine
  const char* queries;
  weir::StockOptions stocks = {};
  uint64_t events_divisor = 1;
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {"filter keeping 10 %", 100, "from S[price > 90.5] select symbol, price insert into Out;"},
      {"filter + projection with arithmetic", 50,
       "from S[price > 50] select symbol, price * 2 + volume as v, price / 3 as w "
       "insert into Out;"},
      {"length(1000) avg + sum group by symbol", 8,
       "from S#window.length(1000) select symbol, avg(price) as a, sum(volume) as s "
       "group by symbol insert into Out;"},
      {"time(1 sec) avg group by symbol", 8,
       "from S#window.time(1 sec) select symbol, avg(price) as a group by symbol "
       "insert into Out;"},
      {"timeBatch(1 sec) avg group by symbol", 15,
       "from S#window.timeBatch(1 sec) select symbol, avg(price) as a group by symbol "
       "insert into Out;"},
      {"max over length(100)", 20,
       "from S#window.length(100) select max(price) as m insert into Out;"},
      {"max over length(100000)", 20,
       "from S#window.length(100000) select max(price) as m insert into Out;"},
      {"aggregation sec ... year, avg + sum by symbol", 5,
       "define aggregation A from S select symbol, avg(price) as a, sum(volume) as v "
       "group by symbol aggregate by ts every sec ... year;"
       "from S[price < 0] select symbol insert into Out;"},
      {"three-step pattern, unary conditions", 10,
       "from every e1=S[price > 95] -> e2=S[price < 5] -> e3=S[volume > 900] "
       "select e1.price as a, e2.price as b, e3.volume as c insert into Out;"},
      {"correlated pattern, ~10,000 waiting",
       5,
       "from every e1=S[price > 95] -> e2=S[symbol == e1.symbol and price < 5] within 1 sec "
       "select e1.symbol as s, e1.price as a, e2.price as b insert into Out;",
       {.events_per_ms = 1000, .cheap_share = 0.005}},
  };
  return cases;
}

// Half of the events begin a partial match that no later event fits: what an event costs must not
// grow with how many wait.
const std::vector<Case>& WaitingCases() {
  static const std::vector<Case> cases = {
      {"absence by key, 100 waiting",
       1,
       "from every e1=S[price > 52.5] -> not S[symbol == e1.symbol and volume == e1.volume and "
       "price < 6] for 20 milliseconds select e1.price as a insert into Out;",
       {},
       4},
      {"absence by key, 100,000 waiting",
       1,
       "from every e1=S[price > 52.5] -> not S[symbol == e1.symbol and volume == e1.volume and "
       "price < 6] for 20 sec select e1.price as a insert into Out;",
       {},
       4},
      {"logical by key, 100 waiting",
       1,
       "from every e1=S[price > 52.5] -> e2=S[symbol == e1.symbol and volume == e1.volume and "
       "price < 6] and e3=S[symbol == e1.symbol and volume == e1.volume and price < 7] "
       "within 20 milliseconds select e1.price as a insert into Out;",
       {},
       4},
      {"logical by key, 100,000 waiting",
       1,
       "from every e1=S[price > 52.5] -> e2=S[symbol == e1.symbol and volume == e1.volume and "
       "price < 6] and e3=S[symbol == e1.symbol and volume == e1.volume and price < 7] "
       "within 20 sec select e1.price as a insert into Out;",
       {},
       4},
      {"absent operand by key, 100 waiting",
       1,
       "from every e1=S[price > 52.5] -> not S[symbol == e1.symbol and volume == e1.volume and "
       "price < 6] for 10 milliseconds and e3=S[symbol == e1.symbol and volume == e1.volume and "
       "price < 7] within 20 milliseconds select e1.price as a insert into Out;",
       {},
       4},
      {"absent operand by key, 100,000 waiting",
       1,
       "from every e1=S[price > 52.5] -> not S[symbol == e1.symbol and volume == e1.volume and "
       "price < 6] for 10 sec and e3=S[symbol == e1.symbol and volume == e1.volume and "
       "price < 7] within 20 sec select e1.price as a insert into Out;",
       {},
       4},
      {"price range, 100 waiting",
       1,
       "from every e1=S[price > 52.5] -> e2=S[price * 2 < e1.price] "
       "-> e3=S[price > e1.price * 3] within 20 milliseconds select e1.price as a insert into Out;",
       {},
       4},
      {"price range, 100,000 waiting",
       1,
       "from every e1=S[price > 52.5] -> e2=S[price * 2 < e1.price] "
       "-> e3=S[price > e1.price * 3] within 20 sec select e1.price as a insert into Out;",
       {},
       4},
  };
  return cases;
}

void PrintRate(const char* name, double events, double seconds, double limit, double bytes,
               const std::string& note) {
  const double rate = events / seconds;
  std::printf("%-44s %9.2f M/s %8.1f ns/event", name, rate / 1e6, seconds / events * 1e9);
  if (bytes > 0) std::printf(" %8.2f MB/s", bytes / seconds / 1e6);
  if (limit > 0) std::printf("   limit %5.1f M/s (%.2fx)", limit, rate / 1e6 / limit);
  std::printf("%s\n", note.c_str());
  std::fflush(stdout);
}

void RunCase(const Case& one, const Settings& settings) {
  const uint64_t events = settings.events / one.events_divisor;
  uint64_t rows = 0;
  std::unique_ptr<weir::BenchPipeline> pipeline;
  const double seconds = MedianSeconds(
      settings.rounds,
      [&] {
        pipeline = std::make_unique<weir::BenchPipeline>(one.queries);
        pipeline->Generate(one.stocks, events);
      },
      [&] { rows = pipeline->Run(); });
  PrintRate(one.name, static_cast<double>(events), seconds, one.limit, 0,
            "   " + std::to_string(rows) + " rows out");
}

// A table joined and updated by key: what an event costs must not depend on the table's size.
void RunTableCases(const Settings& settings) {
  constexpr uint64_t kSizes[] = {100, 1'000'000};
  const char* names[] = {"join by key", "update by key"};
  for (int update = 0; update < 2; ++update) {
    double ns[2] = {0, 0};
    for (int big = 0; big < 2; ++big) {
      const uint64_t size = kSizes[big];
      const std::string key = "(volume * 1000L + ts * 7919L) % " + std::to_string(size) + "L";
      const std::string queries =
          "define stream Fill (k long, v double);"
          "@PrimaryKey('k') define table T (k long, v double);"
          "from Fill insert into T;" +
          (update != 0 ? "from S select " + key +
                             " as k, price as v update T on T.k == k;"
                             "from S[price < 0.0] select price as v insert into Out;"
                       : "from S join T on T.k == " + key + " select T.v as v insert into Out;");
      const uint64_t events = settings.events / 4;
      std::unique_ptr<weir::BenchPipeline> pipeline;
      const double seconds = MedianSeconds(
          settings.rounds,
          [&] {
            pipeline = std::make_unique<weir::BenchPipeline>(queries);
            pipeline->Generate({}, events);
            pipeline->Load("Fill", size);
          },
          [&] { pipeline->Run(); });
      ns[big] = seconds / static_cast<double>(events) * 1e9;
      const std::string name = std::string(names[update]) + ", table of " + std::to_string(size);
      char note[80] = "";
      if (big != 0) {
        std::snprintf(note, sizeof(note), "   %.2f times the small table (limit 3)", ns[1] / ns[0]);
      }
      PrintRate(name.c_str(), static_cast<double>(events), seconds, 0, 0, note);
    }
  }
}

// A partition when all of its keys are there: ns per event, and the memory each key takes.
void RunPartition(const char* queries, uint32_t keys, const Settings& settings) {
  const uint64_t events = std::max<uint64_t>(settings.events, uint64_t{keys} * 2);
  std::unique_ptr<weir::BenchPipeline> pipeline;
  size_t bytes = 0;
  const double seconds = MedianSeconds(
      settings.rounds,
      [&] {
        pipeline = std::make_unique<weir::BenchPipeline>(queries);
        pipeline->Generate({.symbols = keys, .all_symbols_first = true}, events);
        const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
        pipeline->Run(0, 0.5);
        bytes = mallinfo2().uordblks + mallinfo2().hblkhd - before;
      },
      [&] { pipeline->Run(0.5, 1); });
  const std::string name = "partition, " + std::to_string(keys) + " keys, length(5) sum";
  const std::string note = "   " + std::to_string(bytes / keys) + " bytes/key";
  PrintRate(name.c_str(), static_cast<double>(events) / 2, seconds, 0, 0, note);
}

double MemcpyRate() {
  std::vector<char> from(size_t{256} << 20, 1), to(from.size());
  const double seconds = MedianSeconds(
      3, [] {}, [&] { std::memcpy(to.data(), from.data(), from.size()); });
  return static_cast<double>(from.size()) / seconds;
}

void RunEndToEnd(const Settings& settings) {
  const auto directory = std::filesystem::temp_directory_path();
  const std::string input = directory / ("weir_bench_" + std::to_string(getpid()) + ".ndjson");
  {
    weir::StockEvents stocks({});
    std::ofstream file(input, std::ios::binary);
    std::string text;
    for (uint64_t left = settings.events; left > 0;) {
      const uint64_t rows = std::min<uint64_t>(left, 100'000);
      text.clear();
      stocks.AppendNdjson(rows, &text);
      file.write(text.data(), static_cast<std::streamsize>(text.size()));
      left -= rows;
    }
  }
  const auto bytes = static_cast<double>(std::filesystem::file_size(input));
  const auto events = static_cast<double>(settings.events);
  const std::string app_text = weir::StockEvents::Definition() +
                               std::string("from S[price > 90.5] select * insert into Out;");
  const weir::CompileResult compiled = weir::CompileApp(app_text, {});
  if (compiled.app == nullptr) std::exit(70);
  std::vector<double> bare, engine;
  for (int i = 0; i < settings.rounds; ++i) {  // interleaved, so that noise hits both
    double start = CpuSeconds();
    if (weir::BareScanEvents(input) != settings.events) std::exit(70);
    bare.push_back(CpuSeconds() - start);
    weir::RunOptions options;
    options.inputs = {{"S", input}};
    options.outputs = {{"Out", "/dev/null"}};
    start = CpuSeconds();
    const weir::Outcome outcome = weir::RunApp(compiled.app, options);
    engine.push_back(CpuSeconds() - start);
    if (!outcome.ok()) {
      std::fprintf(stderr, "%s\n", outcome.message().c_str());
      std::exit(70);
    }
  }
  std::filesystem::remove(input);
  std::sort(bare.begin(), bare.end());
  std::sort(engine.begin(), engine.end());
  const double bare_s = bare[bare.size() / 2], engine_s = engine[engine.size() / 2];
  PrintRate("bare JSON loop, 4 fields", events, bare_s, 0, bytes, "");
  char note[80];
  std::snprintf(note, sizeof(note), "   %.0f %% of the bare loop (limit 60 %%)",
                100 * bare_s / engine_s);
  PrintRate("end to end: file, filter 10 %, NDJSON", events, engine_s, 0, bytes, note);
}

Settings ParseArguments(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (i + 1 == argc || (name != "--only" && name != "--events" && name != "--rounds")) {
      std::fprintf(stderr, "usage: weir_bench [--only TEXT] [--events N] [--rounds N]\n");
      std::exit(64);
    }
    const char* value = argv[++i];
    if (name == "--only") settings.only = value;
    if (name == "--events") settings.events = std::strtoull(value, nullptr, 10);
    if (name == "--rounds") settings.rounds = std::atoi(value);
  }
  settings.events = std::max<uint64_t>(settings.events, 10'000);
  settings.rounds = std::max(settings.rounds, 1);
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = ParseArguments(argc, argv);
  const auto wanted = [&](std::string_view name) {
    return name.find(settings.only) != std::string_view::npos;
  };
  std::printf("machine: memcpy %.1f GB/s (figures hold for 5.5)\n", MemcpyRate() / 1e9);
  if (wanted("end to end")) RunEndToEnd(settings);
  for (const auto* cases : {&Cases(), &WaitingCases()}) {
    for (const Case& one : *cases) {
      if (wanted(one.name)) RunCase(one, settings);
    }
  }
  if (wanted("table")) RunTableCases(settings);
  for (const uint32_t keys : {100U, 1'000'000U}) {
    if (!wanted("partition")) break;
    RunPartition(
        "partition with (symbol of S) begin "
        "from S#window.length(5) select symbol, sum(volume) as s insert into Out; end;",
        keys, settings);
  }
  return 0;
}
