#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>

#include "base/state_map.h"
#include "library/builtins.h"
#include "library/objects/object_map.h"

namespace weir::select_test {
namespace {

struct Call {
  std::string name;
  std::vector<Argument> arguments;  // those without a constant are attributes
  // What the values of an attribute of type object are.
  enum class Objects { kSets, kLists, kMaps } objects = Objects::kLists;
};

Argument Attribute(Type type) { return {.type = type, .constant = {}, .column = {}}; }
Argument Constant(Value value) { return {.type = value.type(), .constant = value, .column = {}}; }

std::vector<Call> Calls() {
  std::vector<Call> calls = {{"count", {}}};
  for (const Type type : {Type::kInt, Type::kLong, Type::kFloat, Type::kDouble}) {
    for (const char* name :
         {"sum", "avg", "stdDev", "min", "max", "minForever", "maxForever", "distinctCount"}) {
      calls.push_back({name, {Attribute(type)}});
    }
    calls.push_back({"math:percentile", {Attribute(type), Constant(Value::Double(80))}});
  }
  for (const char* name : {"and", "or"}) calls.push_back({name, {Attribute(Type::kBool)}});
  const Argument text = Attribute(Type::kString);
  const Argument object = Attribute(Type::kObject);
  const Argument yes = Constant(Value::Bool(true));
  for (const Type type : {Type::kBool, Type::kString, Type::kObject}) {
    calls.push_back({"distinctCount", {Attribute(type)}});
    calls.push_back({"list:collect", {Attribute(type)}});
  }
  calls.push_back({"list:collect", {text, yes}});
  calls.push_back({"list:merge", {object}});
  calls.push_back({"list:merge", {object, yes}});
  calls.push_back({"map:collect", {text, Attribute(Type::kInt)}});
  calls.push_back({"map:collect", {Attribute(Type::kBool), Attribute(Type::kDouble)}});
  calls.push_back({"map:merge", {object}, Call::Objects::kMaps});
  calls.push_back({"unionSet", {object}, Call::Objects::kSets});
  calls.push_back({"json:group", {object, text, yes}, Call::Objects::kMaps});
  calls.push_back({"json:groupAsObject", {object}, Call::Objects::kMaps});
  calls.push_back({"str:groupConcat", {text}});
  const Argument separator = Constant(Value::String("-"));
  for (const char* order : {"ASC", "DESC"}) {
    calls.push_back({"str:groupConcat", {text, separator, yes, Constant(Value::String(order))}});
  }
  return calls;
}

class Rows {
 public:
  Rows(const Call& call, uint64_t seed) : call_(call), random_(seed) {}

  uint64_t Pick(uint64_t count) { return random_() % count; }
  std::vector<Value> Row() {
    std::vector<Value> row;
    for (const Argument& argument : call_.arguments) {
      row.push_back(argument.constant ? *argument.constant : Random(argument.type));
    }
    return row;
  }

