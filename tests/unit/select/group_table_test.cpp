#include "exec/group_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include "unit/select/rows.h"

namespace weir::select_test {
namespace {

SchemaPtr SchemaOf(const std::vector<Type>& types) {
  std::vector<Attribute> attributes;
  for (const Type type : types)
    attributes.push_back({"a" + std::to_string(attributes.size()), type});
  return std::make_shared<const Schema>(std::move(attributes));
}

Value RandomKey(Type type, std::mt19937* random) {
  const int number = static_cast<int>((*random)() % 40);
  if (number == 0) return Value::Null(type);
  switch (type) {
    case Type::kBool:
      return Value::Bool(number % 2 == 0);
    case Type::kInt:
      return Value::Int(number - 20);
    case Type::kLong:
      return Value::Long((number - 20) * (int64_t{1} << 40));
    case Type::kFloat:
      return Value::Float(number == 1 ? std::nanf("") : static_cast<float>(number) * 0.5f);
    case Type::kDouble:
      return Value::Double(number == 1 ? std::nan("") : number == 2 ? -0.0 : (number - 3) * 0.5);
    case Type::kString:
      return Value::String(number == 1   ? "null"
                           : number == 2 ? ""
                                         : std::string(static_cast<size_t>(number), 'x'));
    case Type::kObject:
      return Value::FromObject(std::make_shared<const Object>(Object{number}));
  }
  __builtin_unreachable();
}

std::string TextOf(const std::vector<Value>& values) {
  std::string text;
  for (const Value& value : values) {
    std::string json = value.ToText();
    if (value.type() == Type::kObject && !value.is_null()) {
      json.clear();
      AppendJson(value.object_value(), &json);
    }
    text += value.is_null() ? "N;" : "V" + json + ";";
  }
  return text;
}

TEST(GroupTable, TellsKeysApartAsTextsWouldWithNullsOfTheirOwn) {
  std::mt19937 random(5);
  for (const auto& types :
       std::vector<std::vector<Type>>{{Type::kBool},
                                      {Type::kInt},
                                      {Type::kLong},
                                      {Type::kFloat},
                                      {Type::kDouble},
                                      {Type::kString},
                                      {Type::kObject},
                                      {Type::kString, Type::kInt},
                                      {Type::kString, Type::kString},
                                      {Type::kDouble, Type::kBool, Type::kObject}}) {
    const SchemaPtr schema = SchemaOf(types);
    GroupTable table(types);
    std::map<std::string, uint32_t> model;
    for (int round = 0; round < 50; ++round) {
      std::vector<TestRow> rows(100);
      for (TestRow& row : rows) {
        row.kind = RowKind::kCurrent;
        row.emission = 0;
        for (const Type type : types) row.values.push_back(RandomKey(type, &random));
      }
      const Chunk chunk = MakeTestChunk(schema, rows, round % 2 == 0);
      std::vector<uint32_t> groups(rows.size());
      table.Find(chunk, chunk.columns(), groups.data());
      for (size_t i = 0; i < rows.size(); ++i) {
        ASSERT_LT(groups[i], table.group_end());
        const auto [at, is_new] = model.try_emplace(TextOf(rows[i].values), groups[i]);
        ASSERT_EQ(at->second, groups[i]) << at->first;
      }
      std::set<uint32_t> numbers;
      for (const auto& [key, group] : model) numbers.insert(group);
      ASSERT_EQ(numbers.size(), model.size());
      ASSERT_EQ(table.size(), model.size());
      if (round % 5 != 4) continue;
      table.Sweep([](uint32_t group) { return group % 3 == 0; });
      std::erase_if(model, [](const auto& entry) { return entry.second % 3 == 0; });
      ASSERT_EQ(table.size(), model.size());
    }
  }
}

}  // namespace
}  // namespace weir::select_test
