#include <algorithm>
#include <cmath>

#include "expr/conversion.h"
#include "expr/regex.h"
#include "library/functions/value_function.h"

namespace weir {
namespace {

enum class Order { kAscending, kDescending, kReversed };

// An item, and what it is sorted by.
struct Sorted {
  ObjectRef item;
  std::string text;   // for texts, in lower case
  int64_t whole = 0;  // for whole numbers
  double number = 0;  // for all numbers
};

// False for what cannot be sorted among the others.
bool Prepare(const ObjectRef& item, bool texts, Sorted* sorted) {
  const Value value = ScalarOf(item);
  if (value.is_null() || (value.type() == Type::kString) != texts) return false;
  sorted->item = item;
  if (texts) {
    AppendInCase(value.string_value(), false, &sorted->text);
    return true;
  }
  if (value.type() == Type::kBool) return false;
  sorted->number = value.AsDouble();
  const bool whole = value.type() == Type::kInt || value.type() == Type::kLong;
  sorted->whole = whole ? value.AsLong() : 0;
  return true;
}

bool Before(const Sorted& a, const Sorted& b) {
  if (const int compared = a.text.compare(b.text); compared != 0) return compared < 0;
  if (std::isnan(a.number) || std::isnan(b.number)) {
    return !std::isnan(a.number) && std::isnan(b.number);
  }
  if (a.number != b.number) return a.number < b.number;
  return a.whole < b.whole;
}

Value Sort(const Value& value, Order order) {
  const Object::List* list = ListArgument(value);
  if (list == nullptr) return NullObject();
  Object::List result = *list;
  if (order != Order::kReversed && !list->items.empty()) {
    const bool texts = ScalarOf(list->items[0]).type() == Type::kString;
    std::vector<Sorted> sorted(list->items.size());
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (!Prepare(list->items[i], texts, &sorted[i])) return NullObject();
    }
    std::stable_sort(sorted.begin(), sorted.end(), Before);
    for (size_t i = 0; i < sorted.size(); ++i) result.items[i] = sorted[i].item;
  }
  if (order != Order::kAscending) std::reverse(result.items.begin(), result.items.end());
  return ObjectValue(std::move(result));
}

std::optional<Order> OrderOf(const Value& value) {
  if (value.is_null()) return std::nullopt;
  std::string name;
  AppendInCase(value.string_value(), true, &name);
  if (name == "ASC") return Order::kAscending;
  if (name == "DESC") return Order::kDescending;
  if (name == "REV") return Order::kReversed;
  return std::nullopt;
}

}  // namespace

void RegisterListSort(Registry* registry) {
  const Parameter list{"list", kObjectOnly};
  FunctionSpec spec = MakeSpec(
      {"list:sort",
       "Returns the list sorted 'ASC' or 'DESC' (texts without regard to case), or reversed with "
       "'REV' or without an order; null if the items are not all texts or all numbers.",
       "list:sort(list:create(3, 1, 2), 'ASC')", "[1,2,3]"},
      {{list}, {list, {"order", kStringOnly, Parameter::Form::kConstant}}});
  spec.bind = [](std::span<const Argument> arguments, size_t overload) -> Result<BoundFunction> {
    std::optional<Order> order = Order::kReversed;
    if (overload == 1) order = OrderOf(*arguments[1].constant);
    if (!order.has_value()) {
      return Status::Invalid("list:sort(): the order must be 'ASC', 'DESC' or 'REV', not '" +
                             arguments[1].constant->ToText() + "'");
    }
    return BindValues(Type::kObject,
                      [order = *order](Values values) { return Sort(values[0], order); });
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
