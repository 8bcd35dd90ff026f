// Maps and lists as functions see them: values that never change, so that an update is a copy.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "types/value.h"

namespace weir {

// Null if the object is no map (or no list).
inline const Object::Map* MapOf(const ObjectRef& object) {
  return object == nullptr ? nullptr : std::get_if<Object::Map>(&object->value);
}
inline const Object::List* ListOf(const ObjectRef& object) {
  return object == nullptr ? nullptr : std::get_if<Object::List>(&object->value);
}

template <class T>
ObjectRef MakeObject(T value) {
  return std::make_shared<const Object>(Object{std::move(value)});
}

// A value of any type as an object; null for null.
ObjectRef ToObject(const Value& value);

// Equal as elements and keys are: like ObjectsEqual, but an int equals a long of the same value,
// since numbers that come as JSON are longs.
bool SameValue(const ObjectRef& a, const ObjectRef& b);

// The place of a key in the map, or -1.
int FindKey(const Object::Map& map, const ObjectRef& key);
// The value of a string key, or null if it is not there.
const ObjectRef* FindText(const Object::Map& map, std::string_view key);
// The key of an entry.
ObjectRef KeyAt(const Object::Map& map, size_t index);

// Changes of a map of one's own. The key must not be null.
void Put(const ObjectRef& key, ObjectRef value, Object::Map* map);
void Append(const ObjectRef& key, ObjectRef value, Object::Map* map);  // a key that is not there
void EraseAt(size_t index, Object::Map* map);

}  // namespace weir
