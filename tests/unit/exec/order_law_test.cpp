#include <gtest/gtest.h>

#include "unit/exec/toy_app.h"

namespace weir::test {
namespace {

constexpr uint64_t kSeeds = 1500;
const std::vector<std::vector<size_t>> kEpochs = {{1}, {3}, {2048}};

// Compares the engine with the depth-first reference under all epoch sizes.
void ExpectLawful(const ToyCase& c, const std::string& about,
                  std::vector<std::vector<size_t>> epochs = kEpochs) {
  const ToyResult expected = RunReference(c.app, c.messages);
  if (expected.too_big) return;
  for (const std::vector<size_t>& sizes : epochs) {
    const ToyResult actual = RunEngine(c.app, c.messages, sizes);
    ASSERT_TRUE(actual.status.ok()) << about << actual.status.message();
    ASSERT_EQ(expected.printed, actual.printed) << about << ", epochs of " << sizes[0] << "\n"
                                                << Describe(c) << "expected\n"
                                                << Describe(expected.printed) << "but got\n"
                                                << Describe(actual.printed);
    ASSERT_EQ(expected.states, actual.states) << about << "\n" << Describe(c);
  }
}

TEST(OrderLaw, RandomApps) {
  int islands = 0, printing = 0, loops = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const ToyCase c = RandomCase(seed);
    std::mt19937_64 random(seed);
    std::vector<size_t> sizes;
    for (int i = 0; i < 5; ++i) sizes.push_back(1 + random() % 5);
    auto epochs = kEpochs;
    epochs.push_back(sizes);
    ExpectLawful(c, "seed " + std::to_string(seed), epochs);
    if (HasFatalFailure()) return;
    if (RunReference(c.app, c.messages).too_big) continue;
    const ToyResult result = RunEngine(c.app, c.messages, {2048});
    islands += !result.islands.empty();
    for (const IslandInfo& island : result.islands) loops += island.reason[0] == 'i';
    printing += !result.printed.empty();
  }
  // The cases must be worth something.
  EXPECT_GT(islands, 200);
  EXPECT_GT(loops, 100);
  EXPECT_GT(printing, 500);
}

TEST(OrderLaw, ClockStepsChangeNothing) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    ToyCase c = RandomCase(seed);
    const ToyResult expected = RunReference(c.app, c.messages);
    if (expected.too_big) continue;
    std::mt19937_64 random(seed);
    std::vector<ToyMessage> cut;
    TimeMs clock = c.messages[0].clock;
    for (const ToyMessage& message : c.messages) {
      if (message.clock > clock + 1) {
        const auto jump = static_cast<uint64_t>(message.clock - clock);
        cut.push_back({-1, clock + static_cast<TimeMs>(random() % jump), {}});
      }
      clock = std::max(clock, message.clock);
      cut.push_back(message);
    }
    for (const size_t size : {1, 2, 2048}) {
      ASSERT_EQ(expected.printed, RunEngine(c.app, cut, {size}).printed) << "seed " << seed;
    }
  }
}

ToyQuery Q(std::string input, std::vector<std::pair<Stage, int>> stages, std::string output,
           int mode = 0) {
  return {{std::move(input)}, std::move(stages), std::move(output), mode};
}

ToyMessage Rows(TimeMs at, std::vector<int> values) {
  ToyMessage message{0, at, {}};
  for (const int value : values) message.rows.push_back({at, 1, 0, value, 0});
  return message;
}

std::vector<int> Values(const ToyCase& c) {
  std::vector<int> values;
  for (const Printed& printed : RunEngine(c.app, c.messages, {2048}).printed) {
    for (const ToyRow& row : printed.rows) values.push_back(row.value);
  }
  return values;
}

// The named counterexamples of the order law: each refutes a simpler rule.
void ExpectValues(const std::vector<ToyQuery>& queries, const std::vector<ToyMessage>& messages,
                  const std::vector<int>& expected,
                  std::vector<std::pair<std::string, int>> triggers = {}) {
  const ToyCase c{{{"S"}, std::move(triggers), queries, {"O"}}, messages};
  ExpectLawful(c, "named case");
  EXPECT_EQ(expected, Values(c)) << Describe(c);
}

TEST(OrderLaw, UnionDoesNotFuseEmissions) {
  ExpectValues({Q("S", {}, "X"), Q("S", {}, "X"), Q("X", {{Stage::kSum, 0}}, "O")}, {Rows(1, {5})},
               {6, 12});
}

