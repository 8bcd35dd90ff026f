#include <gtest/gtest.h>

#include "exec/dag_layout.h"
#include "exec/island_operator.h"
#include "unit/exec/toy_app.h"

namespace weir::test {
namespace {

ToyQuery Q(std::string input, std::vector<std::pair<Stage, int>> stages, std::string output,
           int mode = 0) {
  return {{std::move(input)}, std::move(stages), std::move(output), mode};
}

ToyMessage Rows(TimeMs at, std::vector<int> values) {
  ToyMessage message{0, at, {}};
  for (const int value : values) message.rows.push_back({at, 1, 0, value, 0});
  return message;
}

// The app fails, and with the same output before the same error whatever the epoch size.
void ExpectFailure(const ToyApp& app, const std::vector<ToyMessage>& messages,
                   const std::vector<int>& printed, const std::string& message,
                   const std::vector<size_t>& sizes = {1, 2, 3, 2048}) {
  for (const size_t size : sizes) {
    const ToyResult result = RunEngine(app, messages, {size});
    EXPECT_EQ(result.status.code(), StatusCode::kLimit);
    EXPECT_EQ(result.status.message(), message);
    std::vector<int> values;
    for (const Printed& p : result.printed) {
      for (const ToyRow& row : p.rows) values.push_back(row.value);
    }
    EXPECT_EQ(values, printed) << "epochs of " << size;
  }
}

TEST(Island, LoopWithoutEnd) {
  // Even values go round for ever. Nothing of the event that fails is shown.
  const ToyApp app{
      {"S"}, {}, {Q("S", {}, "O"), Q("S", {{Stage::kKey, 0}, {Stage::kFilter, 3}}, "S")}, {"O"}};
  ExpectFailure(app, {Rows(1, {3}), Rows(2, {6}), Rows(3, {4}), Rows(4, {9})}, {3, 6},
                "a loop without end, S -> q1 -> q1#2 -> q1.insert -> S: more than 1000 rounds for "
                "one event (limits.rounds)");
}

TEST(Island, LoopThatEndsInTime) {
  const ToyApp app{{"S"},
                   {},
                   {Q("S", {{Stage::kIncrement, 0}, {Stage::kFilter, 1000}}, "S"), Q("S", {}, "O")},
                   {"O"}};
  const std::vector<ToyMessage> messages = {Rows(1, {1})};
  const ToyResult result = RunEngine(app, messages, {1});
  ASSERT_TRUE(result.status.ok()) << result.status.message();
  EXPECT_EQ(result.printed.size(), 999u);
  EXPECT_EQ(Describe(result.printed), Describe(RunReference(app, messages).printed));
}

TEST(Island, LoopThatGrowsWithoutEnd) {
  // A length window gives each row back when it expires, so every round doubles the rows.
  const ToyApp app{{"S"}, {}, {Q("S", {{Stage::kLength, 1}}, "S", 2), Q("S", {}, "O")}, {"O"}};
  ExpectFailure(app, {Rows(1, {1}), Rows(2, {2})}, {},
                "a loop that grows without end, through S: more than 1048576 rows for one event "
                "(limits.loop_rows)",
                {1, 2048});
}

TEST(Island, TimersWithoutDelayAndWithoutEnd) {
  // The event and 510 rounds; the last of the 511 rounds would arm one more.
  const ToyApp app{
      {"S"}, {}, {Q("S", {}, "O"), Q("S", {{Stage::kFilter, 2}, {Stage::kDelay, 0}}, "S")}, {"O"}};
  std::vector<int> printed = {2, 4};
  printed.insert(printed.end(), 511, 1);
  ExpectFailure(app, {Rows(1, {2}), Rows(2, {4}), Rows(3, {1}), Rows(4, {8})}, printed,
                "q1#2: timers without delay and without end: more than 511 rounds at one time "
                "(limits.rounds)");
}

TEST(Island, FirstOfTwoFailuresCounts) {
  // Both loops fail, the one on X before the one on S in every epoch that holds both.
  const ToyApp app{{"S"},
                   {},
                   {Q("S", {{Stage::kFilter, 2}}, "X"), Q("X", {}, "X"),
                    Q("S", {{Stage::kFilter, 3}}, "Y"), Q("Y", {}, "Y"), Q("S", {}, "O")},
                   {"O"}};
  for (const size_t size : {1, 2, 2048}) {
    const ToyResult result = RunEngine(app, {Rows(1, {6}), Rows(2, {4}), Rows(3, {3})}, {size});
    EXPECT_EQ(result.status.message().substr(0, 35), "a loop without end, Y -> q3.insert ");
    ASSERT_EQ(result.printed.size(), 1u);
  }
}

TEST(Island, InfoNamesMembersAndReason) {
  const ToyApp app{{"S"}, {}, {Q("S", {{Stage::kHop, 0}}, "S"), Q("S", {}, "O")}, {"O"}};
  const ToyResult result = RunEngine(app, {Rows(1, {1})}, {1});
  ASSERT_EQ(result.islands.size(), 1u);
  EXPECT_EQ(result.islands[0].members, (std::vector<std::string>{"q0", "q0.insert", "S"}));
  EXPECT_EQ(result.islands[0].reason, "its members feed each other");
}

// A chain of multi-emitters: node 0 is a source, node i reads node i - 1.
std::vector<LayoutNode> Chain(uint32_t length, int rank_width) {
  std::vector<LayoutNode> nodes(length + 1);
  nodes[0].source = true;
  for (uint32_t i = 1; i <= length; ++i) {
    nodes[i].multi_emitter = true;
    nodes[i].inputs = {{i - 1, 0, rank_width}};
  }
  return nodes;
}

TEST(Layout, ShortChainNeedsNoIsland) {
  for (const LayoutGroup& group : LayOut(Chain(3, 4), {{3, 0, 0}})) EXPECT_FALSE(group.island);
}

TEST(Layout, LongChainEndsInOneIsland) {
  const std::vector<LayoutGroup> groups = LayOut(Chain(40, 4), {{40, 0, 4}});
  // Two emitters take 80 bits; the third and all later ones share one digit.
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_FALSE(groups[0].island);
  EXPECT_FALSE(groups[1].island);
  EXPECT_TRUE(groups[2].island);
  EXPECT_EQ(groups[2].nodes.size(), 38u);
  EXPECT_EQ(groups[2].reason, "call paths through it could need 160 bits, 120 are there");
}

TEST(Layout, WhatLiesBetweenJoinsTheIsland) {
  // 1 and 2 emit much, 3 is plain, 4 reads 2 and 3, 3 reads 2; joining 4 with 2 takes 3 too.
  std::vector<LayoutNode> nodes = Chain(2, 24);
  LayoutNode plain;
  plain.inputs = {{2, 0, 0}};
  nodes.push_back(plain);
  LayoutNode last;
  last.multi_emitter = true;
  last.inputs = {{2, 1, 1}, {3, 0, 0}};
  nodes.push_back(last);
  const std::vector<LayoutGroup> groups = LayOut(nodes, {});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[1].nodes, (std::vector<NodeId>{2, 3, 4}));
}

TEST(Layout, LongChainOfPlainNodes) {
  std::vector<LayoutNode> nodes = Chain(200000, 0);
  for (LayoutNode& node : nodes) node.multi_emitter = false;
  EXPECT_EQ(LayOut(nodes, {}).size(), 200000u);
}

TEST(Layout, ChainOfEmittersRunsLawfully) {
  ToyApp app{{"S"}, {}, {}, {"O"}};
  std::string from = "S";
  for (int i = 0; i < 12; ++i) {
    const std::string to = i == 11 ? "O" : "X" + std::to_string(i);
    app.queries.push_back(
        Q(from, {{i % 3 == 0 ? Stage::kEachRow : Stage::kLengthBatch, 1 + i % 2}}, to, i % 3 == 1));
    app.queries.push_back(Q(from, {{Stage::kEachRow, 0}, {Stage::kSum, 0}}, "O"));
    from = to;
  }
  std::vector<ToyMessage> messages;
  for (int m = 0; m < 5; ++m) messages.push_back(Rows(m, {m, m + 1, m + 2}));
  const ToyResult expected = RunReference(app, messages);
  ASSERT_FALSE(expected.too_big);
  ASSERT_FALSE(expected.printed.empty());
  for (const size_t size : {1, 3, 2048}) {
    const ToyResult result = RunEngine(app, messages, {size});
    EXPECT_EQ(result.islands.size(), 1u);
    EXPECT_EQ(Describe(result.printed), Describe(expected.printed));
    EXPECT_EQ(result.states, expected.states);
  }
}

}  // namespace
}  // namespace weir::test
