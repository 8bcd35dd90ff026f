#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"
#include "library/aggregates/counted_order.h"

namespace weir {
namespace {

// The union of sets, each element counted, in the order in which they came. A value is a set of
// its own, made only when somebody reads it and something has changed since.
class UnionSet {
 public:
  using Output = ObjectRef;

  void Add(const ObjectRef& set) {
    for (const ObjectRef& item : Items(set)) {
      if (elements_.Add(item)) made_ = nullptr;
    }
  }
  void Remove(const ObjectRef& set) {
    for (const ObjectRef& item : Items(set)) {
      if (elements_.Remove(item)) made_ = nullptr;
    }
  }

  bool Value(ObjectRef* value) const {
    if (made_ == nullptr) {
      Object::Set set;
      for (const auto& entry : elements_.entries()) set.items.push_back(entry.key);
      made_ = std::make_shared<const Object>(Object{std::move(set)});
    }
    *value = made_;
    return true;
  }

  bool IsNew() const { return elements_.empty(); }
  void Save(StateWriter& out) const { out.Write(elements_); }
  void Load(StateReader& in) { in.Read(elements_); }

 private:
  // A list (a set as JSON can tell it) will do for a set; any other object has no elements.
  static const std::vector<ObjectRef>& Items(const ObjectRef& object) {
    static const std::vector<ObjectRef> kNone;
    if (object == nullptr) return kNone;
    if (const auto* set = std::get_if<Object::Set>(&object->value)) return set->items;
    if (const auto* list = std::get_if<Object::List>(&object->value)) return list->items;
    return kNone;
  }

  CountedObjects elements_;
  mutable ObjectRef made_;
};

}  // namespace

void RegisterUnionSet(Registry* registry) {
  registry->Add(AggregateSpec{
      .name = "unionSet",
      .summary = "The union of all sets, as a set.",
      .example =
          "from Trades#window.timeBatch(5 sec) select unionSet(createSet(symbol)) as symbols "
          "insert into Symbols;",
      .overloads = {{{.name = "set", .types = kObjectOnly}}},
      .result_type = [](std::span<const Argument>) { return Type::kObject; },
      .make = [](std::span<const Argument>, bool) { return MakeAggregator<UnionSet, ObjectRef>(); },
  });
}

}  // namespace weir
