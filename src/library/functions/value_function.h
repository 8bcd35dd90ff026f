// Registers functions of values of any type, objects among them.
#pragma once

#include "library/functions/simple_function.h"
#include "library/objects/object_map.h"

namespace weir {

using Values = std::span<const Value>;

inline void AddValues(Registry* registry, const FunctionText& text, std::vector<Overload> overloads,
                      Type result, Value (*body)(Values)) {
  FunctionSpec spec = MakeSpec(text, std::move(overloads));
  spec.bind = [result, body](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BindValues(result, body);
  };
  registry->Add(std::move(spec));
}

inline Value NullObject() { return Value::Null(Type::kObject); }
template <class T>
Value ObjectValue(T value) {
  return Value::FromObject(MakeObject(std::move(value)));
}

// Null if the argument is no map (or no list).
inline const Object::Map* MapArgument(const Value& value) {
  return value.is_null() || value.type() != Type::kObject ? nullptr : MapOf(value.object_value());
}
inline const Object::List* ListArgument(const Value& value) {
  return value.is_null() || value.type() != Type::kObject ? nullptr : ListOf(value.object_value());
}

}  // namespace weir
