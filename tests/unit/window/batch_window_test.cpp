#include <gtest/gtest.h>

#include "unit/window/window_harness.h"

namespace weir::window_test {
namespace {

std::string Output(const WindowCall& call, const MessageList& messages) {
  return Render(RunWindow(call, messages.messages()));
}

TEST(LengthBatchWindow, EachBatchIsAnEmissionOfItsOwn) {
  MessageList messages(1000);
  messages.Row(1000).Row(1010).Rows({1020, 1021, 1022, 1023, 1024});
  EXPECT_EQ(Output({"lengthBatch", {IntArgument(2)}}, messages),
            "r@1010 +1@1000 +2@1010 | -1@1024 -2@1024 r@1024 +3@1020 +4@1021 | "
            "-3@1024 -4@1024 r@1024 +5@1022 +6@1023");
  EXPECT_EQ(Output({"lengthBatch", {IntArgument(2)}, /*needs_expired=*/false}, messages),
            "r@1010 +1@1000 +2@1010 | r@1024 +3@1020 +4@1021 | r@1024 +5@1022 +6@1023");
}

TEST(LengthBatchWindow, StreamingPassesEventsAtOnce) {
  MessageList messages(1000);
  messages.Row(1000).Row(1010).Rows({1020, 1021, 1022});
  EXPECT_EQ(Output({"lengthBatch", {IntArgument(2), BoolArgument(true)}}, messages),
            "+1@1000 | +2@1010 | -1@1022 -2@1022 r@1022 +3@1020 | +4@1021 | "
            "-3@1022 -4@1022 r@1022 +5@1022");
}

TEST(LengthBatchWindow, OfLengthZeroHoldsNothing) {
  MessageList messages(1000);
  messages.Rows({990, 1000});
  EXPECT_EQ(Output({"lengthBatch", {IntArgument(0)}}, messages),
            "+1@990 -1@1000 r@1000 | +2@1000 -2@1000 r@1000");
}

TEST(TimeBatchWindow, EmitsAtTheEndOfEachPeriod) {
  MessageList messages(1000);
  messages.Row(1000).Row(1050).Row(1100).Clock(5000).Row(5010).Clock(9000);
  const auto emissions = RunWindow({"timeBatch", {LongArgument(100)}}, messages.messages());
  EXPECT_EQ(Render(emissions),
            "r@1100 +1@1000 +2@1050 | -1@1200 -2@1200 r@1200 +3@1100 | -3@1300 | "
            "r@5100 +4@5010 | -4@5200");
  EXPECT_EQ(emissions[1].time, 1200);
}

TEST(TimeBatchWindow, PeriodsCountFromTheStartTime) {
  MessageList messages(1030);
  messages.Row(1030).Row(1250).Clock(1300);
  EXPECT_EQ(Output({"timeBatch", {LongArgument(100), IntArgument(0)}, false}, messages),
            "r@1100 +1@1030 | r@1300 +2@1250");
  EXPECT_EQ(Output({"timeBatch", {LongArgument(100), IntArgument(1010)}, false}, messages),
            "r@1110 +1@1030");
}

TEST(TimeBatchWindow, StreamingPassesEventsAtOnce) {
  MessageList messages(1000);
  messages.Row(1000).Row(1050).Row(1110).Clock(1300);
  EXPECT_EQ(Output({"timeBatch", {LongArgument(100), BoolArgument(true)}}, messages),
            "+1@1000 | +2@1050 | -1@1100 -2@1100 r@1100 | +3@1110 | -3@1200 r@1200");
}

TEST(TimeBatchWindow, LongSilenceCostsNothing) {
  MessageList messages(0);
  messages.Row(5).Clock(TimeMs{1} << 41).Row((TimeMs{1} << 41) + 3);
  const std::string end = std::to_string((TimeMs{1} << 41) + 4);
  EXPECT_EQ(Output({"timeBatch", {LongArgument(1)}}, messages), "r@6 +1@5 | -1@7");
  messages.Clock((TimeMs{1} << 41) + 4);
  EXPECT_EQ(Output({"timeBatch", {LongArgument(1)}, false}, messages),
            "r@6 +1@5 | r@" + end + " +2@" + std::to_string((TimeMs{1} << 41) + 3));
}

TEST(BatchWindow, AMessageIsABatch) {
  MessageList messages(1000);
  messages.Rows({1001, 1000, 1002}).Clock(2000).Rows({2001, 2002});
  EXPECT_EQ(Output({"batch", {}}, messages),
            "+1@1001 +2@1000 +3@1002 | -1@2002 -2@2002 -3@2002 r@2002 +4@2001 +5@2002");
  EXPECT_EQ(Output({"batch", {IntArgument(2)}}, messages),
            "+1@1001 +2@1000 | r@1002 +3@1002 | -1@2002 -2@2002 -3@2002 r@2002 +4@2001 +5@2002");
}

TEST(ExternalTimeBatchWindow, EmitsWhenALaterPeriodBegins) {
  MessageList messages(1000);
  messages.RowAt(10).RowAt(109).RowAt(3).RowAt(110).RowAt(530).RowAt(50).RowAt(610);
  const Argument at = ColumnArgument(kAtColumn);
  EXPECT_EQ(Output({"externalTimeBatch", {at, LongArgument(100)}}, messages),
            "r@110 +1@1000 +2@1000 +3@1000 | -1@530 -2@530 -3@530 r@530 +4@1000 | "
            "-4@610 r@610 +5@1000 +6@1000");
  EXPECT_EQ(Output({"externalTimeBatch", {at, LongArgument(100), IntArgument(0)}, false}, messages),
            "r@109 +1@1000 | r@530 +2@1000 +3@1000 +4@1000 | r@610 +5@1000 +6@1000");
}

TEST(ExternalTimeBatchWindow, StartMayBeAnAttribute) {
  MessageList messages(1000);
  messages.RowAt(40).RowAt(129).RowAt(150);
  const Argument at = ColumnArgument(kAtColumn);
  const Argument id = ColumnArgument(kIdColumn);  // 1 for the first row
  EXPECT_EQ(Output({"externalTimeBatch", {at, LongArgument(100), id}, false}, messages),
            "r@129 +1@1000");
}

TEST(ExternalTimeBatchWindow, TimeoutEmitsEarlyAndThenTheWholeBatchAgain) {
  const WindowCall call{
      "externalTimeBatch",
      {ColumnArgument(kAtColumn), LongArgument(100), IntArgument(0), LongArgument(50)}};
  MessageList messages(1000);
  messages.RowAt(10).RowAt(20).Clock(1060).RowAt(30).Clock(1110).RowAt(105).Clock(2000).RowAt(205);
  EXPECT_EQ(Output(call, messages),
            "r@20 +1@1000 +2@1000 | -1@30 -2@30 r@30 +1@1000 +2@1000 +3@1060 | "
            "-1@105 -2@105 -3@105 r@105 +4@1110");
  WindowCall current_only = call;
  current_only.needs_expired = false;
  EXPECT_EQ(Output(current_only, messages),
            "r@20 +1@1000 +2@1000 | r@30 +1@1000 +2@1000 +3@1060 | r@105 +4@1110");
}

TEST(ExternalTimeBatchWindow, BoundaryAfterAnEarlyEmissionClosesTheBatch) {
  const WindowCall call{
      "externalTimeBatch",
      {ColumnArgument(kAtColumn), LongArgument(100), IntArgument(0), LongArgument(50)}};
  MessageList messages(1000);
  messages.RowAt(10).Clock(1050).RowAt(20).RowAt(120).Clock(1070).RowAt(230);
  EXPECT_EQ(Output(call, messages),
            "r@10 +1@1000 | -1@120 r@120 +1@1000 +2@1050 | -1@230 -2@230 r@230 +3@1050");
}

TEST(BatchWindows, RefuseWrongParameters) {
  const Argument at = ColumnArgument(kAtColumn);
  EXPECT_EQ(CallError("timeBatch", {LongArgument(0)}), "window.time must be 1 or more, not 0");
  EXPECT_NE(CallError("timeBatch", {LongArgument(5), StringArgument("x")}), "");
  EXPECT_NE(CallError("timeBatch", {LongArgument(5), IntArgument(0), IntArgument(0)}), "");
  EXPECT_NE(CallError("timeBatch", {LongArgument(5), BoolArgument(true), IntArgument(0)}), "");
  EXPECT_NE(CallError("timeBatch", {LongArgument(5), at}), "");
  EXPECT_NE(CallError("lengthBatch", {IntArgument(-2)}), "");
  EXPECT_NE(CallError("lengthBatch", {IntArgument(2), IntArgument(1)}), "");
  EXPECT_EQ(CallError("batch", {IntArgument(-30)}), "window.length must be 0 or more, not -30");
  EXPECT_NE(CallError("batch", {IntArgument(30), IntArgument(20)}), "");
  const std::string batch = "externalTimeBatch";
  EXPECT_NE(CallError(batch, {at, LongArgument(0)}), "");
  EXPECT_NE(CallError(batch, {at, LongArgument(9), ColumnArgument(kValueColumn)}), "");
  EXPECT_NE(CallError(batch, {at, LongArgument(9), IntArgument(0), LongArgument(-1)}), "");
  EXPECT_NE(CallError(batch, {at, LongArgument(9), IntArgument(0), IntArgument(1), IntArgument(1)}),
            "");
  EXPECT_NE(CallError(batch, {ColumnArgument(kValueColumn), LongArgument(9)}), "");
  EXPECT_EQ(CallError(batch, {at, IntArgument(9), at, IntArgument(0), BoolArgument(true)}), "");
  // Neither a constant nor an attribute.
  const Argument sum{Type::kLong, std::nullopt, std::nullopt};
  EXPECT_EQ(CallError(batch, {at, LongArgument(9), sum}),
            "start.time must be a constant int or long, or a long attribute");
}

}  // namespace
}  // namespace weir::window_test
