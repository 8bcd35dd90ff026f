#include <gtest/gtest.h>

#include <random>
#include <set>

#include "library/builtins.h"
#include "unit/window/window_harness.h"

namespace weir::window_test {
namespace {

// Every window that takes no text of a condition, with typical arguments.
std::vector<WindowCall> Calls() {
  const Argument at = ColumnArgument(kAtColumn);
  const Argument key = ColumnArgument(kKeyColumn);
  const Argument value = ColumnArgument(kValueColumn);
  return {
      {"length", {IntArgument(0)}},
      {"length", {IntArgument(100)}},
      {"time", {LongArgument(40)}},
      {"time", {LongArgument(1000)}},
      {"timeLength", {LongArgument(200), IntArgument(20)}},
      {"delay", {LongArgument(33)}, true, true},
      {"externalTime", {at, LongArgument(200)}},
      {"sort", {IntArgument(90), value, StringArgument("desc")}},
      {"sort", {IntArgument(5), key, StringArgument("asc"), value}},
      {"lengthBatch", {IntArgument(4)}},
      {"lengthBatch", {IntArgument(150)}},
      {"lengthBatch", {IntArgument(3), BoolArgument(true)}},
      {"timeBatch", {LongArgument(25)}},
      {"timeBatch", {LongArgument(25), LongArgument(123456)}},
      {"timeBatch", {LongArgument(40), IntArgument(3), BoolArgument(true)}},
      {"batch", {}},
      {"batch", {IntArgument(2)}},
      {"cron", {StringArgument("*/2 * * * * ?")}},
      {"hop", {LongArgument(100), LongArgument(30)}},
      {"hop", {LongArgument(20), LongArgument(20), LongArgument(7)}},
      {"cumulative", {LongArgument(200), LongArgument(50)}},
      {"externalTimeBatch", {at, LongArgument(20)}},
      {"externalTimeBatch", {at, LongArgument(60), IntArgument(0), LongArgument(30)}},
      {"externalTimeBatch",
       {at, LongArgument(200), IntArgument(0), LongArgument(7), BoolArgument(true)}},
      {"session", {LongArgument(20)}},
      {"session", {IntArgument(30), key}},
      {"session", {LongArgument(300), key, LongArgument(100)}},
      {"session", {LongArgument(25), key, LongArgument(25)}},
      {"frequent", {IntArgument(2), key}, true, true},
      {"frequent", {IntArgument(90)}, true, true},
      {"lossyFrequent", {DoubleArgument(0.1), DoubleArgument(0.02), key, value}, true, true},
      {"lossyFrequent", {DoubleArgument(0.01)}},
      {"unique:ever", {key, value}},
      {"unique:ever", {ColumnArgument(kIdColumn)}},
      {"unique:first", {value, key}},
      {"unique:first", {ColumnArgument(kIdColumn)}},
      {"unique:length", {key, IntArgument(5)}},
      {"unique:time", {value, LongArgument(60)}},
      {"unique:lengthBatch", {key, IntArgument(5)}, true, true},
      {"unique:firstLengthBatch", {value, IntArgument(7)}},
      {"unique:timeBatch", {key, LongArgument(50)}},
      {"unique:firstTimeBatch", {key, LongArgument(50)}},
      {"unique:timeLengthBatch", {key, LongArgument(80), IntArgument(3)}},
      {"unique:externalTimeBatch",
       {key, at, LongArgument(60), LongArgument(0), LongArgument(30), BoolArgument(true)}},
  };
}

std::string TextOf(const WindowCall& call) {
  std::string text = call.name;
  for (const Argument& argument : call.arguments) {
    text += argument.constant ? " " + argument.constant->ToText() : " column";
  }
  return text;
}

TEST(WindowState, AllWindowsAreHere) {
  std::set<std::string> here;
  for (const WindowCall& call : Calls()) here.insert(call.name);
  for (const WindowSpec& spec : BuiltinRegistry().windows()) {
    EXPECT_TRUE(here.contains(spec.name) || spec.make_conditional != nullptr) << spec.name;
  }
}

// What goes on from a saved state is what would have gone on without.
TEST(WindowState, GoesOnAsIfNothingHadHappened) {
  for (WindowCall call : Calls()) {
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      const auto messages = RandomMessages(seed, seed == 1 ? 500 : 150);
      call.needs_expired = seed != 2 || call.needs_find_rows;
      SCOPED_TRACE(TextOf(call) + ", seed " + std::to_string(seed));
      std::mt19937_64 random(seed);
      WindowRun run(call, messages.front().clock);
      const std::span<const TestMessage> all(messages);
      for (size_t begin = 0; begin < messages.size();) {
        const size_t size = std::min(messages.size() - begin, 1 + random() % 3);
        run.Process(all.subspan(begin, size), 2048);
        begin += size;
        if (random() % 2 == 0) continue;
        const StateMap state = run.State();
        const Status status = run.Restore(state);
        ASSERT_TRUE(status.ok()) << status.message();
        ASSERT_TRUE(run.State().records() == state.records()) << "after message " << begin;
      }
      ASSERT_EQ(Difference(RunWindow(call, messages, 1, 1), run.emissions()), "");
    }
  }
}

// Bytes that are not what was written are refused or taken, but do no harm while they are read.
TEST(WindowState, DamageIsNoHarm) {
  size_t refused = 0;
  for (const WindowCall& call : Calls()) {
    SCOPED_TRACE(TextOf(call));
    const auto messages = RandomMessages(3, 250);
    WindowRun run(call, messages.front().clock);
    run.Process(messages, 2048);
    const StateMap state = run.State();
    const std::vector<std::pair<std::string, std::string>> records(state.records().begin(),
                                                                   state.records().end());
    std::mt19937_64 random(7);
    for (int i = 0; i < 100; ++i) {
      auto damaged = records;
      auto& [key, value] = damaged[random() % damaged.size()];
      const size_t at = value.empty() ? 0 : random() % value.size();
      switch (random() % 4) {
        case 0:
          if (!value.empty()) value[at] = static_cast<char>(random());
          break;
        case 1:
          value.resize(at);
          break;
        case 2:
          value.insert(at, 1, static_cast<char>(random()));
          break;
        default:
          std::swap(value, damaged[random() % damaged.size()].second);
      }
      StateMap map;
      for (const auto& [damaged_key, bytes] : damaged) map.Put(damaged_key, bytes);
      WindowRun other(call, messages.front().clock);
      refused += other.Restore(map).ok() ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 500u);
}

// One more row in a large window changes the records it touches only.
TEST(WindowState, OneRowChangesFewRecords) {
  const Argument id = ColumnArgument(kIdColumn);
  for (const WindowCall& call : {
           WindowCall{"length", {IntArgument(19000)}},
           WindowCall{"time", {LongArgument(10'000'000)}},
           WindowCall{"delay", {LongArgument(10'000'000)}},
           WindowCall{"externalTime", {ColumnArgument(kAtColumn), LongArgument(10'000'000)}},
           WindowCall{"timeBatch", {LongArgument(10'000'000)}},
           WindowCall{"hop", {LongArgument(10'000'000), LongArgument(10'000'000)}},
           WindowCall{"sort", {IntArgument(19000), ColumnArgument(kValueColumn)}},
           WindowCall{"session", {LongArgument(10'000'000), ColumnArgument(kKeyColumn)}},
           WindowCall{"unique:ever", {id}},
           WindowCall{"unique:first", {id}},
           WindowCall{"unique:length", {id, IntArgument(19000)}},
           WindowCall{"frequent", {IntArgument(30000), id}},
           WindowCall{"lossyFrequent", {DoubleArgument(0.001), DoubleArgument(0.00001), id}},
       }) {
    SCOPED_TRACE(TextOf(call));
    MessageList list(1000);
    for (int i = 0; i < 20000; ++i) list.Row(1000 + i);
    list.Row(21500);
    const std::span<const TestMessage> all(list.messages());
    WindowRun run(call, 1000);
    for (size_t begin = 0; begin < 20000; begin += 2000) {
      run.Process(all.subspan(begin, 2000), 2048);
    }
    const StateMap before = run.State();
    run.Process(all.last(1), 2048);
    const StateMap after = run.State();
    size_t changed = 0;
    size_t bytes = 0;
    for (const auto& [key, value] : after.records()) {
      const auto at = before.records().find(key);
      if (at != before.records().end() && at->second == value) continue;
      ++changed;
      bytes += value.size();
    }
    EXPECT_GT(before.records().size(), 200u);
    EXPECT_LE(changed, 10u);
    EXPECT_LE(bytes, 30000u);
  }
}

}  // namespace
}  // namespace weir::window_test
