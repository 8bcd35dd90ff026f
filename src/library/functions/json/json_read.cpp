// json:getBool, getDouble, getFloat, getInt, getLong, getObject, getString and isExists.
#include "expr/conversion.h"
#include "library/functions/json/json_source.h"
#include "library/functions/value_function.h"

namespace weir {
namespace {

// What the path leads to; nothing where it leads nowhere or the arguments are no JSON and path. A
// path with wildcards gives the list of all that it leads to.
std::optional<ObjectRef> Look(const PathArgument& argument, Values values) {
  const std::optional<ObjectRef> root = JsonOf(values[0]);
  const std::shared_ptr<const JsonPath> path = argument.For(values[1]);
  if (!root.has_value() || path == nullptr) return std::nullopt;
  std::vector<ObjectRef> found = path->Find(*root);
  if (!path->definite()) return MakeObject(Object::List{std::move(found)});
  if (found.empty()) return std::nullopt;
  return std::move(found[0]);
}

// The only item of a list with one item; else the object itself.
ObjectRef OnlyItem(const ObjectRef& object) {
  const Object::List* list = ListOf(object);
  return list != nullptr && list->items.size() == 1 ? list->items[0] : object;
}

Value GetScalar(const PathArgument& path, Values values, Type type) {
  const std::optional<ObjectRef> found = Look(path, values);
  const Value scalar =
      ScalarOf(found.has_value() ? OnlyItem(*found) : ObjectRef());  // null for list and map
  if (scalar.is_null()) return Value::Null(type);
  const std::string text = scalar.ToText();
  if (type == Type::kBool) {
    const Value yes = ConvertText(text, Type::kBool);
    if (yes.bool_value()) return yes;
    const bool no = text.size() == 5 && (text[0] | 0x20) == 'f' && (text[1] | 0x20) == 'a' &&
                    (text[2] | 0x20) == 'l' && (text[3] | 0x20) == 's' && (text[4] | 0x20) == 'e';
    return no ? yes : Value::Null(type);
  }
  return ConvertText(text, type);
}

Value GetObject(const PathArgument& path, Values values) {
  const std::optional<ObjectRef> found = Look(path, values);
  return found.has_value() ? Value::FromObject(OnlyItem(*found)) : NullObject();
}

Value GetString(const PathArgument& path, Values values) {
  const std::optional<ObjectRef> found = Look(path, values);
  if (!found.has_value() || *found == nullptr) return Value::Null(Type::kString);
  if (const auto* text = std::get_if<std::string>(&(*found)->value)) return Value::String(*text);
  std::string json;
  AppendJson(*found, &json);
  return Value::String(json);
}

Value IsExists(const PathArgument& path, Values values) {
  if (!JsonOf(values[0]).has_value() || path.For(values[1]) == nullptr) {
    return Value::Null(Type::kBool);
  }
  return Value::Bool(Look(path, values).has_value());
}

template <class Body>
void AddLook(Registry* registry, const FunctionText& text, Type type, Body body) {
  FunctionSpec spec =
      MakeSpec(text, {{{"json", kStringOnly | kObjectOnly}, {"path", kStringOnly}}});
  spec.bind = [name = text.name, type, body](std::span<const Argument> arguments,
                                             size_t) -> Result<BoundFunction> {
    Result<PathArgument> path = PathArgument::Of(name, arguments[1]);
    if (!path.ok()) return path.status();
    return BindValues(type,
                      [path = path.value(), body](Values values) { return body(path, values); });
  };
  registry->Add(std::move(spec));
}

struct ScalarRow {
  FunctionText text;
  Type type;
};
constexpr ScalarRow kScalars[] = {
    {{"json:getBool", "Returns the bool at a path in JSON; null if there is none.",
      "json:getBool(\"{'ok' : true}\", '$.ok')", "true"},
     Type::kBool},
    {{"json:getInt", "Returns the int at a path in JSON; null if there is none.",
      "json:getInt(\"{'name' : 'John', 'age' : 23}\", '$.age')", "23"},
     Type::kInt},
    {{"json:getLong", "Returns the long at a path in JSON; null if there is none.",
      "json:getLong(\"{'name' : 'John', 'age' : 23}\", '$.age')", "23"},
     Type::kLong},
    {{"json:getFloat", "Returns the float at a path in JSON; null if there is none.",
      "json:getFloat(\"{'name' : 'John', 'salary' : 12000.0}\", '$.salary')", "12000.0"},
     Type::kFloat},
    {{"json:getDouble", "Returns the double at a path in JSON; null if there is none.",
      "json:getDouble(\"{'name' : 'John', 'salary' : 12000.0}\", '$.salary')", "12000.0"},
     Type::kDouble},
};

}  // namespace

void RegisterJsonRead(Registry* registry) {
  for (const ScalarRow& row : kScalars) {
    AddLook(registry, row.text, row.type,
            [type = row.type](const PathArgument& path, Values values) {
              return GetScalar(path, values, type);
            });
  }
  AddLook(registry,
          {"json:getObject",
           "Returns what stands at a path in JSON; of a list with one item, that item.",
           "json:getObject(\"{'address' : {'city' : 'NY'}}\", '$.address')", "{\"city\":\"NY\"}"},
          Type::kObject, GetObject);
  AddLook(
      registry,
      {"json:getString",
       "Returns the text at a path in JSON; anything else that stands there is written as JSON.",
       "json:getString(\"{'name' : 'John'}\", '$.name')", "\"John\""},
      Type::kString, GetString);
  AddLook(registry,
          {"json:isExists", "Tells whether a path leads to something in JSON.",
           "json:isExists(\"{'name' : 'John'}\", '$.salary')", "false"},
          Type::kBool, IsExists);
}

}  // namespace weir
