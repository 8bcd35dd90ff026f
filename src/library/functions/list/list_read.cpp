// Questions to lists: contains, containsAll, containsAny, get, indexOf, isEmpty, isList,
// lastIndexOf and size.
#include "library/functions/value_function.h"

namespace weir {
namespace {

int32_t IndexOf(const Object::List& list, const ObjectRef& wanted) {
  for (size_t i = 0; i < list.items.size(); ++i) {
    if (SameValue(list.items[i], wanted)) return static_cast<int32_t>(i);
  }
  return -1;
}

int32_t LastIndexOf(const Object::List& list, const ObjectRef& wanted) {
  for (size_t i = list.items.size(); i > 0; --i) {
    if (SameValue(list.items[i - 1], wanted)) return static_cast<int32_t>(i - 1);
  }
  return -1;
}

Value Get(Values values) {
  const Object::List* list = ListArgument(values[0]);
  if (list == nullptr || values[1].is_null()) return NullObject();
  const int32_t index = values[1].int_value();
  if (index < 0 || static_cast<size_t>(index) >= list->items.size()) return NullObject();
  return Value::FromObject(list->items[static_cast<size_t>(index)]);
}

Value Contains(Values values) {
  const Object::List* list = ListArgument(values[0]);
  if (list == nullptr) return Value::Null(Type::kBool);
  return Value::Bool(IndexOf(*list, ToObject(values[1])) >= 0);
}

// Whether all (or any) items of the second list are in the first.
Value ContainsEach(Values values, bool all) {
  const Object::List* list = ListArgument(values[0]);
  const Object::List* wanted = ListArgument(values[1]);
  if (list == nullptr || wanted == nullptr) return Value::Null(Type::kBool);
  for (const ObjectRef& item : wanted->items) {
    if ((IndexOf(*list, item) >= 0) != all) return Value::Bool(!all);
  }
  return Value::Bool(all);
}

Value IsEmpty(Values values) {
  const Object::List* list = ListArgument(values[0]);
  return list == nullptr ? Value::Null(Type::kBool) : Value::Bool(list->items.empty());
}

Value Size(Values values) {
  const Object::List* list = ListArgument(values[0]);
  if (list == nullptr) return Value::Null(Type::kInt);
  return Value::Int(static_cast<int32_t>(list->items.size()));
}

Value IsList(Values values) { return Value::Bool(ListArgument(values[0]) != nullptr); }

Value Index(Values values, int32_t (*find)(const Object::List&, const ObjectRef&)) {
  const Object::List* list = ListArgument(values[0]);
  if (list == nullptr) return Value::Null(Type::kInt);
  return Value::Int(find(*list, ToObject(values[1])));
}

}  // namespace

void RegisterListRead(Registry* registry) {
  const Parameter list{"list", kObjectOnly};
  const std::vector<Overload> with_value = {{list, {"value"}}};
  const std::vector<Overload> two = {{list, {"given.list", kObjectOnly}}};
  AddValues(registry,
            {"list:get", "Returns the item with a number, counted from 0; null if there is none.",
             "list:get(list:create('a', 'b'), 1)", "\"b\""},
            {{list, {"index", kIntOnly}}}, Type::kObject, Get);
  AddValues(registry,
            {"list:contains", "Tells whether a value is in the list.",
             "list:contains(list:create('a', 'b'), 'b')", "true"},
            with_value, Type::kBool, Contains);
  AddValues(registry,
            {"list:containsAll", "Tells whether all items of the second list are in the first.",
             "list:containsAll(list:create(1, 2), list:create(2, 3))", "false"},
            two, Type::kBool, [](Values values) { return ContainsEach(values, true); });
  AddValues(registry,
            {"list:containsAny", "Tells whether two lists have an item in common.",
             "list:containsAny(list:create(1, 2), list:create(2, 3))", "true"},
            two, Type::kBool, [](Values values) { return ContainsEach(values, false); });
  AddValues(registry,
            {"list:indexOf",
             "Returns where a value stands first, counted from 0; -1 if it does "
             "not.",
             "list:indexOf(list:create('a', 'b', 'a'), 'a')", "0"},
            with_value, Type::kInt, [](Values values) { return Index(values, IndexOf); });
  AddValues(registry,
            {"list:lastIndexOf",
             "Returns where a value stands last, counted from 0; -1 if it does "
             "not.",
             "list:lastIndexOf(list:create('a', 'b', 'a'), 'a')", "2"},
            with_value, Type::kInt, [](Values values) { return Index(values, LastIndexOf); });
  AddValues(registry,
            {"list:isEmpty", "Tells whether the list has no items.", "list:isEmpty(list:create())",
             "true"},
            {{list}}, Type::kBool, IsEmpty);
  AddValues(
      registry,
      {"list:isList", "Tells whether a value is a list.", "list:isList(list:create())", "true"},
      {{{"object"}}}, Type::kBool, IsList);
  AddValues(registry,
            {"list:size", "Returns the number of items.", "list:size(list:create('a', 'b'))", "2"},
            {{list}}, Type::kInt, Size);
}

}  // namespace weir
