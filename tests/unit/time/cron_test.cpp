#include "time/cron.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace weir {
namespace {

TimeMs At(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0) {
  using namespace std::chrono;
  const sys_days date = std::chrono::year(year) / month / day;
  return date.time_since_epoch().count() * TimeMs{86'400'000} +
         ((hour * 60 + minute) * 60 + second) * TimeMs{1000};
}

std::optional<TimeMs> Next(const std::string& text, TimeMs after) {
  const auto cron = CronSchedule::Parse(text);
  EXPECT_TRUE(cron.ok()) << text << ": " << cron.status().message();
  return cron.ok() ? cron.value().NextAfter(after) : std::nullopt;
}

TEST(Cron, EverySecond) {
  EXPECT_EQ(Next("* * * * * ?", 0), 1000);
  EXPECT_EQ(Next("* * * * * ?", 999), 1000);
  EXPECT_EQ(Next("* * * * * ?", 1000), 2000);
  EXPECT_EQ(Next("* * * * * ?", -1), 0);
  EXPECT_EQ(Next("* * * * * ?", -1500), -1000);
}

TEST(Cron, StepsCountFromTheirStart) {
  EXPECT_EQ(Next("*/20 * * * * ?", 20'000), 40'000);
  EXPECT_EQ(Next("*/20 * * * * ?", 40'000), 60'000);
  EXPECT_EQ(Next("5/20 * * * * ?", 25'000), 45'000);
  EXPECT_EQ(Next("/30 * * * * ?", 1), 30'000);
  EXPECT_EQ(Next("10-30/10 * * * * ?", 30'000), 70'000);
}

TEST(Cron, ListsAndRangesOverTheEnd) {
  EXPECT_EQ(Next("0 0 8,20 * * ?", At(2024, 5, 1, 8)), At(2024, 5, 1, 20));
  EXPECT_EQ(Next("0 0 22-2 * * ?", At(2024, 5, 1, 23, 30)), At(2024, 5, 2, 0));
  EXPECT_EQ(Next("0 0 22-2 * * ?", At(2024, 5, 2, 2)), At(2024, 5, 2, 22));
}

TEST(Cron, DaysOfWeek) {
  // 2024-05-03 is a Friday.
  EXPECT_EQ(Next("0 15 10 ? * MON-FRI", At(2024, 5, 3, 10, 15)), At(2024, 5, 6, 10, 15));
  EXPECT_EQ(Next("0 0 0 ? * 1", At(2024, 5, 3)), At(2024, 5, 5));
  EXPECT_EQ(Next("0 0 0 ? * fri-sun", At(2024, 5, 5)), At(2024, 5, 10));
}

TEST(Cron, DaysThatNotEveryMonthHas) {
  EXPECT_EQ(Next("0 0 12 31 * ?", At(2024, 4, 1)), At(2024, 5, 31, 12));
  EXPECT_EQ(Next("0 0 0 29 2 ?", At(2025, 1, 1)), At(2028, 2, 29));
  EXPECT_EQ(Next("0 0 0 29 FEB ?", At(2097, 1, 1)), At(2104, 2, 29));
  EXPECT_EQ(Next("0 0 0 31 2 ?", At(2024, 1, 1)), std::nullopt);
}

TEST(Cron, Years) {
  EXPECT_EQ(Next("0 0 0 1 1 ? 2030", At(2024, 1, 1)), At(2030, 1, 1));
  EXPECT_EQ(Next("0 0 0 1 1 ? 2020-2022", At(2021, 5, 1)), At(2022, 1, 1));
  EXPECT_EQ(Next("0 0 0 1 1 ? 2020", At(2024, 1, 1)), std::nullopt);
  EXPECT_EQ(Next("59 59 23 31 12 ? *", At(2024, 1, 1)), At(2024, 12, 31, 23, 59, 59));
}

// Every second of some days, found by asking one after the other and by looking at each.
TEST(Cron, FindsEveryTimeOfDay) {
  const auto cron = CronSchedule::Parse("7/13 5-50/9 3,4,23 * * ?");
  ASSERT_TRUE(cron.ok());
  TimeMs found = At(2024, 2, 28) - 1;
  int count = 0;
  for (TimeMs time = At(2024, 2, 28); time < At(2024, 3, 2); time += 1000) {
    const int second = static_cast<int>(time / 1000 % 60);
    const int minute = static_cast<int>(time / 60'000 % 60);
    const int hour = static_cast<int>(time / 3'600'000 % 24);
    if (second < 7 || (second - 7) % 13 != 0 || minute < 5 || minute > 50 ||
        (minute - 5) % 9 != 0 || (hour != 3 && hour != 4 && hour != 23)) {
      continue;
    }
    found = cron.value().NextAfter(found).value();
    ASSERT_EQ(found, time);
    ++count;
  }
  EXPECT_EQ(count, 3 * 3 * 6 * 5);
}

TEST(Cron, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", "* * * * *", "* * * * * * * *", "60 * * * * ?", "* * 24 * * ?", "* * * 0 * ?",
        "* * * * 13 ?", "* * * ? * 8", "* * * * * *", "* * * ? * ?", "x * * * * ?", "1- * * * * ?",
        "*/0 * * * * ?", "1,,2 * * * * ?", "1, * * * * ?", "* * * * FOO ?", "0 0 0 1 1 ? 1969"}) {
    EXPECT_FALSE(CronSchedule::Parse(text).ok()) << text;
  }
  EXPECT_TRUE(CronSchedule::Parse("0 0 0 L * ?").ok());
  EXPECT_TRUE(CronSchedule::Parse("0 0 0 ? * 6#3").ok());
}

}  // namespace
}  // namespace weir
