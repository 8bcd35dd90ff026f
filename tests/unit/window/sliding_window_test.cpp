#include <gtest/gtest.h>

#include "unit/window/window_harness.h"

namespace weir::window_test {
namespace {

std::string Output(const WindowCall& call, const MessageList& messages) {
  return Render(RunWindow(call, messages.messages()));
}

TEST(LengthWindow, PushesOutTheOldestBeforeTheNewOne) {
  MessageList messages(1000);
  messages.Row(1000).Row(1005).Row(1010).Rows({1011, 1012});
  EXPECT_EQ(Output({"length", {IntArgument(2)}}, messages),
            "+1@1000 | +2@1005 | -1@1010 +3@1010 | -2@1012 +4@1011 -3@1012 +5@1012");
}

TEST(LengthWindow, OfLengthZeroHoldsNothing) {
  MessageList messages(1000);
  messages.Row(1000).Row(990);
  EXPECT_EQ(Output({"length", {IntArgument(0)}}, messages),
            "+1@1000 -1@1000 r@1000 | +2@990 -2@990 r@1000");
}

TEST(LengthWindow, PassesRowsAsTheyAreIfNoneNeedsToExpire) {
  MessageList messages(1000);
  messages.Row(1000).Rows({1005, 1006}).Row(1010);
  EXPECT_EQ(Output({"length", {IntArgument(1)}, /*needs_expired=*/false}, messages),
            "+1@1000 | +2@1005 +3@1006 | +4@1010");
}

TEST(TimeWindow, ExpiresAtTheExactTime) {
  MessageList messages(1000);
  messages.Row(1000).Row(1040).Row(1040).Clock(1099).Row(1100).Clock(5000);
  EXPECT_EQ(Output({"time", {LongArgument(100)}}, messages),
            "+1@1000 | +2@1040 | +3@1040 | -1@1100 | +4@1100 | -2@1140 -3@1140 | -4@1200");
}

TEST(TimeWindow, OneJumpFiresEachTimerAtItsOwnTime) {
  MessageList messages(0);
  messages.Row(0).Row(10).Row(20).Row(1000);
  const auto emissions = RunWindow({"time", {LongArgument(100)}}, messages.messages());
  EXPECT_EQ(Render(emissions), "+1@0 | +2@10 | +3@20 | -1@100 | -2@110 | -3@120 | +4@1000");
  EXPECT_EQ(emissions[4].message, 3u);
  EXPECT_EQ(emissions[4].time, 110);
}

TEST(TimeWindow, LateRowWaitsForThoseBeforeIt) {
  MessageList messages(1000);
  messages.Row(1000).Row(950).Clock(1060).Clock(1200);
  EXPECT_EQ(Output({"time", {LongArgument(100)}}, messages), "+1@1000 | +2@950 | -1@1100 -2@1100");
}

TEST(TimeWindow, RowThatIsOverOnArrivalLeavesRightAfterItsMessage) {
  MessageList messages(1000);
  messages.Clock(1000).Row(800).Row(1000);
  EXPECT_EQ(Output({"time", {LongArgument(100)}}, messages), "+1@800 | -1@1000 | +2@1000");
  MessageList zero(1000);
  zero.Row(1000).Row(1001).Row(1001);
  EXPECT_EQ(Output({"time", {IntArgument(0)}}, zero),
            "+1@1000 | -1@1000 | +2@1001 | -2@1001 | +3@1001 | -3@1001");
}

TEST(TimeWindow, LateRowInAnEmptyWindowLeavesAtTheNextStep) {
  MessageList messages(1000);
  messages.Row(1000).Clock(1200).Row(900).Clock(5000).Row(5000);
  EXPECT_EQ(Output({"time", {LongArgument(100)}}, messages),
            "+1@1000 | -1@1100 | +2@900 | -2@5000 +3@5000");
}

TEST(TimeWindow, SpanBeyondTheEndOfTimeNeverExpires) {
  MessageList messages(1000);
  messages.Row(1000).Clock(1000000000);
  EXPECT_EQ(Output({"time", {LongArgument(INT64_MAX)}}, messages), "+1@1000");
}

TEST(TimeLengthWindow, ExpiresByTimeAndByLength) {
  MessageList messages(1000);
  messages.Row(1000).Row(1010).Row(1020).Row(1105).Clock(2000);
  EXPECT_EQ(Output({"timeLength", {LongArgument(100), IntArgument(2)}}, messages),
            "+1@1000 | +2@1010 | -1@1020 +3@1020 | -2@1105 +4@1105 | -3@1120 | -4@1205");
}

TEST(ExternalTimeWindow, GoesByTheAttributeOnly) {
  MessageList messages(1000);
  messages.RowAt(10).RowAt(30).Clock(9000).RowAt(110).RowAt(129).RowAt(130);
  EXPECT_EQ(Output({"externalTime", {ColumnArgument(kAtColumn), LongArgument(100)}}, messages),
            "+1@1000 | +2@1000 | -1@110 +3@9000 | +4@9000 | -2@130 +5@9000");
}

TEST(DelayWindow, PassesEventsOnLater) {
  MessageList messages(1000);
  messages.Row(1000).Row(1000).Row(1030).Clock(3000);
  EXPECT_EQ(Output({"delay", {LongArgument(100)}}, messages), "+1@1100 +2@1100 | +3@1130");
}

TEST(DelayWindow, WaitingEventsCanBeFound) {
  WindowCall call{"delay", {LongArgument(100)}};
  call.needs_find_rows = true;
  MessageList messages(1000);
  messages.Row(1000).Clock(1100);
  EXPECT_EQ(Output(call, messages), "find+1@1000 | find-1@1000 +1@1100");
}

TEST(SortWindow, TheLastInTheOrderLeavesAfterTheNewOneCame) {
  MessageList messages(1000);
  messages.RowValue(5).RowValue(9).RowValue(7).RowValue(1).RowValue(1);
  const Argument value = ColumnArgument(kValueColumn);
  EXPECT_EQ(Output({"sort", {IntArgument(2), value}}, messages),
            "+1@1000 | +2@1000 | +3@1000 -2@1000 | +4@1000 -3@1000 | +5@1000 -1@1000");
  EXPECT_EQ(Output({"sort", {IntArgument(2), value, StringArgument("DESC")}}, messages),
            "+1@1000 | +2@1000 | +3@1000 -1@1000 | +4@1000 -4@1000 | +5@1000 -5@1000");
}

TEST(SortWindow, NullsLeaveFirstAndEqualOnesNewestFirst) {
  MessageList messages(1000);
  messages.RowValue(std::nullopt).RowValue(std::nullopt).RowValue(3).RowValue(3).RowValue(3);
  for (const char* order : {"asc", "desc"}) {
    EXPECT_EQ(
        Output({"sort", {IntArgument(2), ColumnArgument(kValueColumn), StringArgument(order)}},
               messages),
        "+1@1000 | +2@1000 | +3@1000 -2@1000 | +4@1000 -1@1000 | +5@1000 -5@1000");
  }
}

TEST(SlidingWindows, RefuseWrongParameters) {
  const Argument at = ColumnArgument(kAtColumn);
  EXPECT_EQ(CallError("length", {IntArgument(-1)}), "window.length must be 0 or more, not -1");
  EXPECT_NE(CallError("length", {LongArgument(5)}), "");
  EXPECT_NE(CallError("length", {}), "");
  EXPECT_NE(CallError("length", {IntArgument(1), IntArgument(2)}), "");
  EXPECT_EQ(CallError("time", {LongArgument(-5)}), "window.time must be 0 or more, not -5");
  EXPECT_NE(CallError("time", {at}), "");
  EXPECT_NE(CallError("time", {StringArgument("5 sec")}), "");
  EXPECT_NE(CallError("timeLength", {LongArgument(5)}), "");
  EXPECT_NE(CallError("timeLength", {LongArgument(5), LongArgument(5)}), "");
  EXPECT_NE(CallError("timeLength", {LongArgument(5), IntArgument(-5)}), "");
  EXPECT_NE(CallError("externalTime", {at}), "");
  EXPECT_NE(CallError("externalTime", {LongArgument(4), LongArgument(5)}), "");
  EXPECT_NE(CallError("externalTime", {ColumnArgument(kValueColumn), LongArgument(5)}), "");
  EXPECT_NE(CallError("delay", {LongArgument(-1)}), "");
  EXPECT_NE(CallError("delay", {IntArgument(2), IntArgument(3)}), "");
  EXPECT_NE(CallError("sort", {IntArgument(2)}), "");
  EXPECT_NE(CallError("sort", {IntArgument(2), IntArgument(3)}), "");
  EXPECT_EQ(CallError("sort", {IntArgument(2), at, StringArgument("up")}),
            "order must be 'asc' or 'desc', not 'up'");
  EXPECT_NE(CallError("sort", {IntArgument(2), at, StringArgument("asc"), StringArgument("asc")}),
            "");
  EXPECT_EQ(CallError("sort", {IntArgument(2), at, StringArgument("asc"), at}), "");
}

}  // namespace
}  // namespace weir::window_test
