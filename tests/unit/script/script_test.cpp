#include "script/script.h"

#include <gtest/gtest.h>

#include <thread>

namespace weir {
namespace {

std::shared_ptr<const Script> Compiled(const std::string& body) {
  ScriptProblem problem;
  auto script = Script::Compile("f", body, &problem);
  EXPECT_NE(script, nullptr) << problem.message;
  return script;
}

Value Called(const Script& script, Type type, std::vector<Value> data = {},
             const ScriptMoment& moment = {}) {
  const Result<Value> result = script.Call(data, type, moment);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return result.ok() ? result.value() : Value::Null(type);
}

class ScriptTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Script::Available()) GTEST_SKIP() << "built without a script engine";
  }
};

TEST_F(ScriptTest, ProblemsHaveTheirPlaceInTheBody) {
  ScriptProblem problem;
  EXPECT_EQ(Script::Compile("f", "return 1 +;", &problem), nullptr);
  EXPECT_EQ(problem.line, 1u);
  EXPECT_EQ(problem.column, 10u);
  EXPECT_EQ(Script::Compile("f", "var ok;\n  return )", &problem), nullptr);
  EXPECT_EQ(problem.line, 2u);
  EXPECT_EQ(problem.column, 9u);
  // A body cannot end its function and go on behind it.
  EXPECT_EQ(Script::Compile("f", "return 1; } function g() {", &problem), nullptr);
}

TEST_F(ScriptTest, EachThreadHasAnEngineOfItsOwn) {
  const auto script =
      Compiled("kept = (typeof kept == 'undefined' ? 0 : kept) + data[0]; return kept;");
  EXPECT_EQ(Called(*script, Type::kInt, {Value::Int(3)}), Value::Int(3));
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&script, t] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(Called(*script, Type::kInt, {Value::Int(t + i)}), Value::Int(t + i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Called(*script, Type::kInt, {Value::Int(4)}), Value::Int(4));
}

TEST_F(ScriptTest, TheMomentIsAllThatChangesACall) {
  const auto clock = Compiled("return Date.now();");
  EXPECT_EQ(Called(*clock, Type::kLong, {}, {1700000000123, 0}), Value::Long(1700000000123));
  const auto random = Compiled("return Math.random();");
  const Value first = Called(*random, Type::kDouble, {}, {0, 1});
  EXPECT_EQ(Called(*random, Type::kDouble, {}, {0, 1}), first);
  EXPECT_FALSE(Called(*random, Type::kDouble, {}, {0, 2}) == first);
}

TEST_F(ScriptTest, StepsAreCountedTheSameEachTime) {
  // Just as many rounds as the limit allows pass or fail always.
  const auto loop = Compiled("for (var i = 0; i < data[0]; i++) {} return i;");
  for (const int rounds : {1000, 6'000'000, 1000, 6'000'000}) {
    const Value data[] = {Value::Int(rounds)};
    EXPECT_EQ(loop->Call(data, Type::kInt, {}).ok(), rounds == 1000);
  }
}

TEST_F(ScriptTest, AnInvalidTextIsAFault) {
  const auto script = Compiled("return data[0];");
  const Value data[] = {Value::String("\xff\xfe")};
  EXPECT_FALSE(script->Call(data, Type::kString, {}).ok());
  EXPECT_EQ(Called(*script, Type::kString, {Value::String(std::string("a\0b", 3))}),
            Value::String(std::string("a\0b", 3)));
}

}  // namespace
}  // namespace weir
