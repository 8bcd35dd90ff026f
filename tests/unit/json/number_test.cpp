#include "json/number.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <random>
#include <string>

namespace weir {
namespace {

// The number points into a copy that the next call replaces.
bool ScanWhole(const std::string& text, ScannedNumber* number) {
  static std::string padded;
  padded = text + std::string(8, '\0');
  return ScanNumber(padded.c_str(), number) && number->end == padded.c_str() + text.size();
}

TEST(NumberTest, FollowsTheGrammar) {
  ScannedNumber number;
  for (const char* good : {"0", "-0", "10", "-12.5", "1e5", "1E+5", "1.0e-5", "0.001", "0e0"}) {
    EXPECT_TRUE(ScanWhole(good, &number)) << good;
  }
  for (const char* bad :
       {"", "-", "01", "+1", ".5", "1.", "1e", "1e+", "0x1", "1.e5", "NaN", "--1"}) {
    EXPECT_FALSE(ScanWhole(bad, &number)) << bad;
  }
}

TEST(NumberTest, IntegersHaveTheirRange) {
  const auto to_long = [](const std::string& text, int64_t* value) {
    ScannedNumber number;
    return ScanWhole(text, &number) && ToLong(number, value);
  };
  int64_t value;
  ASSERT_TRUE(to_long("9223372036854775807", &value));
  EXPECT_EQ(value, INT64_MAX);
  ASSERT_TRUE(to_long("-9223372036854775808", &value));
  EXPECT_EQ(value, INT64_MIN);
  EXPECT_FALSE(to_long("9223372036854775808", &value));
  EXPECT_FALSE(to_long("-9223372036854775809", &value));
  EXPECT_FALSE(to_long("18446744073709551616", &value));
  EXPECT_FALSE(to_long("100000000000000000000", &value));
  EXPECT_FALSE(to_long("1.0", &value));
  EXPECT_FALSE(to_long("1e3", &value));
  ScannedNumber number;
  int32_t small;
  ASSERT_TRUE(ScanWhole("-2147483648", &number) && ToInt(number, &small));
  EXPECT_EQ(small, INT32_MIN);
  ASSERT_TRUE(ScanWhole("2147483648", &number));
  EXPECT_FALSE(ToInt(number, &small));
}

TEST(NumberTest, TooLargeDoesNotFitAndTooSmallIsZero) {
  ScannedNumber number;
  double value = 1;
  ASSERT_TRUE(ScanWhole("1e400", &number));
  EXPECT_FALSE(ToDouble(number, &value));
  ASSERT_TRUE(ScanWhole("1e999999999999", &number));
  EXPECT_FALSE(ToDouble(number, &value));
  ASSERT_TRUE(ScanWhole("-1e-400", &number));
  ASSERT_TRUE(ToDouble(number, &value));
  EXPECT_EQ(value, 0);
  EXPECT_TRUE(std::signbit(value));
  ASSERT_TRUE(ScanWhole("0e999999999999", &number));
  ASSERT_TRUE(ToDouble(number, &value));
  EXPECT_EQ(value, 0);
  const std::string many_zeros = "0." + std::string(404, '0') + "1e404";
  ASSERT_TRUE(ScanWhole(many_zeros, &number));
  ASSERT_TRUE(ToDouble(number, &value));
  EXPECT_EQ(value, 0.1);
  float single;
  ASSERT_TRUE(ScanWhole("1e39", &number));
  EXPECT_FALSE(ToFloat(number, &single));
}

template <class T, class Convert>
void CompareWithFromChars(Convert convert, uint64_t seed) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 200'000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    text += std::to_string(random() >> (random() % 64));
    if (random() % 3 != 0) text += "." + std::to_string(random() >> (random() % 64));
    if (random() % 3 == 0) text += "e" + std::to_string(static_cast<int>(random() % 60) - 30);
    ScannedNumber number;
    ASSERT_TRUE(ScanWhole(text, &number)) << text;
    T value;
    T expected;
    const auto error = std::from_chars(text.data(), text.data() + text.size(), expected).ec;
    if (error != std::errc()) continue;
    ASSERT_TRUE(convert(number, &value)) << text;
    ASSERT_EQ(value, expected) << text;
  }
}

TEST(NumberTest, RoundsCorrectly) {
  CompareWithFromChars<double>(ToDouble, 1);
  CompareWithFromChars<float>(ToFloat, 2);
}

}  // namespace
}  // namespace weir