TEST(OrderLaw, UnionFollowsCallsNotQueries) {
  ExpectValues({Q("S", {}, "X"), Q("S", {{Stage::kIncrement, 0}}, "O"), Q("X", {}, "O")},
               {Rows(1, {5})}, {5, 6});
}

TEST(OrderLaw, EmissionsAreComparedWithinOneStepOnly) {
  ExpectValues({Q("S", {{Stage::kLengthBatch, 1}}, "X"), Q("S", {{Stage::kIncrement, 0}}, "O"),
                Q("X", {}, "O")},
               {Rows(1, {1, 3})}, {1, 3, 2, 4});
}

TEST(OrderLaw, EmissionDigitStandsBeforeTheReader) {
  ExpectValues({Q("S", {{Stage::kLengthBatch, 1}}, "X"), Q("X", {}, "O"),
                Q("X", {{Stage::kIncrement, 0}}, "O")},
               {Rows(1, {1, 11})}, {1, 2, 11, 12});
}

TEST(OrderLaw, TiesOfTimersByTheirOwnPlace) {
  ExpectValues({Q("X", {{Stage::kIncrement, 0}}, "O"), Q("S", {{Stage::kDelay, 5}}, "O"),
                Q("S", {{Stage::kDelay, 5}}, "X")},
               {Rows(1, {5}), {-1, 10, {}}}, {5, 6});
}

TEST(OrderLaw, TriggerBeforeItsReader) {
  ExpectValues({Q("TR", {{Stage::kLastEvery, 5}}, "O")}, {{-1, 0, {}}, {-1, 11, {}}}, {1, 2},
               {{"TR", 5}});
}

TEST(OrderLaw, ReaderBeforeWhatFeedsIt) {
  ExpectValues({Q("X", {{Stage::kLastEvery, 5}}, "O"), Q("S", {{Stage::kDelay, 5}}, "X")},
               {Rows(0, {5}), {-1, 11, {}}}, {5});
}

TEST(OrderLaw, PatternSeesTheSourceFirst) {
  ExpectValues({{{"X", "S"}, {{Stage::kPattern, 10}}, "O", 0}, Q("S", {}, "X")}, {Rows(1, {5})},
               {});
}

TEST(OrderLaw, SelfJoinOfOneMessage) {
  ExpectValues({{{"S", "S"}, {{Stage::kJoin, 0}}, "O", 0}}, {Rows(1, {1, 2})}, {11, 21, 12, 22});
}

TEST(OrderLaw, LateRowsTimerComesAfterItsMessage) {
  ToyMessage late = Rows(104, {1});
  late.rows[0].ts = 99;
  ExpectValues({{{"S", "S"}, {{Stage::kAbsent, 5}}, "O", 0}}, {late}, {});
}

TEST(OrderLaw, OverdueTimersOfTwoReaders) {
  ToyMessage late = Rows(20, {2, 3});
  late.rows[0].ts = late.rows[1].ts = 10;
  ExpectValues({Q("S", {{Stage::kDelay, 5}}, "O"), Q("S", {}, "O")}, {late, Rows(20, {4})},
               {2, 3, 2, 3, 4});
}

TEST(OrderLaw, TimersWithinOneJump) {
  ExpectValues({Q("S", {{Stage::kDelay, 5}}, "X"), Q("X", {{Stage::kDelay, 5}}, "Y"),
                Q("Y", {{Stage::kTakeNow, 0}}, "O"), Q("S", {{Stage::kDelay, 7}}, "O")},
               {Rows(0, {5}), {-1, 100, {}}}, {5, 10});
}

TEST(OrderLaw, LoopSeesTheDeepestFirst) {
  ExpectValues({Q("S", {{Stage::kHop, 0}, {Stage::kIncrement, 0}}, "S"), Q("S", {}, "O")},
               {Rows(1, {1})}, {3, 2, 1});
}

TEST(OrderLaw, TimersOfOneMemberAtOneTime) {
  // Two timers of one member are due at once; all that the first leads to, the member's own next
  // step included, comes before the second.
  ExpectValues({{{"S", "Z"}, {{Stage::kAbsent, 5}, {Stage::kHop, 0}}, "S", 0}, Q("S", {}, "O")},
               {Rows(0, {1, 2}), {-1, 30, {}}}, {1, 2, 1, 2, 1, 2});
}

}  // namespace
}  // namespace weir::test
