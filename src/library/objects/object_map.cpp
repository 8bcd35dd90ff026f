#include "library/objects/object_map.h"

#include "expr/conversion.h"

namespace weir {
namespace {

std::optional<int64_t> WholeOf(const ObjectRef& object) {
  if (object == nullptr) return std::nullopt;
  if (const auto* narrow = std::get_if<int32_t>(&object->value)) return *narrow;
  if (const auto* wide = std::get_if<int64_t>(&object->value)) return *wide;
  return std::nullopt;
}

const std::string* TextOf(const ObjectRef& object) {
  return object == nullptr ? nullptr : std::get_if<std::string>(&object->value);
}

}  // namespace

ObjectRef ToObject(const Value& value) {
  if (value.is_null()) return nullptr;
  switch (value.type()) {
    case Type::kBool:
      return MakeObject(value.bool_value());
    case Type::kInt:
      return MakeObject(value.int_value());
    case Type::kLong:
      return MakeObject(value.long_value());
    case Type::kFloat:
      return MakeObject(value.float_value());
    case Type::kDouble:
      return MakeObject(value.double_value());
    case Type::kString:
      return MakeObject(value.string_value());
    case Type::kObject:
      return value.object_value();
  }
  __builtin_unreachable();
}

bool SameValue(const ObjectRef& a, const ObjectRef& b) {
  const std::optional<int64_t> whole = WholeOf(a);
  if (whole.has_value()) return whole == WholeOf(b);
  return ObjectsEqual(a, b);
}

const ObjectRef* FindText(const Object::Map& map, std::string_view key) {
  for (size_t i = 0; i < map.entries.size(); ++i) {
    if (map.entries[i].first != key) continue;
    if (map.keys.empty() || map.keys[i] == nullptr) return &map.entries[i].second;
  }
  return nullptr;
}

int FindKey(const Object::Map& map, const ObjectRef& key) {
  if (const std::string* text = TextOf(key)) {
    const ObjectRef* found = FindText(map, *text);
    if (found == nullptr) return -1;
    for (size_t i = 0; i < map.entries.size(); ++i) {
      if (&map.entries[i].second == found) return static_cast<int>(i);
    }
  }
  for (size_t i = 0; i < map.keys.size(); ++i) {
    if (map.keys[i] != nullptr && SameValue(map.keys[i], key)) return static_cast<int>(i);
  }
  return -1;
}

ObjectRef KeyAt(const Object::Map& map, size_t index) {
  if (!map.keys.empty() && map.keys[index] != nullptr) return map.keys[index];
  return MakeObject(map.entries[index].first);
}

void Append(const ObjectRef& key, ObjectRef value, Object::Map* map) {
  if (const std::string* text = TextOf(key)) {
    map->entries.emplace_back(*text, std::move(value));
    if (!map->keys.empty()) map->keys.push_back(nullptr);
    return;
  }
  const Value scalar = ScalarOf(key);
  map->keys.resize(map->entries.size());
  map->keys.push_back(key);
  map->entries.emplace_back(scalar.is_null() ? Value::FromObject(key).ToText() : scalar.ToText(),
                            std::move(value));
}

void Put(const ObjectRef& key, ObjectRef value, Object::Map* map) {
  const int at = FindKey(*map, key);
  if (at >= 0) {
    map->entries[static_cast<size_t>(at)].second = std::move(value);
  } else {
    Append(key, std::move(value), map);
  }
}

void EraseAt(size_t index, Object::Map* map) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  map->entries.erase(map->entries.begin() + at);
  if (map->keys.empty()) return;
  map->keys.erase(map->keys.begin() + at);
  for (const ObjectRef& key : map->keys) {
    if (key != nullptr) return;
  }
  map->keys.clear();
}

}  // namespace weir
