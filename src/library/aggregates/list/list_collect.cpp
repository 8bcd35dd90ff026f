// list:collect and list:merge.
#include <deque>
#include <list>
#include <unordered_map>

#include "catalog/registry.h"
#include "library/aggregates/counted_order.h"
#include "library/aggregates/row_aggregate.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

struct CollectSettings {
  bool distinct = false;
  bool merge = false;  // the argument is a list whose items are taken
};

// All values in order of arrival, and where each stands, so that the first of equal ones can go.
class ListCollect {
 public:
  using Settings = CollectSettings;

  void Add(const AggregateInput& in, uint32_t row, const Settings& settings) {
    ForEach(in, row, settings, [&](const ObjectRef& item) {
      settings.distinct ? static_cast<void>(distinct_.Add(item)) : Append(item, added_++);
    });
  }

  void Remove(const AggregateInput& in, uint32_t row, const Settings& settings) {
    ForEach(in, row, settings, [&](const ObjectRef& item) {
      if (settings.distinct) {
        distinct_.Remove(item);
        return;
      }
      const auto at = places_.find(item);
      if (at == places_.end()) return;
      items_.erase(at->second.front());
      at->second.pop_front();
      if (at->second.empty()) places_.erase(at);
    });
  }

  void Write(const AggregateInput&, uint32_t row, const Settings& settings, Column* out) {
    if (made_ == nullptr) {
      Object::List list;
      if (settings.distinct) {
        for (const auto& entry : distinct_.entries()) list.items.push_back(entry.key);
      } else {
        for (const Item& item : items_) list.items.push_back(item.value);
      }
      made_ = MakeObject(std::move(list));
    }
    WriteObject(made_, row, out);
  }

  bool IsNew() const { return items_.empty() && distinct_.empty(); }

  void Save(StateWriter& out) const {
    out.WriteSize(added_);
    const auto number = [](const Item& item) { return item.number; };
    WriteNumbered(out, items_, number, [&](const Item& item) { out.Write(item.value); });
    out.Write(distinct_);
  }
  void Load(StateReader& in) {
    added_ = in.ReadSize();
    ReadNumbered(in, added_, [&](uint64_t number) { Append(in.Get<ObjectRef>(), number); });
    in.Read(distinct_);
  }

 private:
  struct Item {
    ObjectRef value;
    uint64_t number;  // among all that ever came
  };

  void Append(const ObjectRef& value, uint64_t number) {
    places_[value].push_back(items_.insert(items_.end(), {value, number}));
  }

  template <class Use>
  void ForEach(const AggregateInput& in, uint32_t row, const Settings& settings, const Use& use) {
    const ObjectRef value = ToObject(in.arguments[0]->GetValue(row));
    if (!settings.merge) {
      use(value);
    } else if (const Object::List* list = ListOf(value)) {
      for (const ObjectRef& item : list->items) use(item);
    } else {
      return;
    }
    made_ = nullptr;
  }

  using Items = std::list<Item>;
  Items items_;
  uint64_t added_ = 0;
  std::unordered_map<ObjectRef, std::deque<Items::iterator>, ObjectHash, ObjectEqual> places_;
  CountedObjects distinct_;  // instead of both, if settings.distinct
  ObjectRef made_;           // null: to be made
};

void RegisterCollector(Registry* registry, const char* name, const char* summary,
                       const char* example, const Parameter& taken, bool merge) {
  const Parameter distinct{
      .name = "is.distinct", .types = kBoolOnly, .form = Parameter::Form::kConstant};
  registry->Add(AggregateSpec{
      .name = name,
      .summary = summary,
      .example = example,
      .overloads = {{taken}, {taken, distinct}},
      .result_type = [](std::span<const Argument>) { return Type::kObject; },
      .make =
          [merge](std::span<const Argument> arguments, bool) {
            return MakeRowAggregator<ListCollect>({ConstantFlag(arguments, 1), merge});
          },
  });
}

}  // namespace

void RegisterListCollect(Registry* registry) {
  RegisterCollector(registry, "list:collect",
                    "All values as a list in order of arrival, each once if distinct.",
                    "from Trades#window.lengthBatch(10) select list:collect(symbol) as symbols "
                    "insert into Symbols;",
                    {.name = "value"}, false);
  RegisterCollector(
      registry, "list:merge", "The items of all lists as one list, each once if distinct.",
      "from Trades#window.lengthBatch(2) select list:merge(list:create(symbol)) as symbols "
      "insert into Symbols;",
      {.name = "list", .types = kObjectOnly}, true);
}

}  // namespace weir
