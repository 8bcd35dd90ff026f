#include <algorithm>

#include "catalog/registry.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

const std::vector<ObjectRef>* ItemsOf(const ObjectRef& object) {
  const Object::List* list = ListOf(object);
  return list == nullptr ? nullptr : &list->items;
}

class ListTokenize final : public StreamFunction {
 public:
  explicit ListTokenize(size_t lists) : lists_(lists) {}

  void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) override {
    std::vector<const std::vector<ObjectRef>*> lists;
    size_t longest = 0;
    for (size_t i = 0; i < lists_; ++i) {
      lists.push_back(row.IsNull(i) ? nullptr : ItemsOf(row.Get<ObjectRef>(i)));
      if (lists.back() == nullptr) {
        out.Fail("list:tokenize(): argument " + std::to_string(i + 1) + " is not a list");
        return;
      }
      longest = std::max(longest, lists.back()->size());
    }
    for (size_t at = 0; at < longest; ++at) {
      out.appended(0).Append(static_cast<int32_t>(at));
      out.appended(1).AppendObject(ItemAt(lists, at));
      out.Emit();
    }
  }

 private:
  // With several lists: the list of their items there, null where a list is shorter.
  static ObjectRef ItemAt(const std::vector<const std::vector<ObjectRef>*>& lists, size_t at) {
    if (lists.size() == 1) return (*lists[0])[at];
    Object::List items;
    for (const auto* list : lists) {
      items.items.push_back(at < list->size() ? (*list)[at] : nullptr);
    }
    return MakeObject(std::move(items));
  }

  const size_t lists_;
};

}  // namespace

void RegisterListTokenize(Registry* registry) {
  StreamFunctionSpec spec;
  spec.name = "list:tokenize";
  spec.summary =
      "Gives one event for each item of a list, with its index and value; with several lists the "
      "value is the list of their items at that index.";
  spec.example =
      "from Messages#list:tokenize(attributes['tags']) select index, value insert into Tags;";
  spec.overloads = {{{"list", kObjectOnly, Parameter::Form::kAny, /*repeats=*/true}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundStreamFunction> {
    BoundStreamFunction bound;
    bound.appended = {{"index", Type::kInt}, {"value", Type::kObject}};
    bound.make = [lists = arguments.size()](const StreamFunctionPlace&) {
      return std::make_unique<ListTokenize>(lists);
    };
    return bound;
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
