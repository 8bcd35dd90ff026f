// map:collect and map:merge.
#include <deque>
#include <list>
#include <unordered_map>

#include "catalog/registry.h"
#include "library/aggregates/counted_order.h"
#include "library/aggregates/row_aggregate.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

struct MapSettings {
  bool merge = false;  // the argument is a map whose entries are taken
};

// For each key all values that rows gave it: the last one counts, also after others have expired.
// Keys stand in the order in which they came first.
class MapCollect {
 public:
  using Settings = MapSettings;

  void Add(const AggregateInput& in, uint32_t row, const Settings& settings) {
    ForEach(in, row, settings, [&](const ObjectRef& key, ObjectRef value) {
      const auto [at, added] = places_.try_emplace(key, entries_.end());
      if (added) at->second = entries_.insert(entries_.end(), Entry{key, {}, added_++});
      at->second->values.push_back(std::move(value));
    });
  }

  void Remove(const AggregateInput& in, uint32_t row, const Settings& settings) {
    ForEach(in, row, settings, [&](const ObjectRef& key, const ObjectRef& value) {
      const auto at = places_.find(key);
      if (at == places_.end()) return;
      auto& values = at->second->values;
      for (auto each = values.begin(); each != values.end(); ++each) {
        if (!ObjectsEqual(*each, value)) continue;
        if (each == values.begin()) ++at->second->gone;
        values.erase(each);
        break;
      }
      if (!values.empty()) return;
      entries_.erase(at->second);
      places_.erase(at);
    });
  }

  void Write(const AggregateInput&, uint32_t row, const Settings&, Column* out) {
    if (made_ == nullptr) {
      Object::Map map;
      for (const Entry& entry : entries_) Append(entry.key, entry.values.back(), &map);
      made_ = MakeObject(std::move(map));
    }
    WriteObject(made_, row, out);
  }

  bool IsNew() const { return entries_.empty(); }

  void Save(StateWriter& out) const {
    out.WriteSize(added_);
    const auto number = [](const Entry& entry) { return entry.number; };
    WriteNumbered(out, entries_, number, [&](const Entry& entry) {
      out.Write(entry.key);
      out.WriteSequence<ObjectRef>(entry.gone, entry.values.size(),
                                   [&](size_t i) { return entry.values[i]; });
    });
  }
  void Load(StateReader& in) {
    added_ = in.ReadSize();
    ReadNumbered(in, added_, [&](uint64_t number) {
      Entry entry{in.Get<ObjectRef>(), {}, number};
      entry.gone = in.ReadSequence<ObjectRef>(
          [&](ObjectRef value) { entry.values.push_back(std::move(value)); });
      const auto [at, added] = places_.try_emplace(entry.key, entries_.end());
      const bool held = added && entry.key != nullptr && !entry.values.empty();
      if (!in.Check(held, "a key is there twice or not at all")) return;
      at->second = entries_.insert(entries_.end(), std::move(entry));
    });
  }

 private:
  struct Entry {
    ObjectRef key;
    std::deque<ObjectRef> values;
    uint64_t number;    // among all keys that ever came
    uint64_t gone = 0;  // values that left at the front
  };

  template <class Use>
  void ForEach(const AggregateInput& in, uint32_t row, const Settings& settings, const Use& use) {
    const ObjectRef first = ToObject(in.arguments[0]->GetValue(row));
    if (first == nullptr) return;
    made_ = nullptr;
    if (!settings.merge) {
      use(first, ToObject(in.arguments[1]->GetValue(row)));
    } else if (const Object::Map* map = MapOf(first)) {
      for (size_t i = 0; i < map->entries.size(); ++i) use(KeyAt(*map, i), map->entries[i].second);
    }
  }

  std::list<Entry> entries_;
  uint64_t added_ = 0;
  std::unordered_map<ObjectRef, std::list<Entry>::iterator, ObjectHash, ObjectEqual> places_;
  ObjectRef made_;  // null: to be made
};

void RegisterCollector(Registry* registry, const char* name, const char* summary,
                       const char* example, Overload parameters, bool merge) {
  registry->Add(AggregateSpec{
      .name = name,
      .summary = summary,
      .example = example,
      .overloads = {std::move(parameters)},
      .result_type = [](std::span<const Argument>) { return Type::kObject; },
      .make = [merge](std::span<const Argument>,
                      bool) { return MakeRowAggregator<MapCollect>({merge}); },
  });
}

}  // namespace

void RegisterMapCollect(Registry* registry) {
  RegisterCollector(registry, "map:collect",
                    "A map of all keys that are not null, each with its last value.",
                    "from Trades#window.lengthBatch(10) select map:collect(symbol, price) as names "
                    "insert into Names;",
                    {{.name = "key"}, {.name = "value"}}, false);
  RegisterCollector(
      registry, "map:merge", "The entries of all maps as one map, each key with its last value.",
      "from Trades#window.lengthBatch(2) select map:merge(map:create(symbol, price)) as names "
      "insert into Names;",
      {{.name = "map", .types = kObjectOnly}}, true);
}

}  // namespace weir
