#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "library/builtins.h"

namespace weir::select_test {
namespace {

struct Step {
  uint32_t group;
  RowKind kind;
  Value value;
};

std::vector<Argument> OneArgument(Type type) {
  return {Argument{.type = type, .constant = {}, .column = {}}};
}

// Runs the steps through an aggregate in batches of at most `batch` rows.
std::vector<Value> RunSteps(const char* name, Type type, const std::vector<Step>& steps,
                            size_t batch, bool grouped, bool expires = true) {
  const AggregateSpec* spec = BuiltinRegistry().FindAggregate(name);
  const auto arguments = OneArgument(type);
  const auto aggregator = spec->make(arguments, expires);
  const Type result = spec->result_type(arguments);
  std::vector<Value> values;
  uint32_t groups_seen = 1;
  for (size_t begin = 0; begin < steps.size(); begin += batch) {
    const size_t end = std::min(steps.size(), begin + batch);
    ColumnBuilder column(type);
    std::vector<uint32_t> groups;
    std::vector<RowKind> kinds;
    for (size_t i = begin; i < end; ++i) {
      column.AppendValue(steps[i].value);
      groups.push_back(steps[i].group);
      kinds.push_back(steps[i].kind);
      groups_seen = std::max(groups_seen, steps[i].group + 1);
    }
    aggregator->EnsureGroups(groups_seen);
    const bool all_current = std::all_of(kinds.begin(), kinds.end(),
                                         [](RowKind kind) { return kind == RowKind::kCurrent; });
    const std::vector<ColumnPtr> arguments_columns = {column.Finish()};
    AggregateInput in{static_cast<uint32_t>(end - begin), grouped ? groups.data() : nullptr,
                      all_current ? nullptr : kinds.data(), arguments_columns};
    Column out(result, end - begin);
    aggregator->Update(in, &out);
    for (size_t i = 0; i < end - begin; ++i) values.push_back(out.GetValue(i));
  }
  return values;
}

enum class Order { kOldestFirst, kAnyOrder };

Value RandomValue(Type type, std::mt19937* random) {
  if ((*random)() % 8 == 0) return Value::Null(type);
  const int small = static_cast<int>((*random)() % 41) - 20;
  switch (type) {
    case Type::kBool:
      return Value::Bool(small > 0);
    case Type::kInt:
      return Value::Int(small);
    case Type::kLong:
      return Value::Long(small * int64_t{1'000'000'007});
    case Type::kFloat:
      return Value::Float(static_cast<float>(small) * 0.5f);
    case Type::kDouble:
      return Value::Double(small * 0.25);
    default:
      return Value::String(small % 2 == 0 ? std::to_string(small)
                                          : "a longer text " + std::to_string(small));
  }
}

// Adds and removes what was added, with resets, over `groups` groups.
std::vector<Step> RandomSteps(Type type, uint32_t groups, Order order, uint32_t seed,
                              bool resets = true) {
  std::mt19937 random(seed);
  std::vector<std::vector<Value>> held(groups);
  std::vector<Step> steps;
  bool grows = true;
  for (int i = 0; i < 2000; ++i) {
    if (i % 97 == 0) grows = random() % 2 == 0;
    if (resets && random() % 200 == 0) {
      for (auto& values : held) values.clear();
      steps.push_back({0, RowKind::kReset, Value::Null(type)});
      continue;
    }
    const uint32_t group = random() % groups;
    auto& values = held[group];
    if (values.empty() || random() % 4 < (grows ? 3u : 1u)) {
      values.push_back(RandomValue(type, &random));
      steps.push_back({group, RowKind::kCurrent, values.back()});
    } else {
      const size_t at = order == Order::kOldestFirst ? 0 : random() % values.size();
      steps.push_back({group, RowKind::kExpired, values[at]});
      values.erase(values.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return steps;
}

using Naive = std::function<Value(const std::vector<Value>& held)>;

// What the aggregate ought to say after each step, computed anew from the values held.
std::vector<Value> Model(const std::vector<Step>& steps, Type result, const Naive& naive) {
  std::vector<std::vector<Value>> held;
  std::vector<Value> values;
  for (const Step& step : steps) {
    if (step.kind == RowKind::kReset) {
      held.clear();
      values.push_back(Value::Null(result));
      continue;
    }
    if (held.size() <= step.group) held.resize(step.group + 1);
    auto& group = held[step.group];
    if (step.kind == RowKind::kCurrent) {
      group.push_back(step.value);
    } else {
      group.erase(std::find(group.begin(), group.end(), step.value));
    }
    values.push_back(naive(group));
  }
  return values;
}

std::vector<Value> NotNull(const std::vector<Value>& held) {
  std::vector<Value> values;
  for (const Value& value : held) {
    if (!value.is_null()) values.push_back(value);
  }
  return values;
}

void ExpectNear(const std::vector<Value>& expected, const std::vector<Value>& actual) {
  ASSERT_EQ(expected.size(), actual.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(expected[i].is_null(), actual[i].is_null()) << "step " << i;
    ASSERT_EQ(expected[i].type(), actual[i].type());
    if (expected[i].is_null()) continue;
    if (expected[i].type() == Type::kDouble) {
      const double want = expected[i].double_value();
      ASSERT_NEAR(want, actual[i].double_value(), 1e-12 * std::max(1.0, std::fabs(want)))
          << "step " << i;
    } else {
      ASSERT_EQ(expected[i].ToText(), actual[i].ToText()) << "step " << i;
    }
  }
}

// The aggregate against the model: with one group and many, values going in order and not, and
// batches of any size.
void Check(const char* name, Type type, const Naive& naive) {
  const AggregateSpec* spec = BuiltinRegistry().FindAggregate(name);
  ASSERT_NE(spec, nullptr) << name;
  const Type result = spec->result_type(OneArgument(type));
  for (const Order order : {Order::kOldestFirst, Order::kAnyOrder}) {
    for (const uint32_t groups : {1u, 7u}) {
      const auto steps = RandomSteps(type, groups, order, groups * 10 + 3);
      const auto expected = Model(steps, result, naive);
      const auto whole = RunSteps(name, type, steps, steps.size(), groups > 1);
      SCOPED_TRACE(std::string(name) + " over " + std::string(TypeName(type)));
      ExpectNear(expected, whole);
      for (const size_t batch : {size_t{1}, size_t{3}, size_t{64}}) {
        const auto split = RunSteps(name, type, steps, batch, groups > 1);
        ASSERT_TRUE(std::equal(whole.begin(), whole.end(), split.begin(), split.end()));
      }
    }
  }
}

constexpr Type kNumbers[] = {Type::kInt, Type::kLong, Type::kFloat, Type::kDouble};

TEST(Aggregates, TakeTheArgumentsTheirSpecsSay) {
  const auto fits = [](const char* name, std::initializer_list<Type> types) {
    std::vector<Argument> arguments;
    for (const Type type : types) arguments.push_back(OneArgument(type)[0]);
    return MatchOverload(name, BuiltinRegistry().FindAggregate(name)->overloads, arguments).ok();
  };
  for (const char* name : {"sum", "avg", "min", "max", "minForever", "maxForever", "stdDev"}) {
    for (const Type type : kNumbers) EXPECT_TRUE(fits(name, {type})) << name;
    for (const Type type : {Type::kBool, Type::kString, Type::kObject}) {
      EXPECT_FALSE(fits(name, {type})) << name;
    }
    EXPECT_FALSE(fits(name, {}) || fits(name, {Type::kInt, Type::kInt})) << name;
  }
  for (const char* name : {"and", "or"}) {
    EXPECT_TRUE(fits(name, {Type::kBool}));
    EXPECT_FALSE(fits(name, {Type::kInt}) || fits(name, {Type::kBool, Type::kBool}));
  }
  EXPECT_TRUE(fits("count", {}) && fits("count", {Type::kObject}));
  EXPECT_FALSE(fits("count", {Type::kInt, Type::kInt}));
  EXPECT_TRUE(fits("distinctCount", {Type::kBool}) && fits("distinctCount", {Type::kString}));
  EXPECT_FALSE(fits("distinctCount", {}));
  EXPECT_TRUE(fits("unionSet", {Type::kObject}));
  EXPECT_FALSE(fits("unionSet", {Type::kString}));
}

TEST(Aggregates, SumEqualsTheModel) {
  for (const Type type : kNumbers) {
    Check("sum", type, [type](const std::vector<Value>& held) {
      const auto values = NotNull(held);
      if (IsInteger(type)) {
        int64_t sum = 0;
        for (const Value& value : values) sum += value.AsLong();
        return values.empty() ? Value::Null(Type::kLong) : Value::Long(sum);
      }
      double sum = 0;
      for (const Value& value : values) sum += value.AsDouble();
      return values.empty() ? Value::Null(Type::kDouble) : Value::Double(sum);
    });
  }
}

TEST(Aggregates, AvgAndStdDevEqualTheModel) {
  for (const Type type : kNumbers) {
    Check("avg", type, [](const std::vector<Value>& held) {
      const auto values = NotNull(held);
      long double sum = 0;
      for (const Value& value : values) sum += value.AsDouble();
      return values.empty() ? Value::Null(Type::kDouble)
                            : Value::Double(static_cast<double>(
                                  sum / static_cast<long double>(values.size())));
    });
    Check("stdDev", type, [](const std::vector<Value>& held) {
      const auto values = NotNull(held);
      const auto n = static_cast<long double>(values.size());
      long double sum = 0, squares = 0;
      for (const Value& value : values) sum += value.AsDouble();
      for (const Value& value : values) {
        squares += (value.AsDouble() - sum / n) * (value.AsDouble() - sum / n);
      }
      return values.empty() ? Value::Null(Type::kDouble)
                            : Value::Double(static_cast<double>(std::sqrt(squares / n)));
    });
  }
}

TEST(Aggregates, MinAndMaxEqualTheModel) {
  for (const Type type : kNumbers) {
    for (const bool max : {false, true}) {
      Check(max ? "max" : "min", type, [type, max](const std::vector<Value>& held) {
        Value best = Value::Null(type);
        for (const Value& value : NotNull(held)) {
          if (best.is_null() ||
              (max ? value.AsDouble() > best.AsDouble() : value.AsDouble() < best.AsDouble())) {
            best = value;
          }
        }
        return best;
      });
    }
  }
}

TEST(Aggregates, CountsEqualTheModel) {
  for (const Type type :
       {Type::kBool, Type::kInt, Type::kLong, Type::kFloat, Type::kDouble, Type::kString}) {
    Check("count", type, [](const std::vector<Value>& held) {
      return Value::Long(static_cast<int64_t>(held.size()));
    });
    Check("distinctCount", type, [](const std::vector<Value>& held) {
      std::vector<std::string> texts;
      for (const Value& value : held)
        texts.push_back((value.is_null() ? "n" : "v") + value.ToText());
      std::sort(texts.begin(), texts.end());
      return Value::Long(std::unique(texts.begin(), texts.end()) - texts.begin());
    });
  }
}

TEST(Aggregates, AndAndOrEqualTheModel) {
  const auto count = [](const std::vector<Value>& held, bool wanted) {
    return std::count_if(held.begin(), held.end(), [wanted](const Value& value) {
      return !value.is_null() && value.bool_value() == wanted;
    });
  };
  Check("and", Type::kBool, [count](const std::vector<Value>& held) {
    return Value::Bool(count(held, true) > 0 && count(held, false) == 0);
  });
  Check("or", Type::kBool,
        [count](const std::vector<Value>& held) { return Value::Bool(count(held, true) > 0); });
}

TEST(Aggregates, ForeverExtremesOutliveResetsAndRemovals) {
  const std::vector<Step> steps = {
      {0, RowKind::kCurrent, Value::Null(Type::kInt)}, {0, RowKind::kCurrent, Value::Int(5)},
      {0, RowKind::kCurrent, Value::Int(9)},           {0, RowKind::kExpired, Value::Int(9)},
      {0, RowKind::kReset, Value::Null(Type::kInt)},   {0, RowKind::kCurrent, Value::Int(7)},
      {0, RowKind::kExpired, Value::Int(3)},           {0, RowKind::kCurrent, Value::Int(4)}};
  for (const bool grouped : {false, true}) {
    std::vector<std::string> max, min;
    for (const Value& value : RunSteps("maxForever", Type::kInt, steps, 3, grouped)) {
      max.push_back(value.ToText());
    }
    for (const Value& value : RunSteps("minForever", Type::kInt, steps, 3, grouped)) {
      min.push_back(value.ToText());
    }
    using Texts = std::vector<std::string>;
    EXPECT_EQ(max, (Texts{"null", "5", "9", "9", "null", "9", "9", "9"}));
    EXPECT_EQ(min, (Texts{"null", "5", "5", "5", "null", "5", "3", "3"}));
  }
}

TEST(Aggregates, WithoutExpiryExtremesStillFollowResets) {
  std::vector<Step> steps;
  for (const int value : {3, 8, 5}) steps.push_back({0, RowKind::kCurrent, Value::Int(value)});
  steps.push_back({0, RowKind::kReset, Value::Null(Type::kInt)});
  steps.push_back({0, RowKind::kCurrent, Value::Int(4)});
  std::vector<std::string> texts;
  for (const Value& value : RunSteps("max", Type::kInt, steps, 2, false, /*expires=*/false)) {
    texts.push_back(value.ToText());
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"3", "8", "8", "null", "4"}));
}

TEST(Aggregates, LongSumsAreExactAndWrap) {
  const int64_t big = std::numeric_limits<int64_t>::max();
  const auto values = RunSteps("sum", Type::kLong,
                               {{0, RowKind::kCurrent, Value::Long(big)},
                                {0, RowKind::kCurrent, Value::Long(9007199254740993)},
                                {0, RowKind::kExpired, Value::Long(big)}},
                               10, false);
  EXPECT_EQ(values[1].long_value(), std::numeric_limits<int64_t>::min() + 9007199254740992);
  EXPECT_EQ(values[2].long_value(), 9007199254740993);
  const auto mean =
      RunSteps("avg", Type::kLong,
               {{0, RowKind::kCurrent, Value::Long(big)}, {0, RowKind::kCurrent, Value::Long(big)}},
               10, false);
  EXPECT_EQ(mean[1].double_value(), static_cast<double>(big));
}

TEST(Aggregates, DoubleSumsDoNotDrift) {
  std::vector<Step> steps = {{0, RowKind::kCurrent, Value::Double(0.1)},
                             {0, RowKind::kCurrent, Value::Double(1e17)},
                             {0, RowKind::kExpired, Value::Double(1e17)}};
  EXPECT_EQ(RunSteps("sum", Type::kDouble, steps, 10, false)[2].double_value(), 0.1);
  for (int i = 0; i < 100'000; ++i) {
    steps.push_back({0, RowKind::kCurrent, Value::Double(i * 0.37)});
    steps.push_back({0, RowKind::kExpired, Value::Double(i * 0.37)});
  }
  EXPECT_EQ(RunSteps("avg", Type::kDouble, steps, 100, false).back().double_value(), 0.1);
}

TEST(Aggregates, SpecialDoublesLeaveNoTrace) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Step> steps = {{0, RowKind::kCurrent, Value::Double(2.5)},
                                   {0, RowKind::kCurrent, Value::Double(infinity)},
                                   {0, RowKind::kCurrent, Value::Double(-infinity)},
                                   {0, RowKind::kExpired, Value::Double(infinity)},
                                   {0, RowKind::kExpired, Value::Double(-infinity)}};
  const auto sums = RunSteps("sum", Type::kDouble, steps, 10, false);
  EXPECT_EQ(sums[1].double_value(), infinity);
  EXPECT_TRUE(std::isnan(sums[2].double_value()));
  EXPECT_EQ(sums[3].double_value(), -infinity);
  EXPECT_EQ(sums[4].double_value(), 2.5);
  EXPECT_EQ(RunSteps("stdDev", Type::kDouble, steps, 10, false)[4].double_value(), 0.0);
}

TEST(Aggregates, StdDevSurvivesAnOutlier) {
  std::vector<Step> steps = {{0, RowKind::kCurrent, Value::Double(1e9)}};
  for (const double value : {1.001, 1.002, 1.003}) {
    steps.push_back({0, RowKind::kCurrent, Value::Double(value)});
  }
  steps.push_back({0, RowKind::kExpired, Value::Double(1e9)});
  EXPECT_NEAR(RunSteps("stdDev", Type::kDouble, steps, 10, false).back().double_value(),
              std::sqrt(2.0 / 3.0) * 1e-3, 1e-11);
  for (int i = 0; i < 3; ++i) steps[1 + static_cast<size_t>(i)].value = Value::Double(0.1);
  EXPECT_EQ(RunSteps("stdDev", Type::kDouble, steps, 10, false).back().double_value(), 0.0);
}

// Expired rows of a join need not pair with its current rows.
TEST(Aggregates, RemovingWhatIsNotHeldIsHarmless) {
  const std::vector<Step> steps = {
      {0, RowKind::kExpired, Value::Int(1)}, {0, RowKind::kCurrent, Value::Int(5)},
      {0, RowKind::kExpired, Value::Int(7)}, {0, RowKind::kCurrent, Value::Int(2)},
      {0, RowKind::kExpired, Value::Int(5)}, {0, RowKind::kExpired, Value::Int(2)}};
  std::vector<std::string> max, distinct;
  for (const Value& value : RunSteps("max", Type::kInt, steps, 1, false))
    max.push_back(value.ToText());
  for (const Value& value : RunSteps("distinctCount", Type::kInt, steps, 1, false)) {
    distinct.push_back(value.ToText());
  }
  using Texts = std::vector<std::string>;
  EXPECT_EQ(max, (Texts{"null", "5", "5", "5", "2", "null"}));
  EXPECT_EQ(distinct, (Texts{"0", "1", "1", "2", "1", "0"}));
}

ObjectRef TextObject(const char* text) {
  return std::make_shared<const Object>(Object{std::string(text)});
}

Value SetOf(std::initializer_list<const char*> texts) {
  Object::Set set;
  for (const char* text : texts) set.items.push_back(TextObject(text));
  return Value::FromObject(std::make_shared<const Object>(Object{std::move(set)}));
}

TEST(Aggregates, UnionSetCountsItsElements) {
  const std::vector<Step> steps = {{0, RowKind::kCurrent, SetOf({"b", "a"})},
                                   {0, RowKind::kCurrent, SetOf({"c", "a"})},
                                   {0, RowKind::kCurrent, Value::Null(Type::kObject)},
                                   {0, RowKind::kExpired, SetOf({"b", "a"})},
                                   {0, RowKind::kCurrent, SetOf({"b"})},
                                   {0, RowKind::kReset, Value::Null(Type::kObject)},
                                   {0, RowKind::kCurrent, SetOf({})}};
  std::vector<std::string> texts;
  for (const Value& value : RunSteps("unionSet", Type::kObject, steps, 2, true)) {
    std::string text;
    AppendJson(value.is_null() ? nullptr : value.object_value(), &text);
    texts.push_back(text);
  }
  EXPECT_EQ(texts, (std::vector<std::string>{R"(["b","a"])", R"(["b","a","c"])", R"(["b","a","c"])",
                                             R"(["a","c"])", R"(["a","c","b"])", "null", "[]"}));
}

TEST(Aggregates, AnEmptiedGroupIsNew) {
  const struct {
    const char* name;
    Value value;
  } cases[] = {{"sum", Value::Double(0.1)},
               {"sum", Value::Long(7)},
               {"avg", Value::Double(0.1)},
               {"count", Value::Int(1)},
               {"max", Value::Int(3)},
               {"stdDev", Value::Double(2)},
               {"distinctCount", Value::String("x")},
               {"and", Value::Bool(true)},
               {"or", Value::Bool(false)},
               {"unionSet", SetOf({"a"})}};
  for (const auto& c : cases) {
    const AggregateSpec* spec = BuiltinRegistry().FindAggregate(c.name);
    const auto arguments = OneArgument(c.value.type());
    const auto aggregator = spec->make(arguments, true);
    aggregator->EnsureGroups(2);
    EXPECT_TRUE(aggregator->IsNew(0) && aggregator->IsNew(1)) << c.name;
    ColumnBuilder column(c.value.type());
    column.AppendValue(c.value);
    const std::vector<ColumnPtr> columns = {column.Finish()};
    const uint32_t group = 1;
    Column out(spec->result_type(arguments), 1);
    RowKind kind = RowKind::kCurrent;
    const AggregateInput in{1, &group, &kind, columns};
    aggregator->Update(in, &out);
    EXPECT_TRUE(aggregator->IsNew(0) && !aggregator->IsNew(1)) << c.name;
    kind = RowKind::kExpired;
    aggregator->Update(in, &out);
    EXPECT_TRUE(aggregator->IsNew(1)) << c.name;
    kind = RowKind::kCurrent;
    aggregator->Update(in, &out);
    kind = RowKind::kReset;
    aggregator->Update(in, &out);
    EXPECT_TRUE(aggregator->IsNew(1)) << c.name;
  }
}

}  // namespace
}  // namespace weir::select_test
