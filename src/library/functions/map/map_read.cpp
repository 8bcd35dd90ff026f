// Questions to maps: containsKey, containsValue, get, isEmpty, isMap, keys, size, values.
#include "library/functions/value_function.h"

namespace weir {
namespace {

Value Get(Values values) {
  const Object::Map* map = MapArgument(values[0]);
  if (map == nullptr) return NullObject();
  const ObjectRef key = ToObject(values[1]);
  const int at = key == nullptr ? -1 : FindKey(*map, key);
  if (at >= 0) return Value::FromObject(map->entries[static_cast<size_t>(at)].second);
  return values.size() > 2 ? Value::FromObject(ToObject(values[2])) : NullObject();
}

Value ContainsKey(Values values) {
  const Object::Map* map = MapArgument(values[0]);
  if (map == nullptr) return Value::Null(Type::kBool);
  const ObjectRef key = ToObject(values[1]);
  return Value::Bool(key != nullptr && FindKey(*map, key) >= 0);
}

Value ContainsValue(Values values) {
  const Object::Map* map = MapArgument(values[0]);
  if (map == nullptr) return Value::Null(Type::kBool);
  const ObjectRef wanted = ToObject(values[1]);
  for (const auto& [key, value] : map->entries) {
    if (SameValue(value, wanted)) return Value::Bool(true);
  }
  return Value::Bool(false);
}

Value Size(Values values) {
  const Object::Map* map = MapArgument(values[0]);
  if (map == nullptr) return Value::Null(Type::kInt);
  return Value::Int(static_cast<int32_t>(map->entries.size()));
}

Value IsEmpty(Values values) {
  const Object::Map* map = MapArgument(values[0]);
  return map == nullptr ? Value::Null(Type::kBool) : Value::Bool(map->entries.empty());
}

Value IsMap(Values values) { return Value::Bool(MapArgument(values[0]) != nullptr); }

Value KeysOrValues(Values values, bool keys) {
  const Object::Map* map = MapArgument(values[0]);
  if (map == nullptr) return NullObject();
  Object::List list;
  for (size_t i = 0; i < map->entries.size(); ++i) {
    list.items.push_back(keys ? KeyAt(*map, i) : map->entries[i].second);
  }
  return ObjectValue(std::move(list));
}

}  // namespace

void RegisterMapRead(Registry* registry) {
  const Parameter map{"map", kObjectOnly};
  AddValues(
      registry,
      {"map:get",
       "Returns the value of a key; where the map lacks it, the default, or null without one.",
       "map:get(map:create('a', 1), 'a')", "1"},
      {{map, {"key"}}, {map, {"key"}, {"default.value"}}}, Type::kObject, Get);
  AddValues(registry,
            {"map:containsKey", "Tells whether the map has a key.",
             "map:containsKey(map:create('a', 1), 'b')", "false"},
            {{map, {"key"}}}, Type::kBool, ContainsKey);
  AddValues(registry,
            {"map:containsValue", "Tells whether a key of the map has the value.",
             "map:containsValue(map:create('a', 1), 1)", "true"},
            {{map, {"value"}}}, Type::kBool, ContainsValue);
  AddValues(registry,
            {"map:size", "Returns the number of keys.", "map:size(map:create('a', 1))", "1"},
            {{map}}, Type::kInt, Size);
  AddValues(
      registry,
      {"map:isEmpty", "Tells whether the map has no keys.", "map:isEmpty(map:create())", "true"},
      {{map}}, Type::kBool, IsEmpty);
  AddValues(registry,
            {"map:isMap", "Tells whether a value is a map.", "map:isMap(list:create())", "false"},
            {{{"object"}}}, Type::kBool, IsMap);
  AddValues(
      registry,
      {"map:keys", "Returns the keys as a list, in the order in which they came into the map.",
       "map:keys(map:create('b', 1, 'a', 2))", "[\"b\",\"a\"]"},
      {{map}}, Type::kObject, [](Values values) { return KeysOrValues(values, true); });
  AddValues(registry,
            {"map:values", "Returns the values as a list, in the order of the keys.",
             "map:values(map:create('b', 1, 'a', 2))", "[1,2]"},
            {{map}}, Type::kObject, [](Values values) { return KeysOrValues(values, false); });
}

}  // namespace weir
