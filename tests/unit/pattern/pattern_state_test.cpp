// A pattern that is saved, destroyed and loaded goes on as if nothing had happened.
#include <gtest/gtest.h>

#include <map>

#include "base/state_map.h"
#include "unit/pattern/case_maker.h"

namespace weir::test {
namespace {

constexpr TimeMs kStart = 1000;
constexpr TimeMs kEnd = kStart + 600;
const std::string kOwner = "pattern";
using Records = std::map<std::string, std::string, std::less<>>;

Records Saved(const Operator& op) {
  StateMap map;
  StateWriter writer(&map);
  op.SaveOwned(kOwner, writer);
  return map.records();
}

Status Load(const Records& records, Operator* op) {
  StateMap map;
  for (const auto& [key, value] : records) map.Put(key, value);
  StateMap::Source source(map);
  StateReader reader(&source);
  op->LoadOwned(kOwner, std::nullopt, reader);
  return reader.status();
}

// Some patterns make more partial matches than can be run.
bool Explodes(const PatternCase& pattern, const std::vector<CaseEvent>& events) {
  return !RunReference(pattern, events, kStart, kEnd).has_value();
}

// Runs `count` random patterns, each with and without restarts.
void CompareRestarted(uint64_t first_seed, int count, Shape shape) {
  size_t restarts = 0;
  size_t rows = 0;
  for (int i = 0; i < count; ++i) {
    const uint64_t seed = first_seed + static_cast<uint64_t>(i);
    CaseMaker maker(seed, shape);
    const PatternCase pattern = maker.Pattern();
    const std::vector<CaseEvent> events = maker.Events(kStart);
    if (!ValidatePattern(pattern.Spec()).ok() || Explodes(pattern, events)) continue;
    for (CaseRun run :
         {CaseRun{1, true, false}, CaseRun{5, true, true}, CaseRun{2, false, false}}) {
      const std::vector<CaseRow> expected = RunOperator(pattern, events, kStart, kEnd, run);
      std::mt19937_64 random(seed);
      run.between = [&](const MakeOperator& make, std::unique_ptr<Operator>* op) {
        if (random() % 3 != 0) return;
        const Records records = Saved(**op);
        *op = make();
        const Status status = Load(records, op->get());
        ASSERT_TRUE(status.ok()) << status.message();
        ASSERT_EQ(Saved(**op), records);
        ++restarts;
      };
      ASSERT_EQ(RunOperator(pattern, events, kStart, kEnd, run), expected)
          << "seed " << seed << ", epoch " << run.epoch_size << ", index " << run.use_index << "\n"
          << pattern.Text() << "\n"
          << EventsText(events);
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed << "\n" << pattern.Text();
      rows += expected.size();
    }
  }
  EXPECT_GT(restarts, static_cast<size_t>(count));
  EXPECT_GT(rows, static_cast<size_t>(count) / 4);
}

TEST(PatternStateTest, Patterns) { CompareRestarted(1, 700, {false, false, false}); }
TEST(PatternStateTest, PatternsOutOfOrder) { CompareRestarted(2001, 400, {false, false, true}); }
TEST(PatternStateTest, Sequences) { CompareRestarted(4001, 500, {true, false, true}); }
TEST(PatternStateTest, PatternsWithAbsence) { CompareRestarted(6001, 700, {false, true, false}); }
TEST(PatternStateTest, SequencesWithAbsence) { CompareRestarted(9001, 500, {true, true, false}); }
TEST(PatternStateTest, GivenUp) { CompareRestarted(11001, 500, {false, true, true, true}); }

// Loads what `alter` makes of the state after some epochs; where that is taken for a state, what
// follows must at least run.
template <class Alter>
void RunAltered(uint64_t first_seed, int count, Shape shape, Alter&& alter) {
  for (int i = 0; i < count; ++i) {
    const uint64_t seed = first_seed + static_cast<uint64_t>(i);
    CaseMaker maker(seed, shape);
    const PatternCase pattern = maker.Pattern();
    const std::vector<CaseEvent> events = maker.Events(kStart);
    if (!ValidatePattern(pattern.Spec()).ok() || Explodes(pattern, events)) continue;
    std::mt19937_64 random(seed);
    CaseRun run;
    run.between = [&](const MakeOperator& make, std::unique_ptr<Operator>* op) {
      if (random() % 4 != 0) return;
      Records records = Saved(**op);
      alter(&random, &records);
      std::unique_ptr<Operator> loaded = make();
      if (Load(records, loaded.get()).ok()) *op = std::move(loaded);
    };
    RunOperator(pattern, events, kStart, kEnd, run);
  }
}

TEST(PatternStateTest, AlteredBytesDoNoHarm) {
  for (const Shape shape : {Shape{false, true, true, true}, Shape{true, true, false, false}}) {
    RunAltered(20001, 400, shape, [](std::mt19937_64* random, Records* records) {
      auto record =
          std::next(records->begin(), static_cast<ptrdiff_t>((*random)() % records->size()));
      const size_t changes = 1 + (*random)() % 2;
      for (size_t c = 0; c < changes && !record->second.empty(); ++c) {
        char& byte = record->second[(*random)() % record->second.size()];
        byte =
            static_cast<char>((*random)() % 2 == 0 ? (*random)() : byte ^ (1 << (*random)() % 8));
      }
    });
  }
}

// Calls check(records) with the state of some patterns.
template <class Check>
void ForSomeStates(Check&& check) {
  for (uint64_t seed = 30001; seed < 30100; ++seed) {
    CaseMaker maker(seed, {false, true, false, true});
    const PatternCase pattern = maker.Pattern();
    const std::vector<CaseEvent> events = maker.Events(kStart);
    if (!ValidatePattern(pattern.Spec()).ok() || Explodes(pattern, events)) continue;
    CaseRun run;
    run.epoch_size = 10;
    run.between = [&](const MakeOperator& make, std::unique_ptr<Operator>* op) {
      check(make, Saved(**op));
    };
    RunOperator(pattern, events, kStart, kEnd, run);
  }
}

TEST(PatternStateTest, MissingAndShortRecordsFail) {
  size_t checked = 0;
  ForSomeStates([&](const MakeOperator& make, const Records& records) {
    for (const auto& [key, value] : records) {
      Records altered = records;
      if (key.size() > kOwner.size() + 1) {  // without the first there is no state
        altered.erase(key);
        EXPECT_FALSE(Load(altered, make().get()).ok());
        altered = records;
      }
      altered[key].pop_back();
      EXPECT_FALSE(Load(altered, make().get()).ok());
      altered[key] = value + '\0';
      EXPECT_FALSE(Load(altered, make().get()).ok());
      ++checked;
    }
  });
  EXPECT_GT(checked, 500u);
}

}  // namespace
}  // namespace weir::test
