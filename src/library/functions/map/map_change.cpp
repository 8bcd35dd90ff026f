// Maps from maps: clear, clone, combineByKey, create, put, putAll, putIfAbsent, remove, replace and
// replaceAll. The argument itself does not change.
#include "library/functions/value_function.h"

namespace weir {
namespace {

Value Create(Values values) {
  Object::Map map;
  for (size_t i = 0; i + 1 < values.size(); i += 2) {
    const ObjectRef key = ToObject(values[i]);
    if (key == nullptr) return NullObject();
    Put(key, ToObject(values[i + 1]), &map);
  }
  return ObjectValue(std::move(map));
}

enum class When { kAlways, kAbsent, kPresent };

// One entry more or changed.
Value PutOne(Values values, When when) {
  const Object::Map* map = MapArgument(values[0]);
  const ObjectRef key = ToObject(values[1]);
  if (map == nullptr || key == nullptr) return NullObject();
  const bool present = FindKey(*map, key) >= 0;
  if ((when == When::kAbsent && present) || (when == When::kPresent && !present)) return values[0];
  Object::Map copy = *map;
  Put(key, ToObject(values[2]), &copy);
  return ObjectValue(std::move(copy));
}

Value PutAll(Values values, When when) {
  const Object::Map* map = MapArgument(values[0]);
  const Object::Map* from = MapArgument(values[1]);
  if (map == nullptr || from == nullptr) return NullObject();
  Object::Map copy = *map;
  for (size_t i = 0; i < from->entries.size(); ++i) {
    const ObjectRef key = KeyAt(*from, i);
    if (when == When::kPresent && FindKey(copy, key) < 0) continue;
    Put(key, from->entries[i].second, &copy);
  }
  return ObjectValue(std::move(copy));
}

Value Remove(Values values) {
  const Object::Map* map = MapArgument(values[0]);
  if (map == nullptr) return NullObject();
  Object::Map copy = *map;
  for (const Value& value : values.subspan(1)) {
    const ObjectRef key = ToObject(value);
    const int at = key == nullptr ? -1 : FindKey(copy, key);
    if (at >= 0) EraseAt(static_cast<size_t>(at), &copy);
  }
  return ObjectValue(std::move(copy));
}

Value Combine(Values values) {
  for (const Value& value : values) {
    if (MapArgument(value) == nullptr) return NullObject();
  }
  Object::Map combined;
  for (const Value& value : values) {
    const Object::Map& map = *MapArgument(value);
    for (size_t i = 0; i < map.entries.size(); ++i) {
      const ObjectRef key = KeyAt(map, i);
      if (FindKey(combined, key) >= 0) continue;
      Object::List list;
      for (const Value& each : values) {
        const Object::Map& other = *MapArgument(each);
        const int at = FindKey(other, key);
        list.items.push_back(at < 0 ? nullptr : other.entries[static_cast<size_t>(at)].second);
      }
      Append(key, MakeObject(std::move(list)), &combined);
    }
  }
  return ObjectValue(std::move(combined));
}

Value Clear(Values values) {
  return MapArgument(values[0]) == nullptr ? NullObject() : ObjectValue(Object::Map());
}

Value Clone(Values values) { return MapArgument(values[0]) == nullptr ? NullObject() : values[0]; }

void RegisterCreate(Registry* registry) {
  FunctionSpec spec =
      MakeSpec({"map:create", "Makes a map of keys, each with its value.",
                "map:create(1, 'one', 2, 'two')", "{\"1\":\"one\",\"2\":\"two\"}"},
               {{},
                {{"key"}, {"value"}},
                {{"key"}, {"value"}, {"more", kAnyType, Parameter::Form::kAny, true}}});
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    if (arguments.size() % 2 == 0) return BindValues(Type::kObject, Create);
    return Status::Invalid("map:create(): the last key has no value");
  };
  registry->Add(std::move(spec));
}

}  // namespace

void RegisterMapChange(Registry* registry) {
  const Parameter map{"map", kObjectOnly};
  const Parameter key{"key"};
  const std::vector<Overload> one = {{map, key, {"value"}}};
  const std::vector<Overload> two = {{{"to.map", kObjectOnly}, {"from.map", kObjectOnly}}};
  RegisterCreate(registry);
  AddValues(registry,
            {"map:put", "Returns the map with a key set to a value.",
             "map:put(map:create('a', 1), 'b', 2)", "{\"a\":1,\"b\":2}"},
            one, Type::kObject, [](Values values) { return PutOne(values, When::kAlways); });
  AddValues(registry,
            {"map:putIfAbsent", "Returns the map with a key set to a value unless it is there.",
             "map:putIfAbsent(map:create('a', 1), 'a', 2)", "{\"a\":1}"},
            one, Type::kObject, [](Values values) { return PutOne(values, When::kAbsent); });
  AddValues(registry,
            {"map:replace", "Returns the map with a key set to a value if it is there.",
             "map:replace(map:create('a', 1), 'a', 2)", "{\"a\":2}"},
            one, Type::kObject, [](Values values) { return PutOne(values, When::kPresent); });
  AddValues(registry,
            {"map:putAll", "Returns the first map with all entries of the second.",
             "map:putAll(map:create('a', 1), map:create('b', 2))", "{\"a\":1,\"b\":2}"},
            two, Type::kObject, [](Values values) { return PutAll(values, When::kAlways); });
  AddValues(registry,
            {"map:replaceAll",
             "Returns the first map with the values that the second has for its "
             "keys.",
             "map:replaceAll(map:create('a', 1), map:create('a', 2, 'b', 3))", "{\"a\":2}"},
            two, Type::kObject, [](Values values) { return PutAll(values, When::kPresent); });
  AddValues(registry,
            {"map:remove", "Returns the map without some keys.",
             "map:remove(map:create('a', 1, 'b', 2), 'a')", "{\"b\":2}"},
            {{map, {"key", kAnyType, Parameter::Form::kAny, true}}}, Type::kObject, Remove);
  AddValues(registry,
            {"map:combineByKey", "Returns a map of lists: for each key its values in all maps.",
             "map:combineByKey(map:create('a', 1), map:create('a', 2, 'b', 3))",
             "{\"a\":[1,2],\"b\":[null,3]}"},
            {{map, {"map", kObjectOnly, Parameter::Form::kAny, true}}}, Type::kObject, Combine);
  AddValues(registry, {"map:clear", "Returns an empty map.", "map:clear(map:create('a', 1))", "{}"},
            {{map}}, Type::kObject, Clear);
  AddValues(registry,
            {"map:clone", "Returns the map.", "map:clone(map:create('a', 1))", "{\"a\":1}"},
            {{map}}, Type::kObject, Clone);
}

}  // namespace weir
