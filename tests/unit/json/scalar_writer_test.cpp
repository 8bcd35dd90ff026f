#include "json/scalar_writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "types/value.h"

namespace weir {
namespace {

std::string Written(double value) {
  char buffer[kNumberBytesMax];
  return std::string(buffer, WriteDouble(value, buffer));
}

std::string Written(float value) {
  char buffer[kNumberBytesMax];
  return std::string(buffer, WriteFloat(value, buffer));
}

std::string Written(const std::string& text) {
  std::vector<char> buffer(StringBytesMax(text.size()));
  return std::string(buffer.data(), WriteString(text, buffer.data()));
}

std::string Expected(double value) {
  std::string text;
  AppendDoubleJson(value, &text);
  return text;
}

std::string Expected(float value) {
  std::string text;
  AppendFloatJson(value, &text);
  return text;
}

TEST(ScalarWriterTest, WritesDoublesAsTheContractSays) {
  EXPECT_EQ(Written(10.0), "10.0");
  EXPECT_EQ(Written(-0.0), "-0.0");
  EXPECT_EQ(Written(75.6), "75.6");
  EXPECT_EQ(Written(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(Written(1e100), "1e+100");
  EXPECT_EQ(Written(std::nan("")), "\"NaN\"");
  EXPECT_EQ(Written(-std::numeric_limits<double>::infinity()), "\"-Infinity\"");
  EXPECT_EQ(Written(75.6f), "75.6");
}

TEST(ScalarWriterTest, SameBytesAsTheSlowWay) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 300'000; ++i) {
    const double decimals[] = {1, 10, 100, 1000, 10000};
    const int64_t digits = static_cast<int64_t>(random() >> (random() % 64));
    const double price = static_cast<double>(digits) / decimals[random() % 5];
    const double round = static_cast<double>(random() % 1000) * std::pow(10, random() % 20);
    const double bits = std::bit_cast<double>(random());
    for (const double value : {price, -price, round, bits}) {
      ASSERT_EQ(Written(value), Expected(value));
      const float single = static_cast<float>(value);
      ASSERT_EQ(Written(single), Expected(single));
    }
    const float single_bits = std::bit_cast<float>(static_cast<uint32_t>(random()));
    ASSERT_EQ(Written(single_bits), Expected(single_bits));
  }
}

TEST(ScalarWriterTest, EscapesStrings) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t size = random() % 40; text.size() < size;) {
      text += static_cast<char>(random() % 4 == 0 ? random() % 256 : 'a' + random() % 26);
    }
    std::string expected;
    AppendStringJson(text, &expected);
    ASSERT_EQ(Written(text), expected);
  }
}

}  // namespace
}  // namespace weir
