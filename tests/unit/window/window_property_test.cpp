#include <gtest/gtest.h>

#include "unit/window/naive_windows.h"

namespace weir::window_test {
namespace {

std::vector<WindowCall> Calls() {
  const Argument at = ColumnArgument(kAtColumn);
  const Argument key = ColumnArgument(kKeyColumn);
  const Argument value = ColumnArgument(kValueColumn);
  return {
      {"length", {IntArgument(0)}},
      {"length", {IntArgument(1)}},
      {"length", {IntArgument(5)}},
      {"length", {IntArgument(1000)}},
      {"time", {LongArgument(0)}},
      {"time", {IntArgument(1)}},
      {"time", {LongArgument(40)}},
      {"time", {LongArgument(1000)}},
      {"timeLength", {LongArgument(40), IntArgument(1)}},
      {"timeLength", {LongArgument(40), IntArgument(6)}},
      {"timeLength", {LongArgument(5), IntArgument(100)}},
      {"delay", {LongArgument(0)}},
      {"delay", {LongArgument(33)}},
      {"externalTime", {at, LongArgument(30)}},
      {"externalTime", {at, LongArgument(0)}},
      {"sort", {IntArgument(4), value}},
      {"sort", {IntArgument(7), value, StringArgument("desc")}},
      {"sort", {IntArgument(5), key, StringArgument("asc"), value}},
      {"sort", {IntArgument(0), value}},
      {"lengthBatch", {IntArgument(0)}},
      {"lengthBatch", {IntArgument(1)}},
      {"lengthBatch", {IntArgument(4)}},
      {"lengthBatch", {IntArgument(0), BoolArgument(true)}},
      {"lengthBatch", {IntArgument(1), BoolArgument(true)}},
      {"lengthBatch", {IntArgument(3), BoolArgument(true)}},
      {"timeBatch", {LongArgument(1)}},
      {"timeBatch", {LongArgument(25)}},
      {"timeBatch", {LongArgument(25), IntArgument(0)}},
      {"timeBatch", {LongArgument(25), LongArgument(123456)}},
      {"timeBatch", {LongArgument(25), BoolArgument(true)}},
      {"timeBatch", {LongArgument(40), IntArgument(3), BoolArgument(true)}},
      {"batch", {}},
      {"batch", {IntArgument(2)}},
      {"externalTimeBatch", {at, LongArgument(20)}},
      {"externalTimeBatch", {at, LongArgument(20), IntArgument(3)}},
      {"externalTimeBatch", {at, LongArgument(60), IntArgument(0), LongArgument(30)}},
      {"externalTimeBatch", {at, LongArgument(200), IntArgument(0), LongArgument(7)}},
      {"session", {LongArgument(20)}},
      {"session", {LongArgument(0)}},
      {"session", {IntArgument(30), key}},
      {"session", {LongArgument(30), key, LongArgument(10)}},
      {"session", {LongArgument(25), key, LongArgument(25)}},
  };
}

// Against plain models, under several epoch sizes, with and without expired rows.
TEST(WindowProperty, AgreesWithNaiveModels) {
  for (WindowCall call : Calls()) {
    for (uint64_t seed = 1; seed <= 10; ++seed) {
      const auto messages = RandomMessages(seed, 120);
      for (bool needs_expired : {true, false}) {
        call.needs_expired = needs_expired;
        std::string text = call.name;
        for (const Argument& argument : call.arguments) {
          text += argument.constant ? " " + argument.constant->ToText() : " column";
        }
        SCOPED_TRACE(text + ", seed " + std::to_string(seed));
        const auto naive = RunNaiveWindow(call, messages);
        ASSERT_EQ(Difference(naive, RunWindow(call, messages)), "");
        if (HasFailure()) return;
      }
    }
  }
}

// Many rows, so that outputs fill several chunks within one epoch.
TEST(WindowProperty, ChunksFillUp) {
  const auto messages = RandomMessages(77, 9000);
  for (const WindowCall& call :
       {WindowCall{"length", {IntArgument(5)}}, WindowCall{"time", {LongArgument(300)}},
        WindowCall{"lengthBatch", {IntArgument(2500)}},
        WindowCall{"session", {LongArgument(30), ColumnArgument(kKeyColumn), LongArgument(10)}}}) {
    ASSERT_EQ(Difference(RunNaiveWindow(call, messages), RunWindow(call, messages, 2048, 2048)), "")
        << call.name;
  }
}

}  // namespace
}  // namespace weir::window_test
