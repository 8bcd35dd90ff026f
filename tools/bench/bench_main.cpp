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
#include "weir/huge_pages.h"

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

double Median(std::vector<double>* values) {
  std::sort(values->begin(), values->end());
  return (*values)[values->size() / 2];
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
  return Median(&seconds);
}

struct Case {
  const char* name;
  double limit;  // M events/s to reach on an idle machine
  const char* queries;
  weir::StockOptions stocks = {};
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

// A case whose cost per event must not grow with what is there: `queries` with the small size and
// with the large one.
struct GrowthCase {
  const char* name;
  const char* small_name;
  std::string queries[2];
};

// Half of the events begin a partial match that no later event fits.
std::vector<GrowthCase> WaitingCases() {
  const auto both = [](const std::string& begin, const std::string& short_rest,
                       const std::string& long_rest) {
    const std::string start = "from every e1=S[price > 52.5] -> " + begin;
    const std::string end = " select e1.price as a insert into Out;";
    return std::pair(start + short_rest + end, start + long_rest + end);
  };
  const std::string key = "symbol == e1.symbol and volume == e1.volume";
  const std::string e3 = " and e3=S[" + key + " and price < 7] within ";
  const auto absence = both("not S[" + key + " and price < 6] for ", "20 milliseconds", "20 sec");
  const auto logical = both("e2=S[" + key + " and price < 6]" + e3, "20 milliseconds", "20 sec");
  const auto operand = both("not S[" + key + " and price < 6] for ",
                            "10 milliseconds" + e3 + "20 milliseconds", "10 sec" + e3 + "20 sec");
  const auto range = both("e2=S[price * 2 < e1.price] -> e3=S[price > e1.price * 3] within ",
                          "20 milliseconds", "20 sec");
  const char* few = "100 waiting";
  return {{"absence by key, 100,000 waiting", few, {absence.first, absence.second}},
          {"logical by key, 100,000 waiting", few, {logical.first, logical.second}},
          {"absent operand by key, 100,000 waiting", few, {operand.first, operand.second}},
          {"price range, 100,000 waiting", few, {range.first, range.second}}};
}

// A table joined and updated by key.
std::vector<GrowthCase> TableCases() {
  const auto of_size = [](bool update, const std::string& size) {
    const std::string key = "(volume * 1000L + ts * 7919L) % " + size + "L";
    return "define stream Fill (k long, v double);"
           "@PrimaryKey('k') define table T (k long, v double);"
           "from Fill insert into T;" +
           (update ? "from S select " + key +
                         " as k, price as v update T on T.k == k;"
                         "from S[price < 0.0] select price as v insert into Out;"
                   : "from S join T on T.k == " + key + " select T.v as v insert into Out;");
  };
  const char* few = "100 rows";
  return {
      {"join by key, table of 1,000,000", few, {of_size(false, "100"), of_size(false, "1000000")}},
      {"update by key, table of 1,000,000", few, {of_size(true, "100"), of_size(true, "1000000")}}};
}

// Partitions; the number of keys is that of the symbols.
std::vector<GrowthCase> PartitionCases() {
  const auto of = [](const char* name, const std::string& query) {
    const std::string text = "partition with (symbol of S) begin " + query + " end;";
    return GrowthCase{name, "100 keys", {text, text}};
  };
  return {of("partition of 1,000,000 keys, length(5) sum",
             "from S#window.length(5) select symbol, sum(volume) as s insert into Out;"),
          of("partition of 1,000,000 keys, filter, sum",
             "from S[price > 10.5] select symbol, sum(volume) as s insert into Out;"),
          of("partition of 1,000,000 keys, time(1 sec) avg",
             "from S#window.time(1 sec) select symbol, avg(price) as a insert into Out;"),
          of("partition of 1,000,000 keys, lengthBatch(2) max",
             "from S#window.lengthBatch(2) select symbol, max(price) as m insert into Out;")};
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
  const uint64_t events = settings.events;
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

// What an event costs with little and with much, by turns so that noise hits both; the multiple is
// the median of those of the rounds. `bytes`: what each key takes, or 0.
void RunGrowth(const GrowthCase& one, const Settings& settings, uint64_t events,
               const std::function<void(weir::BenchPipeline*, bool)>& prepare, double from,
               const std::function<size_t()>& bytes) {
  std::vector<double> ns[2], times;
  size_t each[2] = {0, 0};
  for (int i = 0; i < settings.rounds; ++i) {
    for (const bool large : {false, true}) {
      weir::BenchPipeline pipeline(one.queries[large ? 1 : 0]);
      prepare(&pipeline, large);
      each[large ? 1 : 0] = bytes();
      const double start = CpuSeconds();
      pipeline.Run(from, 1);
      ns[large ? 1 : 0].push_back((CpuSeconds() - start) * 1e9 /
                                  (static_cast<double>(events) * (1 - from)));
    }
    times.push_back(ns[1].back() / ns[0].back());
  }
  std::printf("%-48s %8.1f ns/event, %6.1f with %s: %.2f times (limit 3)", one.name, Median(&ns[1]),
              Median(&ns[0]), one.small_name, Median(&times));
  if (each[1] > 0) std::printf(", %zu bytes/key", each[1]);
  std::printf("\n");
  std::fflush(stdout);
}

size_t HeapBytes() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

void RunGrowthCases(const Settings& settings, const std::function<bool(std::string_view)>& wanted) {
  const uint64_t events = settings.events / 4;
  const auto nothing = [] { return size_t{0}; };
  for (const GrowthCase& one : WaitingCases()) {
    if (!wanted(one.name)) continue;
    // 100,000 wait once the first 200,000 have come, half of all by default.
    RunGrowth(
        one, settings, events,
        [&](weir::BenchPipeline* pipeline, bool) {
          pipeline->Generate({}, events);
          pipeline->Run(0, 0.5);
        },
        0.5, nothing);
  }
  for (const GrowthCase& one : TableCases()) {
    if (!wanted(one.name)) continue;
    RunGrowth(
        one, settings, events,
        [&](weir::BenchPipeline* pipeline, bool large) {
          pipeline->Generate({}, events);
          pipeline->Load("Fill", large ? 1'000'000 : 100);
        },
        0, nothing);
  }
  // All keys are there after the first half.
  constexpr uint32_t kKeys = 1'000'000;
  for (const GrowthCase& one : PartitionCases()) {
    if (!wanted(one.name)) continue;
    const uint64_t rows = uint64_t{kKeys} * 2;
    size_t taken = 0;
    RunGrowth(
        one, settings, rows,
        [&](weir::BenchPipeline* pipeline, bool large) {
          const uint32_t keys = large ? kKeys : 100;
          pipeline->Generate({.symbols = keys, .all_symbols_first = true}, rows);
          const size_t before = HeapBytes();
          pipeline->Run(0, 0.5);
          taken = (HeapBytes() - before) / keys;
        },
        0.5, [&] { return taken; });
  }
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
  const double bare_s = Median(&bare), engine_s = Median(&engine);
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
  weir::UseHugePages();  // as `weir run`
  const Settings settings = ParseArguments(argc, argv);
  const auto wanted = [&](std::string_view name) {
    return name.find(settings.only) != std::string_view::npos;
  };
  std::printf("machine: memcpy %.1f GB/s (figures hold for 5.5)\n", MemcpyRate() / 1e9);
  if (wanted("end to end")) RunEndToEnd(settings);
  for (const Case& one : Cases()) {
    if (wanted(one.name)) RunCase(one, settings);
  }
  RunGrowthCases(settings, wanted);
  return 0;
}
