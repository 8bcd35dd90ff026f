#include "json/schema_inference.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

std::string Inferred(std::string_view text) {
  std::string result;
  for (const InferredAttribute& attribute : InferSchema(text, 100, "stdin")) {
    result += attribute.name + " " + std::string(TypeName(attribute.type)) +
              (attribute.takes_any_scalar ? "*" : "") + "\n";
  }
  return result;
}

TEST(SchemaInferenceTest, Types) {
  EXPECT_EQ(Inferred(R"({"i":1,"d":1.5,"e":1e3,"s":"x","b":true,"n":null,"o":{"a":[1]},"l":[1]})"),
            "i long\nd double\ne double\ns string\nb bool\nn string*\no object\nl object\n");
  EXPECT_EQ(Inferred("{\"a\":1}\n{\"a\":2.5}\n{\"a\":null}\n"), "a double\n");
  EXPECT_EQ(Inferred("{\"a\":null}\n{\"a\":1}\n"), "a long\n");
  EXPECT_EQ(Inferred("{\"a\":\"x\"}\n{\"a\":1}\n"), "a string*\n");
  EXPECT_EQ(Inferred("{\"a\":true}\n{\"a\":1}\n"), "a string*\n");
  EXPECT_EQ(Inferred("{\"a\":99999999999999999999}"), "a double\n");
}

TEST(SchemaInferenceTest, Lines) {
  EXPECT_EQ(Inferred(""), "");
  EXPECT_EQ(Inferred("broken\n{\"b\":1}\n\n{\"a\":1,\"b\":2}\n"), "b long\na long\n");
  EXPECT_EQ(Inferred("{\"timestamp\":5}\n{\"query\":\"x\"}\n"), "");
  EXPECT_EQ(Inferred(R"({"stream":"stdin","timestamp":1,"event":{"a":1}})"), "a long\n");
  EXPECT_EQ(Inferred(R"({"stream":"stdin","event":[{"a":1},{"b":"x"}]})"), "a long\nb string\n");
  EXPECT_EQ(Inferred(R"({"stream":"Other","event":{"a":1}})"), "");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{\"a\":1}\n";
  EXPECT_EQ(Inferred(text + "{\"late\":1}\n"), "a long\n");
}

}  // namespace
}  // namespace weir
