// Random patterns over random events: the operator against the brute force matcher, with and
// without the index, whatever the epoch size and the selection of rows.
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/pattern/case_maker.h"

namespace weir::test {
namespace {

// The order among partial matches that are given up in one step is the operator's own.
void SetExpiredApart(std::vector<CaseRow>* rows) {
  const auto expired = std::stable_partition(rows->begin(), rows->end(),
                                             [](const CaseRow& row) { return row[0] != '-'; });
  std::sort(expired, rows->end());
}

// Who asks for partial matches that are given up gets the same matches as others. Returns how many
// are given up.
size_t CheckMatchesUnchanged(PatternCase pattern, const std::vector<CaseEvent>& events,
                             TimeMs start, TimeMs end, std::vector<CaseRow> rows) {
  const size_t all = rows.size();
  std::erase_if(rows, [](const CaseRow& row) { return row[0] == '-'; });
  pattern.gives_expired = false;
  EXPECT_EQ(RunOperator(pattern, events, start, end, CaseRun{}), rows) << pattern.Text();
  return all - rows.size();
}

void Compare(uint64_t first_seed, int count, Shape shape) {
  constexpr TimeMs kStart = 1000;
  size_t matches = 0;
  size_t given_up = 0;
  int compared = 0;
  for (int i = 0; i < count; ++i) {
    const uint64_t seed = first_seed + static_cast<uint64_t>(i);
    CaseMaker maker(seed, shape);
    const PatternCase pattern = maker.Pattern();
    const std::vector<CaseEvent> events = maker.Events(kStart);
    if (!ValidatePattern(pattern.Spec()).ok()) continue;
    const TimeMs end = kStart + 600;
    const auto reference = RunReference(pattern, events, kStart, end);
    if (!reference) continue;
    std::vector<CaseRow> expected = *reference;
    if (shape.expired) {
      SetExpiredApart(&expected);
      given_up += CheckMatchesUnchanged(pattern, events, kStart, end, expected);
    }
    ++compared;
    matches += expected.size();
    std::optional<std::vector<CaseRow>> first_run;
    for (const CaseRun& run : {CaseRun{1, true, false}, CaseRun{3, true, true},
                               CaseRun{1000, true, false}, CaseRun{7, false, false}}) {
      std::vector<CaseRow> rows = RunOperator(pattern, events, kStart, end, run);
      if (!first_run) first_run = rows;
      ASSERT_EQ(rows, *first_run) << "seed " << seed << ", epoch " << run.epoch_size << "\n"
                                  << pattern.Text();
      if (shape.expired) SetExpiredApart(&rows);
      ASSERT_EQ(rows, expected) << "seed " << seed << ", epoch " << run.epoch_size << ", index "
                                << run.use_index << "\n"
                                << pattern.Text() << "\n"
                                << EventsText(events);
    }
  }
  // The comparison means little if nothing matches.
  EXPECT_GT(compared, count / 2);
  EXPECT_GT(matches, static_cast<size_t>(count) / 4);
  if (shape.expired) {
    EXPECT_GT(given_up, static_cast<size_t>(count) / 4);
  }
}

TEST(PatternPropertyTest, Patterns) { Compare(1, 4000, {false, false, false}); }
TEST(PatternPropertyTest, PatternsOutOfOrder) { Compare(100001, 2000, {false, false, true}); }
TEST(PatternPropertyTest, Sequences) { Compare(200001, 4000, {true, false, false}); }
TEST(PatternPropertyTest, SequencesOutOfOrder) { Compare(300001, 1000, {true, false, true}); }
TEST(PatternPropertyTest, PatternsWithAbsence) { Compare(400001, 4000, {false, true, false}); }
TEST(PatternPropertyTest, SequencesWithAbsence) { Compare(500001, 3000, {true, true, false}); }
TEST(PatternPropertyTest, PatternsGivenUp) { Compare(600001, 3000, {false, true, false, true}); }
TEST(PatternPropertyTest, SequencesGivenUp) { Compare(700001, 3000, {true, true, false, true}); }
TEST(PatternPropertyTest, GivenUpOutOfOrder) { Compare(800001, 1000, {false, false, true, true}); }

}  // namespace
}  // namespace weir::test
