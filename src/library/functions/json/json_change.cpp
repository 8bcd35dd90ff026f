// json:setElement, json:toObject and json:toString.
#include "library/functions/json/json_source.h"
#include "library/functions/value_function.h"

namespace weir {
namespace {

// What is put into the JSON: a text that is a JSON object or array becomes that, with all its
// numbers as doubles; anything else stays as it is.
ObjectRef Element(const Value& value) {
  if (value.type() == Type::kString && !value.is_null()) {
    const auto parsed = ParseJsonText(value.string_value(), {.whole_as_double = true});
    if (parsed.has_value() && (MapOf(*parsed) != nullptr || ListOf(*parsed) != nullptr)) {
      return *parsed;
    }
  }
  return ToObject(value);
}

// Adds the element to a list, sets a key of a map, or replaces what is there; nothing if none of it
// can be.
std::optional<ObjectRef> Changed(const ObjectRef& place, const Value& element, const Value* key) {
  if (const Object::List* list = ListOf(place)) {
    Object::List longer = *list;
    longer.items.push_back(Element(element));
    return MakeObject(std::move(longer));
  }
  if (key == nullptr) return ToObject(element);
  const Object::Map* map = MapOf(place);
  if (map == nullptr) return std::nullopt;
  Object::Map larger = *map;
  Put(MakeObject(key->string_value()), Element(element), &larger);
  return MakeObject(std::move(larger));
}

Value SetElement(const PathArgument& argument, Values values) {
  const std::optional<ObjectRef> root = JsonOf(values[0]);
  const std::shared_ptr<const JsonPath> path = argument.For(values[1]);
  const Value* key = values.size() > 3 ? &values[3] : nullptr;
  if (!root.has_value() || path == nullptr || (key != nullptr && key->is_null())) {
    return NullObject();
  }
  if (!path->definite()) return Value::FromObject(*root);
  bool possible = true;
  const std::optional<ObjectRef> changed =
      path->Replace(*root, [&](const ObjectRef& place) -> ObjectRef {
        std::optional<ObjectRef> result = Changed(place, values[2], key);
        possible = result.has_value();
        return possible ? *result : place;
      });
  return Value::FromObject(changed.has_value() && possible ? *changed : *root);
}

Value ToObjectOrNull(Values values) {
  const std::optional<ObjectRef> parsed = JsonOf(values[0]);
  return parsed.has_value() ? Value::FromObject(*parsed) : NullObject();
}

Value ToText(Values values) {
  std::string json;
  AppendJson(ToObject(values[0]), &json);
  return Value::String(json);
}

}  // namespace

void RegisterJsonChange(Registry* registry) {
  const Overload replaced = {
      {"json", kStringOnly | kObjectOnly}, {"path", kStringOnly}, {"json.element"}};
  Overload with_key = replaced;
  with_key.push_back({"key", kStringOnly});
  FunctionSpec spec = MakeSpec(
      {"json:setElement",
       "Returns the JSON with an element added to the list at a path, put under a key of the "
       "object "
       "there, or in place of what is there; unchanged if the path leads nowhere.",
       "json:setElement(\"{'name' : 'John'}\", '$', 40, 'age')", "{\"name\":\"John\",\"age\":40}"},
      {replaced, with_key});
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    Result<PathArgument> path = PathArgument::Of("json:setElement", arguments[1]);
    if (!path.ok()) return path.status();
    return BindValues(Type::kObject,
                      [path = path.value()](Values values) { return SetElement(path, values); });
  };
  registry->Add(std::move(spec));
  AddValues(registry,
            {"json:toObject", "Reads JSON; null if the text is none.",
             "json:toObject(\"{'name' : 'John'}\")", "{\"name\":\"John\"}"},
            {{{"json", kStringOnly}}}, Type::kObject, ToObjectOrNull);
  AddValues(registry,
            {"json:toString", "Writes a value as JSON.", "json:toString(map:create('a', 1))",
             "\"{\\\"a\\\":1}\""},
            {{{"json", kStringOnly | kObjectOnly}}}, Type::kString, ToText);
}

}  // namespace weir