 private:
  Value Random(Type type) {
    if (Pick(9) == 0) return Value::Null(type);
    const auto number = static_cast<int32_t>(Pick(400)) - 200;
    switch (type) {
      case Type::kBool:
        return Value::Bool(number > 0);
      case Type::kInt:
        return Value::Int(number);
      case Type::kLong:
        return Value::Long(number * int64_t{1'000'000'007});
      case Type::kFloat:
        return Value::Float(static_cast<float>(number) * 0.1f);
      case Type::kDouble:
        return Value::Double(Pick(50) == 0 ? HUGE_VAL : number * 1e10 + number * 0.1);
      case Type::kString:
        return Value::String((number % 2 == 0 ? "" : "a text that is not short ") +
                             std::to_string(number));
      default:
        return Value::FromObject(RandomObject());
    }
  }
  ObjectRef RandomObject() {
    if (call_.objects == Call::Objects::kMaps) {
      Object::Map map;
      map.entries.emplace_back("k" + std::to_string(Pick(100)), ToObject(Random(Type::kInt)));
      return MakeObject(std::move(map));
    }
    std::vector<ObjectRef> items;
    for (uint64_t left = Pick(4); left > 0; --left) {
      items.push_back(ToObject(Random(Pick(2) == 0 ? Type::kInt : Type::kString)));
    }
    if (call_.objects == Call::Objects::kSets) return MakeObject(Object::Set{std::move(items)});
    return MakeObject(Object::List{std::move(items)});
  }

  const Call& call_;
  std::mt19937_64 random_;
};

constexpr uint32_t kGroups = 3;

std::unique_ptr<Aggregator> Make(const Call& call, bool expires) {
  auto made = BuiltinRegistry().FindAggregate(call.name)->make(call.arguments, expires);
  made->EnsureGroups(kGroups);
  return made;
}

StateMap Saved(const Aggregator& aggregator) {
  StateMap state;
  StateWriter out(&state);
  out.BeginOwner("aggregate");
  for (uint32_t group = 0; group < kGroups; ++group) aggregator.SaveGroup(group, out);
  out.EndOwner();
  return state;
}

Status Load(const StateMap& state, Aggregator* aggregator) {
  StateMap::Source source(state);
  StateReader in(&source);
  if (!in.BeginOwner("aggregate")) return Status(StatusCode::kDataError, "nothing there");
  for (uint32_t group = 0; group < kGroups; ++group) aggregator->LoadGroup(group, in);
  in.EndOwner();
  return in.status();
}

// The text of the value after one row.
std::string Take(const Call& call, uint32_t group, RowKind kind, const std::vector<Value>& row,
                 Aggregator* aggregator) {
  std::vector<ColumnPtr> columns;
  for (const Value& value : row) {
    ColumnBuilder column(value.type());
    column.AppendValue(value);
    columns.push_back(column.Finish());
  }
  Column out(BuiltinRegistry().FindAggregate(call.name)->result_type(call.arguments), 1);
  aggregator->Update({1, &group, &kind, columns}, &out);
  const Value value = out.GetValue(0);
  return value.is_null() ? "null" : value.ToText();
}

std::string TextOf(const Call& call) {
  std::string text = call.name;
  for (const Argument& argument : call.arguments) {
    text.append(" ").append(TypeName(argument.type));
  }
  return text;
}

TEST(AggregateState, AllAggregatesAreHere) {
  std::set<std::string> here;
  for (const Call& call : Calls()) here.insert(call.name);
  for (const AggregateSpec& spec : BuiltinRegistry().aggregates()) {
    EXPECT_TRUE(here.contains(spec.name)) << spec.name;
  }
}

// Beside one that goes on all the time: rows come, and go in order or not, and groups are cleared.
void GoOn(const Call& call, bool in_order, uint64_t seed) {
  const auto twin = Make(call, true);
  auto aggregator = Make(call, true);
  Rows rows(call, seed);
  std::deque<std::vector<Value>> held[kGroups];
  for (int step = 0; step < 2500; ++step) {
    const auto group = static_cast<uint32_t>(rows.Pick(kGroups));
    auto& values = held[group];
    RowKind kind = RowKind::kCurrent;
    std::vector<Value> row = rows.Row();
    if (rows.Pick(900) == 0) {
      kind = RowKind::kReset;
      for (auto& each : held) each.clear();
    } else if (!values.empty() && rows.Pick(8) < (step % 1000 < 600 ? 2u : 7u)) {
      kind = RowKind::kExpired;
      const size_t at = in_order ? 0 : rows.Pick(values.size());
      row = values[at];
      values.erase(values.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      values.push_back(row);
    }
    ASSERT_EQ(Take(call, group, kind, row, twin.get()),
              Take(call, group, kind, row, aggregator.get()))
        << "step " << step;
    if (rows.Pick(20) != 0) continue;
    const StateMap state = Saved(*aggregator);
    aggregator = Make(call, true);
    const Status status = Load(state, aggregator.get());
    ASSERT_TRUE(status.ok()) << status.message();
    ASSERT_TRUE(Saved(*aggregator).records() == state.records()) << "step " << step;
    ASSERT_TRUE(Saved(*twin).records() == state.records()) << "step " << step;
    for (uint32_t g = 0; g < kGroups; ++g) ASSERT_EQ(aggregator->IsNew(g), twin->IsNew(g));
  }
}

TEST(AggregateState, GoesOnAsIfNothingHadHappened) {
  for (const Call& call : Calls()) {
    for (const bool in_order : {true, false}) {
      SCOPED_TRACE(TextOf(call) + (in_order ? " in order" : " in any order"));
      GoOn(call, in_order, 11);
      if (HasFatalFailure()) return;
    }
  }
}

// Extremes of what never expires keep less.
TEST(AggregateState, RunningExtremesGoOn) {
  for (const char* name : {"min", "max"}) {
    const Call call{name, {Attribute(Type::kDouble)}};
    const auto twin = Make(call, false);
    auto aggregator = Make(call, false);
    Rows rows(call, 5);
    for (int step = 0; step < 300; ++step) {
      const auto row = rows.Row();
      ASSERT_EQ(Take(call, 1, RowKind::kCurrent, row, twin.get()),
                Take(call, 1, RowKind::kCurrent, row, aggregator.get()));
      const StateMap state = Saved(*aggregator);
      aggregator = Make(call, false);
      ASSERT_TRUE(Load(state, aggregator.get()).ok());
    }
  }
}

TEST(AggregateState, DamageIsNoHarm) {
  size_t refused = 0;
  for (const Call& call : Calls()) {
    SCOPED_TRACE(TextOf(call));
    const auto aggregator = Make(call, true);
    Rows rows(call, 3);
    std::deque<std::vector<Value>> held;
    for (int step = 0; step < 300; ++step) {
      held.push_back(rows.Row());
      Take(call, 0, RowKind::kCurrent, held.back(), aggregator.get());
    }
    Take(call, 0, RowKind::kExpired, held[100], aggregator.get());
    const StateMap state = Saved(*aggregator);
    const std::vector<std::pair<std::string, std::string>> records(state.records().begin(),
                                                                   state.records().end());
    for (int i = 0; i < 100; ++i) {
      auto damaged = records;
      auto& value = damaged[rows.Pick(damaged.size())].second;
      const size_t at = rows.Pick(value.size());
      switch (rows.Pick(3)) {
        case 0:
          value[at] = static_cast<char>(rows.Pick(256));
          break;
        case 1:
          value.resize(at);
          break;
        default:
          value.insert(at, 1, static_cast<char>(rows.Pick(256)));
      }
      StateMap map;
      for (const auto& [key, bytes] : damaged) map.Put(key, bytes);
      refused += Load(map, Make(call, true).get()).ok() ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 500u);
}

}  // namespace
}  // namespace weir::select_test
