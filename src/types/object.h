#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/state_reader.h"

namespace weir {

struct Object;
// Immutable once shared; null pointer = null value.
using ObjectRef = std::shared_ptr<const Object>;

// A value of type `object`: a scalar, a list, a map (insertion order kept) or a set.
struct Object {
  struct List {
    std::vector<ObjectRef> items;
  };
  struct Map {
    std::vector<std::pair<std::string, ObjectRef>> entries;
    // For a map with keys that are no strings: one for each entry, null where the key is a string,
    // else the key, whose text stands in the entry. Empty if all keys are strings.
    std::vector<ObjectRef> keys;
  };
  // Distinct values in insertion order.
  struct Set {
    std::vector<ObjectRef> items;
  };
  // int and long keep their own alternatives because functions may ask for the type.
  std::variant<bool, int32_t, int64_t, float, double, std::string, List, Map, Set> value;
};

// Appends `object` as JSON (null pointer as null); NaN and infinities as strings.
void AppendJson(const ObjectRef& object, std::string* out);

bool ObjectsEqual(const ObjectRef& a, const ObjectRef& b);
uint64_t HashObject(const ObjectRef& object);

// Nested at most so deep (the limit of a JSON record) when read back.
inline constexpr int kObjectDepthMax = 512;
void SaveState(const ObjectRef& object, StateWriter& out);
void LoadState(ObjectRef* object, StateReader& in);

}  // namespace weir
