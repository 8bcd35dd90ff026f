#include "testing/golden_text.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

using Lines = std::vector<std::string>;

TEST(GoldenTextTest, AnyStandsForOneValue) {
  EXPECT_TRUE(LinesMatch({"Out 1 [<any>, 2]"}, {"Out 1 [\"a, b] \\\" c\", 2]"}, false));
  EXPECT_TRUE(LinesMatch({"Out 1 [<any>]"}, {"Out 1 [null]"}, false));
  EXPECT_TRUE(LinesMatch({"Out <any> [<any>, <any>]"}, {"Out 17 [1.5, [1, 2]]"}, false));
  EXPECT_FALSE(LinesMatch({"Out 1 [<any>]"}, {"Out 1 [1, 2]"}, false));
  EXPECT_FALSE(LinesMatch({"Out 1 [<any>]"}, {"Out 1 []"}, false));
  EXPECT_FALSE(LinesMatch({"Out 1 [<any>, 3]"}, {"Out 1 [1, 2]"}, false));
}

TEST(GoldenTextTest, TildeMakesARegularExpression) {
  EXPECT_TRUE(LinesMatch({"~unknown .* 'x'$"}, {"unknown attribute 'x'"}, false));
  EXPECT_FALSE(LinesMatch({"~^known"}, {"unknown"}, false));
  EXPECT_FALSE(LinesMatch({"~(open"}, {"(open"}, false)) << "a bad expression matches nothing";
}

TEST(GoldenTextTest, OrderCountsUnlessAnyOrder) {
  EXPECT_FALSE(LinesMatch({"a", "b"}, {"b", "a"}, false));
  EXPECT_TRUE(LinesMatch({"a", "b"}, {"b", "a"}, true));
  EXPECT_FALSE(LinesMatch({"a", "a"}, {"a", "b"}, true));
  EXPECT_FALSE(LinesMatch({"a"}, {"a", "a"}, true));
}

TEST(GoldenTextTest, DiffShowsThreeLinesAround) {
  EXPECT_EQ(
      UnifiedDiff({"1", "2", "3", "4", "old", "5", "6", "7", "8"},
                  {"1", "2", "3", "4", "new", "more", "5", "6", "7", "8"}),
      "--- expected\n+++ actual\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-old\n+new\n+more\n 5\n 6\n 7\n");
}

TEST(GoldenTextTest, DiffOfNothing) {
  EXPECT_EQ(UnifiedDiff(Lines{}, {"a"}), "--- expected\n+++ actual\n@@ -1,0 +1,1 @@\n+a\n");
  EXPECT_EQ(UnifiedDiff({"a", "a"}, {"a"}), "--- expected\n+++ actual\n@@ -1,2 +1,1 @@\n a\n-a\n");
}

TEST(GoldenTextTest, WholeNumbers) {
  EXPECT_EQ(ParseWholeNumber("1500"), 1500);
  EXPECT_FALSE(ParseWholeNumber("15 "));
  EXPECT_FALSE(ParseWholeNumber(""));
  EXPECT_FALSE(ParseWholeNumber("1e3"));
}

}  // namespace
}  // namespace weir
