// Lists from lists: add, addAll, clear, clone, create, remove, removeAll, removeByIndex, retainAll
// and setValue. The argument itself does not change.
#include "library/functions/value_function.h"

namespace weir {
namespace {

Value Create(Values values) {
  Object::List list;
  // A null alone is no item.
  if (values.size() == 1 && values[0].is_null()) return ObjectValue(std::move(list));
  for (const Value& value : values) list.items.push_back(ToObject(value));
  return ObjectValue(std::move(list));
}

// The place that an index means, if it is within 0..last.
std::optional<size_t> Place(const Value& index, size_t last) {
  if (index.is_null() || index.int_value() < 0) return std::nullopt;
  const auto place = static_cast<size_t>(index.int_value());
  return place > last ? std::nullopt : std::optional<size_t>(place);
}

Value Add(Values values) {
  const Object::List* list = ListArgument(values[0]);
  if (list == nullptr) return NullObject();
  std::optional<size_t> place = list->items.size();
  if (values.size() > 2) place = Place(values[2], list->items.size());
  if (!place.has_value()) return NullObject();
  Object::List copy = *list;
  copy.items.insert(copy.items.begin() + static_cast<std::ptrdiff_t>(*place), ToObject(values[1]));
  return ObjectValue(std::move(copy));
}

Value AddAll(Values values) {
  const Object::List* list = ListArgument(values[0]);
  const Object::List* more = ListArgument(values[1]);
  if (list == nullptr || more == nullptr) return NullObject();
  Object::List copy = *list;
  copy.items.insert(copy.items.end(), more->items.begin(), more->items.end());
  return ObjectValue(std::move(copy));
}

Value SetValue(Values values) {
  const Object::List* list = ListArgument(values[0]);
  if (list == nullptr || list->items.empty()) return NullObject();
  const std::optional<size_t> place = Place(values[1], list->items.size() - 1);
  if (!place.has_value()) return NullObject();
  Object::List copy = *list;
  copy.items[*place] = ToObject(values[2]);
  return ObjectValue(std::move(copy));
}

Value RemoveAt(const Object::List& list, size_t place) {
  Object::List copy = list;
  copy.items.erase(copy.items.begin() + static_cast<std::ptrdiff_t>(place));
  return ObjectValue(std::move(copy));
}

Value RemoveByIndex(Values values) {
  const Object::List* list = ListArgument(values[0]);
  if (list == nullptr || list->items.empty()) return NullObject();
  const std::optional<size_t> place = Place(values[1], list->items.size() - 1);
  return place.has_value() ? RemoveAt(*list, *place) : NullObject();
}

Value Remove(Values values) {
  const Object::List* list = ListArgument(values[0]);
  if (list == nullptr) return NullObject();
  const ObjectRef unwanted = ToObject(values[1]);
  for (size_t i = 0; i < list->items.size(); ++i) {
    if (SameValue(list->items[i], unwanted)) return RemoveAt(*list, i);
  }
  return values[0];
}

// The items that are in the second list, or those that are not.
Value Pick(Values values, bool common) {
  const Object::List* list = ListArgument(values[0]);
  const Object::List* given = ListArgument(values[1]);
  if (list == nullptr || given == nullptr) return NullObject();
  Object::List picked;
  for (const ObjectRef& item : list->items) {
    bool found = false;
    for (const ObjectRef& other : given->items) found = found || SameValue(item, other);
    if (found == common) picked.items.push_back(item);
  }
  return ObjectValue(std::move(picked));
}

Value Clear(Values values) {
  return ListArgument(values[0]) == nullptr ? NullObject() : ObjectValue(Object::List());
}

Value Clone(Values values) { return ListArgument(values[0]) == nullptr ? NullObject() : values[0]; }

}  // namespace

void RegisterListChange(Registry* registry) {
  const Parameter list{"list", kObjectOnly};
  const Parameter index{"index", kIntOnly};
  const std::vector<Overload> two = {{list, {"given.list", kObjectOnly}}};
  const auto add = [registry](const FunctionText& text, std::vector<Overload> overloads,
                              Value (*body)(Values)) {
    AddValues(registry, text, std::move(overloads), Type::kObject, body);
  };
  add({"list:create", "Makes a list of the arguments.", "list:create(1, 2, 3)", "[1,2,3]"},
      {{}, {{"value", kAnyType, Parameter::Form::kAny, true}}}, Create);
  add({"list:add", "Returns the list with a value more, at its end or before an index.",
       "list:add(list:create('a'), 'b', 0)", "[\"b\",\"a\"]"},
      {{list, {"value"}}, {list, {"value"}, index}}, Add);
  add({"list:addAll", "Returns the items of the first list and those of the second.",
       "list:addAll(list:create(1, 2), list:create(1))", "[1,2,1]"},
      {{{"to.list", kObjectOnly}, {"from.list", kObjectOnly}}}, AddAll);
  add({"list:setValue", "Returns the list with another value at an index.",
       "list:setValue(list:create('a', 'b'), 0, 'c')", "[\"c\",\"b\"]"},
      {{list, index, {"value"}}}, SetValue);
  add({"list:remove", "Returns the list without the first item that equals a value.",
       "list:remove(list:create('a', 'b', 'a'), 'a')", "[\"b\",\"a\"]"},
      {{list, {"value"}}}, Remove);
  add({"list:removeByIndex", "Returns the list without the item at an index.",
       "list:removeByIndex(list:create('a', 'b'), 0)", "[\"b\"]"},
      {{list, index}}, RemoveByIndex);
  add({"list:removeAll", "Returns the items of the first list that are not in the second.",
       "list:removeAll(list:create(1, 2, 1), list:create(1))", "[2]"},
      two, [](Values values) { return Pick(values, false); });
  add({"list:retainAll", "Returns the items of the first list that are in the second.",
       "list:retainAll(list:create(1, 2, 1), list:create(1))", "[1,1]"},
      two, [](Values values) { return Pick(values, true); });
  add({"list:clear", "Returns an empty list.", "list:clear(list:create(1))", "[]"}, {{list}},
      Clear);
  add({"list:clone", "Returns the list.", "list:clone(list:create(1))", "[1]"}, {{list}}, Clone);
}

}  // namespace weir
