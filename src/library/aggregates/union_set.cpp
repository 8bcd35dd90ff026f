#include <list>
#include <unordered_map>

#include "catalog/aggregate_adapter.h"
#include "catalog/registry.h"

namespace weir {
namespace {

// The union of sets, each element counted, in the order in which they came. A value is a set of
// its own, made only when somebody reads it and something has changed since.
class UnionSet {
 public:
  using Output = ObjectRef;

  UnionSet() = default;
  UnionSet(UnionSet&&) = default;
  UnionSet& operator=(UnionSet&&) = default;

  void Add(const ObjectRef& set) {
    for (const ObjectRef& item : Items(set)) {
      Element& element = elements_[item];
      if (element.count++ > 0) continue;
      element.place = order_.insert(order_.end(), item);
      made_ = nullptr;
    }
  }

  void Remove(const ObjectRef& set) {
    for (const ObjectRef& item : Items(set)) {
      const auto at = elements_.find(item);
      if (at == elements_.end() || --at->second.count > 0) continue;
      order_.erase(at->second.place);
      elements_.erase(at);
      made_ = nullptr;
    }
  }

  bool Value(ObjectRef* value) const {
    if (made_ == nullptr) {
      made_ = std::make_shared<const Object>(
          Object{Object::Set{std::vector<ObjectRef>(order_.begin(), order_.end())}});
    }
    *value = made_;
    return true;
  }

  bool IsNew() const { return elements_.empty(); }

 private:
  struct Element {
    uint64_t count = 0;
    std::list<ObjectRef>::iterator place;
  };
  struct Hash {
    size_t operator()(const ObjectRef& item) const { return HashObject(item); }
  };
  struct Equal {
    bool operator()(const ObjectRef& a, const ObjectRef& b) const { return ObjectsEqual(a, b); }
  };

  // A list (a set as JSON can tell it) will do for a set; any other object has no elements.
  static const std::vector<ObjectRef>& Items(const ObjectRef& object) {
    static const std::vector<ObjectRef> kNone;
    if (object == nullptr) return kNone;
    if (const auto* set = std::get_if<Object::Set>(&object->value)) return set->items;
    if (const auto* list = std::get_if<Object::List>(&object->value)) return list->items;
    return kNone;
  }

  std::unordered_map<ObjectRef, Element, Hash, Equal> elements_;
  std::list<ObjectRef> order_;
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
