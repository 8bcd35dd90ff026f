// Calls: overloads, the adapters of per-value bodies, and the built-in functions.
#include <gtest/gtest.h>

#include <set>

#include "expr/scalar_function.h"
#include "library/builtins.h"
#include "unit/expr/test_rows.h"

namespace weir::expr_test {
namespace {

Result<ExprPtr> TryCall(const char* name, std::vector<ExprPtr> arguments) {
  const FunctionSpec* spec = BuiltinRegistry().FindFunction(name);
  if (spec == nullptr) return Status::Invalid(std::string("no function ") + name);
  return MakeCall(*spec, std::move(arguments), 7);
}

ExprPtr Call(const char* name, std::vector<ExprPtr> arguments) {
  return TryCall(name, std::move(arguments)).value();
}

std::string Refusal(const char* name, std::vector<ExprPtr> arguments) {
  const Result<ExprPtr> result = TryCall(name, std::move(arguments));
  return result.ok() ? "accepted" : result.status().message();
}

ExprPtr Text(const char* text) { return Constant(Value::String(text)); }
ExprPtr Number(int32_t number) { return Constant(Value::Int(number)); }

Value Converted(Value value, const char* type) {
  return FoldedValue(Call("convert", {Constant(std::move(value)), Text(type)}));
}

ObjectRef Holding(decltype(Object::value) value) {
  return std::make_shared<const Object>(Object{std::move(value)});
}

TEST(FunctionTest, RefusesArgumentsThatFitNoOverload) {
  EXPECT_EQ(Refusal("coalesce", {}), "coalesce(): no such parameters; it takes (<any> arg, ...)");
  EXPECT_EQ(Refusal("sizeOfSet", {Text("a")}),
            "sizeOfSet(string): no such parameters; it takes (<object> set)");
  EXPECT_EQ(Refusal("currentTimeMillis", {Text("a")}),
            "currentTimeMillis(string): no such parameters; it takes ()");
  EXPECT_EQ(Refusal("convert", {Number(1)}),
            "convert(int): no such parameters; it takes (<any> to.be.converted, "
            "<string> converted.to)");
  EXPECT_EQ(Refusal("convert", {Number(1), MakeColumn(0, Type::kString, "s")}),
            "convert(int, string): argument 2 (converted.to) must be a constant");
  EXPECT_EQ(Refusal("coalesce", {Constant(Value::Double(1)), Constant(Value::Float(1))}),
            "coalesce(double, float): types differ, double and float");
  for (const char* type : {"invalidType", "object"}) {
    EXPECT_NE(Refusal("convert", {Number(1), Text(type)}), "accepted");
    EXPECT_NE(Refusal("cast", {Number(1), Text(type)}), "accepted");
  }
  EXPECT_NE(Refusal("convert", {MakeColumn(0, Type::kObject, "o"), Text("int")}), "accepted");
  EXPECT_NE(Refusal("default", {Number(1), Number(2), Number(3)}), "accepted");
  EXPECT_NE(Refusal("default", {Number(1), Text("a")}), "accepted");
  EXPECT_NE(Refusal("ifThenElse", {Number(35), Text("a"), Text("b")}), "accepted");
  EXPECT_NE(Refusal("ifThenElse", {Constant(Value::Bool(true)), Text("b"), Number(1)}), "accepted");
  EXPECT_NE(Refusal("maximum", {Number(1), Constant(Value::Double(1))}), "accepted");
  EXPECT_NE(Refusal("createSet", {Number(1), Number(2)}), "accepted");
  EXPECT_NE(Refusal("instanceOfLong", {Number(1), Number(2)}), "accepted");
}

TEST(FunctionTest, EverySpecDescribesItself) {
  for (const FunctionSpec& spec : BuiltinRegistry().functions()) {
    EXPECT_GT(std::string(spec.summary).size(), 10u) << spec.name;
    EXPECT_EQ(std::string(spec.example).rfind(spec.name, 0), 0u) << spec.name;
    EXPECT_FALSE(std::string(spec.result).empty()) << spec.name;
    EXPECT_FALSE(spec.overloads.empty()) << spec.name;
  }
}

TEST(FunctionTest, NearestNameFindsTypingErrors) {
  const std::vector<std::string> names = {"price", "symbol", "volume"};
  EXPECT_EQ(NearestName("prise", names), "price");
  EXPECT_EQ(NearestName("Symbl", names), "symbol");
  EXPECT_EQ(NearestName("voluem", names), "volume");
  EXPECT_EQ(NearestName("timestamp", names), "");
}

TEST(FunctionTest, ConvertParsesStringsByTheRulesOfJava) {
  EXPECT_EQ(Converted(Value::String("-12"), "int"), Value::Int(-12));
  EXPECT_EQ(Converted(Value::String("+12"), "INT"), Value::Int(12));
  for (const char* text : {"", " 12", "12L", "1.0", "+-1", "2147483648", "0x10"}) {
    EXPECT_EQ(Converted(Value::String(text), "int"), Value::Null(Type::kInt)) << text;
  }
  EXPECT_EQ(Converted(Value::String("2147483648"), "long"), Value::Long(2147483648));
  EXPECT_EQ(Converted(Value::String(" -1.5e2f\n"), "double"), Value::Double(-150));
  EXPECT_EQ(Converted(Value::String(".5"), "float"), Value::Float(0.5f));
  EXPECT_EQ(Converted(Value::String("0x1.8p1"), "double"), Value::Double(3));
  EXPECT_EQ(Converted(Value::String("1e999"), "double").ToText(), "Infinity");
  EXPECT_EQ(Converted(Value::String("-Infinity"), "double").ToText(), "-Infinity");
  EXPECT_EQ(Converted(Value::String("NaN"), "float").ToText(), "NaN");
  for (const char* text : {"", "abc", "inf", "nan", "1 2", "--1", "1e", "0x12", "f", "."}) {
    EXPECT_EQ(Converted(Value::String(text), "double"), Value::Null(Type::kDouble)) << text;
  }
  EXPECT_EQ(Converted(Value::String("True"), "bool"), Value::Bool(true));
  EXPECT_EQ(Converted(Value::String("1"), "bool"), Value::Bool(false));
}

TEST(FunctionTest, ConvertChangesNumbers) {
  EXPECT_EQ(Converted(Value::Double(-45.9), "int"), Value::Int(-45));
  EXPECT_EQ(Converted(Value::Double(1e20), "int"), Value::Int(INT32_MAX));
  EXPECT_EQ(Converted(Value::Double(-1e20), "long"), Value::Long(INT64_MIN));
  EXPECT_EQ(Converted(Value::Float(9.3e18f), "long"), Value::Long(INT64_MAX));
  EXPECT_EQ(Converted(Value::Double(std::numeric_limits<double>::quiet_NaN()), "int"),
            Value::Int(0));
  EXPECT_EQ(Converted(Value::Long(4294967297), "int"), Value::Int(1));
  EXPECT_EQ(Converted(Value::Double(10), "string"), Value::String("10.0"));
  EXPECT_EQ(Converted(Value::Float(1e10f), "string"), Value::String("1.0E10"));
  EXPECT_EQ(Converted(Value::Int(2), "bool"), Value::Bool(false));
  EXPECT_EQ(Converted(Value::Float(1), "bool"), Value::Bool(true));
  EXPECT_EQ(Converted(Value::Bool(true), "double"), Value::Double(1));
  EXPECT_EQ(Converted(Value::Null(Type::kDouble), "string"), Value::Null(Type::kString));
  EXPECT_EQ(FoldedValue(Call("convert", {NullLiteral(), Text("int")})), Value::Null(Type::kInt));
}

TEST(FunctionTest, ObjectsAreTakenByWhatTheyHold) {
  const TestRows rows(
      {{Value::FromObject(Holding(std::string("IBM"))), Value::FromObject(Holding(int32_t{7})),
        Value::FromObject(Holding(2.5)), Value::FromObject(Holding(Object::List{{Holding(true)}})),
        Value::Null(Type::kObject)}},
      {Type::kObject});
  const auto values = [&](const ExprPtr& expr) {
    std::string text;
    for (const Value& value : EvalValues(expr, rows.chunk())) text += value.ToText() + " ";
    return text;
  };
  EXPECT_EQ(values(Call("cast", {rows.Column(0), Text("string")})), "IBM 7 2.5 [true] null ");
  EXPECT_EQ(values(Call("cast", {rows.Column(0), Text("long")})), "null 7 2 null null ");
  EXPECT_EQ(values(Call("instanceOfInteger", {rows.Column(0)})), "false true false false false ");
  EXPECT_EQ(values(Call("instanceOfString", {rows.Column(0)})), "true false false false false ");
  EXPECT_EQ(values(Call("sizeOfSet", {rows.Column(0)})), "null null null null 0 ");
  const ExprPtr set = Call("createSet", {Number(3)});
  EXPECT_EQ(FoldedValue(set).ToText(), "[3]");
  EXPECT_EQ(FoldedValue(Call("sizeOfSet", {set})), Value::Int(1));
}

TEST(FunctionTest, ChoosesAmongArguments) {
  TestRows rows({{Value::Int(1), Value::Null(Type::kInt), Value::Null(Type::kInt)},
                 {Value::Int(5), Value::Int(-6), Value::Null(Type::kInt)},
                 {Value::Bool(true), Value::Bool(false), Value::Null(Type::kBool)}},
                {Type::kInt, Type::kInt, Type::kBool});
  const auto values = [&](const ExprPtr& expr) {
    std::string text;
    for (const Value& value : EvalValues(expr, rows.chunk())) text += value.ToText() + " ";
    return text;
  };
  const ExprPtr a = rows.Column(0);
  const ExprPtr b = rows.Column(1);
  EXPECT_EQ(values(Call("coalesce", {a, b})), "1 -6 null ");
  EXPECT_EQ(values(Call("default", {a, Number(9)})), "1 9 9 ");
  EXPECT_EQ(values(Call("maximum", {a, b})), "5 -6 null ");
  EXPECT_EQ(values(Call("minimum", {a, b, Number(-5)})), "-5 -6 -5 ");
  EXPECT_EQ(values(Call("ifThenElse", {rows.Column(2), a, b})), "1 -6 null ");
  EXPECT_EQ(
      values(Call("ifThenElse", {rows.Column(2), Text("a text of some length"), NullLiteral()})),
      "a text of some length null null ");
  EXPECT_EQ(values(Call("instanceOfInteger", {a})), "true false false ");
  EXPECT_EQ(values(Call("instanceOfLong", {a})), "false false false ");
  EXPECT_EQ(values(Call("coalesce", {NullLiteral(), Number(76)})), "76 76 76 ");
  rows.Select({1});
  EXPECT_EQ(values(Call("coalesce", {a, b})), "-6 ");
}

TEST(FunctionTest, TimesComeFromTheRow) {
  TestRows rows({{Value::Int(1), Value::Int(2)}}, {Type::kInt});
  Timeline timeline;
  timeline.base = 50;
  timeline.clocks = {50, 50};
  EXPECT_EQ(EvalValues(Call("eventTimestamp", {}), rows.chunk(), &timeline),
            std::vector<Value>({Value::Long(1000), Value::Long(1001)}));
  EXPECT_EQ(EvalValues(Call("currentTimeMillis", {}), rows.chunk(), &timeline),
            std::vector<Value>({Value::Long(50), Value::Long(50)}));
  const ExprPtr call = Call("eventTimestamp", {});
  EXPECT_EQ(FoldConstants(call), call);
  EXPECT_TRUE(MakeIsNull(call)->volatile_value());
}

TEST(FunctionTest, UuidsDoNotDependOnTheEpoch) {
  // Two messages in one epoch, and the second one at the start of an epoch of its own; two rows
  // of one message differ by their place in it.
  const auto chunk_at = [](std::vector<uint32_t> positions, TimeMs since_base) {
    auto meta = std::make_shared<RowMeta>();
    for (const uint32_t position : positions) {
      meta->timestamps.push_back(1);
      meta->moments.push_back(PackMoment(position, since_base, kMessageRound));
    }
    return Chunk(std::make_shared<const Schema>(), {}, std::move(meta));
  };
  Timeline both;
  both.app_seed = 3;
  both.base = 100;
  both.first_message = 40;
  Timeline second = both;
  second.base = 105;
  second.first_message = 41;
  const ExprPtr uuid = Call("UUID", {});
  const std::vector<Value> together = EvalValues(uuid, chunk_at({0, 1, 1}, 7), &both);
  const std::vector<Value> alone = EvalValues(uuid, chunk_at({0, 0}, 2), &second);
  EXPECT_EQ(together[1], alone[0]);
  EXPECT_EQ(together[2], alone[1]);
  std::set<std::string> texts;
  for (const Value& value : together) texts.insert(value.string_value());
  EXPECT_EQ(texts.size(), 3u);
  for (const std::string& text : texts) {
    ASSERT_EQ(text.size(), 36u);
    for (const size_t dash : {8, 13, 18, 23}) EXPECT_EQ(text[dash], '-');
    EXPECT_EQ(text[14], '4');
  }
}

ExprPtr CallOf(BoundFunction function, std::vector<ExprPtr> arguments) {
  FunctionSpec spec;
  spec.name = "test";
  spec.overloads.emplace_back(arguments.size(), Parameter{"any"});
  spec.bind = [function](std::span<const Argument>, size_t) { return function; };
  return MakeCall(spec, std::move(arguments), 0).value();
}

TEST(AdapterTest, BodiesSeeNoNullsUnlessTheyAsk) {
  TestRows rows({{Value::Int(1), Value::Null(Type::kInt), Value::Int(-3)},
                 {Value::String("a"), Value::String("b"), Value::Null(Type::kString)}},
                {Type::kInt, Type::kString});
  const auto repeat = BindScalar([](int64_t count, std::string_view text) {
    std::string out;
    for (int64_t i = 0; i < 20 * count; ++i) out += text;
    return out;
  });
  EXPECT_EQ(EvalValues(CallOf(repeat, {rows.Column(0), rows.Column(1)}), rows.chunk()),
            std::vector<Value>({Value::String(std::string(20, 'a')), Value::Null(Type::kString),
                                Value::Null(Type::kString)}));
  const auto positive = BindScalar([](double value) -> std::optional<double> {
    if (value > 0) return value;
    return std::nullopt;
  });
  EXPECT_EQ(EvalValues(CallOf(positive, {rows.Column(0)}), rows.chunk()),
            std::vector<Value>(
                {Value::Double(1), Value::Null(Type::kDouble), Value::Null(Type::kDouble)}));
  const auto or_zero = BindScalar([](std::optional<int32_t> value) { return value.value_or(0); });
  EXPECT_EQ(EvalValues(CallOf(or_zero, {rows.Column(0)}), rows.chunk()),
            std::vector<Value>({Value::Int(1), Value::Int(0), Value::Int(-3)}));
  rows.Select({2});
  EXPECT_EQ(EvalValues(CallOf(or_zero, {rows.Column(0)}), rows.chunk()),
            std::vector<Value>({Value::Int(-3)}));
}

TEST(AdapterTest, ConstantsAreComputedOnce) {
  int calls = 0;
  const auto count = BindScalar([&calls](int32_t value, bool) {
    ++calls;
    return value + 1;
  });
  const ExprPtr call = CallOf(count, {Number(1), Constant(Value::Bool(true))});
  TestRows rows({std::vector<Value>(9, Value::Int(1))}, {Type::kInt});
  EXPECT_EQ(EvalValues(call, rows.chunk()), std::vector<Value>(9, Value::Int(2)));
  EXPECT_EQ(calls, 1);
  const ExprPtr null = CallOf(count, {rows.Column(0), Constant(Value::Null(Type::kBool))});
  EXPECT_EQ(EvalValues(null, rows.chunk()), std::vector<Value>(9, Value::Null(Type::kInt)));
  EXPECT_EQ(calls, 1);
}

TEST(AdapterTest, ValueBodiesSeeEverything) {
  const TestRows rows({{Value::Int(1), Value::Null(Type::kInt)}}, {Type::kInt});
  const auto text = BindValues(Type::kString, [](std::span<const Value> values) {
    return Value::String(values[0].ToText() + values[1].ToText());
  });
  EXPECT_EQ(
      EvalValues(CallOf(text, {rows.Column(0), Text(" pieces, or so")}), rows.chunk()),
      std::vector<Value>({Value::String("1 pieces, or so"), Value::String("null pieces, or so")}));
}

}  // namespace
}  // namespace weir::expr_test
