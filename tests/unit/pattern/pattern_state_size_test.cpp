// How much of a state is stored again when little of it changed.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/state_map.h"
#include "unit/pattern/pattern_case.h"

namespace weir::test {
namespace {

using Records = std::map<std::string, std::string, std::less<>>;

Records Saved(const Operator& op) {
  StateMap map;
  StateWriter writer(&map);
  op.SaveOwned("pattern", writer);
  return map.records();
}

struct Sizes {
  size_t all = 0;
  size_t changed = 0;  // of records that are new or other than before
};

Sizes Compare(const Records& before, const Records& after) {
  Sizes sizes;
  for (const auto& [key, value] : after) {
    const size_t bytes = key.size() + value.size();
    sizes.all += bytes;
    const auto old = before.find(key);
    if (old == before.end() || old->second != value) sizes.changed += bytes;
  }
  return sizes;
}

// every e1=S[v < 5] -> e2=S[v >= 5 and k == e1.k] within an hour
PatternCase PairsByKey() {
  PatternCase pattern;
  pattern.states = {{0, {{kAmount, CompareOp::kLess, std::nullopt, 5}}},
                    {0,
                     {{kAmount, CompareOp::kGreaterEqual, std::nullopt, 5},
                      {kKey, CompareOp::kEqual, Capture{0, {}, kKey}}}}};
  pattern.root = GroupNode(PatternNode::Kind::kNext,
                           {GroupNode(PatternNode::Kind::kEvery, {StateNode(0)}), StateNode(1)});
  pattern.within = 3'600'000;
  return pattern;
}

// The state with `waiting` partial matches, against that one hundredth of the events later.
Sizes AfterOneHundredth(int32_t waiting, bool completes) {
  std::vector<CaseEvent> events;
  for (int32_t i = 0; i < waiting; ++i) events.push_back({0, 1000 + i, {i, 0}});
  std::mt19937_64 random(7);
  const int32_t later = waiting / 100;
  for (int32_t i = 0; i < later; ++i) {
    const auto known = static_cast<int32_t>(random() % static_cast<uint64_t>(waiting));
    events.push_back({0, 1000 + waiting + i, {completes ? known : waiting + i, completes ? 9 : 0}});
  }
  CaseRun run;
  run.epoch_size = static_cast<size_t>(later);
  size_t epochs = 0;
  Records before;
  Sizes sizes;
  run.between = [&](const MakeOperator&, std::unique_ptr<Operator>* op) {
    ++epochs;
    if (epochs == 100) before = Saved(**op);
    if (epochs == 101) sizes = Compare(before, Saved(**op));
  };
  RunOperator(PairsByKey(), events, 1000, 1000 + 2 * waiting, run);
  return sizes;
}

TEST(PatternStateSizeTest, NewPartialMatchesWriteThemselves) {
  const Sizes sizes = AfterOneHundredth(20'000, /*completes=*/false);
  EXPECT_GT(sizes.all, 20'000u * 30);
  EXPECT_LT(sizes.all, 20'000u * 100);
  EXPECT_GT(sizes.changed, sizes.all / 200);
  EXPECT_LT(sizes.changed, sizes.all / 40);
}

TEST(PatternStateSizeTest, MatchesHereAndThereWriteTheirNeighbours) {
  const Sizes sizes = AfterOneHundredth(20'000, /*completes=*/true);
  EXPECT_GT(sizes.changed, sizes.all / 200);
  EXPECT_LT(sizes.changed, sizes.all / 6);
}

}  // namespace
}  // namespace weir::test
