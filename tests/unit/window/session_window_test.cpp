#include <gtest/gtest.h>

#include "unit/window/window_harness.h"

namespace weir::window_test {
namespace {

std::string Output(const std::vector<Argument>& arguments, const MessageList& messages) {
  return Render(RunWindow({"session", arguments}, messages.messages()));
}

Argument Key() { return ColumnArgument(kKeyColumn); }

TEST(SessionWindow, ExpiresASessionAGapAfterItsLastEvent) {
  MessageList messages(1000);
  messages.Row(1000).Row(1060).Row(1200).Clock(2000);
  const auto emissions = RunWindow({"session", {LongArgument(100)}}, messages.messages());
  EXPECT_EQ(Render(emissions), "+1@1000 | +2@1060 | -1@1000 -2@1060 | +3@1200 | -3@1200");
  EXPECT_EQ(emissions[2].time, 1160);
}

TEST(SessionWindow, EachKeyHasItsOwnSession) {
  MessageList messages(1000);
  messages.Row(1000, "b").Row(1010, "a").Row(1050, "b").Row(1060, std::nullopt).Clock(2000);
  EXPECT_EQ(Output({LongArgument(100), Key()}, messages),
            "+1@1000 | +2@1010 | +3@1050 | +4@1060 | -2@1010 | -1@1000 -3@1050 | -4@1060");
}

TEST(SessionWindow, SessionsThatEndTogetherLeaveTogetherInOrderOfTheirBeginning) {
  MessageList messages(1000);
  messages.Row(1000, "z").Row(1010, "a").Row(1010, "z").Row(1010, "b").Clock(2000);
  EXPECT_EQ(Output({LongArgument(100), Key()}, messages),
            "+1@1000 | +2@1010 | +3@1010 | +4@1010 | -1@1000 -3@1010 -2@1010 -4@1010");
}

TEST(SessionWindow, LateEventJoinsAtTheFront) {
  MessageList messages(1000);
  messages.Row(1000).Row(1010).Row(950).Row(880).Clock(2000);
  EXPECT_EQ(Output({LongArgument(100)}, messages),
            "+1@1000 | +2@1010 | +3@950 | +4@880 | -3@950 -1@1000 -4@880 -2@1010");
}

TEST(SessionWindow, TooLateEventIsDropped) {
  MessageList messages(1000);
  messages.Row(1000).Row(899).Row(900).Clock(2000);
  EXPECT_EQ(Output({LongArgument(100)}, messages), "+1@1000 | +3@900 | -3@900 -1@1000");
}

TEST(SessionWindow, EventAfterTheGapButBeforeTheTimerBeginsANewSession) {
  MessageList messages(1000);
  messages.Rows({1000, 1500}).Clock(3000);
  EXPECT_EQ(Output({LongArgument(100)}, messages), "+1@1000 -1@1000 +2@1500 | -2@1500");
}

TEST(SessionWindow, LatencyKeepsTheSessionOpenForLateEvents) {
  MessageList messages(1000);
  // The first session ends at 1110 and is kept until 1160; the late event joins both sessions.
  messages.Row(1000).Row(1010).Row(1120).Row(1090).Clock(3000);
  const auto emissions =
      RunWindow({"session", {LongArgument(100), Key(), LongArgument(50)}}, messages.messages());
  EXPECT_EQ(Render(emissions),
            "+1@1000 | +2@1010 | +3@1120 | +4@1090 | "
            "-4@1090 -1@1000 -2@1010 -3@1120");
  EXPECT_EQ(emissions.back().time, 1270);
}

TEST(SessionWindow, PreviousSessionExpiresAfterTheLatency) {
  MessageList messages(1000);
  messages.Row(1000).Row(1140).Clock(3000);
  const auto emissions =
      RunWindow({"session", {LongArgument(100), Key(), LongArgument(50)}}, messages.messages());
  EXPECT_EQ(Render(emissions), "+1@1000 | +2@1140 | -1@1000 | -2@1140");
  EXPECT_EQ(emissions[2].time, 1150);
  EXPECT_EQ(emissions[3].time, 1290);
}

TEST(SessionWindow, RefusesWrongParameters) {
  EXPECT_NE(CallError("session", {}), "");
  EXPECT_NE(CallError("session", {LongArgument(-1)}), "");
  EXPECT_NE(CallError("session", {LongArgument(5), LongArgument(6)}), "");
  EXPECT_NE(CallError("session", {LongArgument(5), StringArgument("key")}), "");
  EXPECT_NE(CallError("session", {LongArgument(5), ColumnArgument(kIdColumn)}), "");
  EXPECT_NE(CallError("session", {Key(), Key()}), "");
  EXPECT_EQ(CallError("session", {LongArgument(5), Key(), LongArgument(6)}),
            "allowed.latency must not be greater than session.gap, but 6 > 5");
  EXPECT_EQ(CallError("session", {IntArgument(5), Key(), IntArgument(5)}), "");
}

}  // namespace
}  // namespace weir::window_test
