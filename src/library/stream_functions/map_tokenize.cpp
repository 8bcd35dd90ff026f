#include "catalog/registry.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

class MapTokenize final : public StreamFunction {
 public:
  explicit MapTokenize(size_t maps) : count_(maps) {}

  void OnRow(const StreamFunctionRow& row, StreamFunctionOutput& out) override {
    maps_.clear();
    for (size_t i = 0; i < count_; ++i) {
      maps_.push_back(row.IsNull(i) ? nullptr : MapOf(row.Get<ObjectRef>(i)));
      if (maps_.back() == nullptr) {
        out.Fail("map:tokenize(): argument " + std::to_string(i + 1) + " is not a map");
        return;
      }
    }
    // Keys in the order in which the maps have them.
    for (size_t m = 0; m < maps_.size(); ++m) {
      for (size_t i = 0; i < maps_[m]->entries.size(); ++i) {
        const ObjectRef key = KeyAt(*maps_[m], i);
        if (SeenBefore(m, key)) continue;
        out.appended(0).AppendObject(key);
        out.appended(1).AppendObject(count_ == 1 ? maps_[0]->entries[i].second : ValuesOf(key));
        out.Emit();
      }
    }
  }

 private:
  bool SeenBefore(size_t map, const ObjectRef& key) const {
    for (size_t m = 0; m < map; ++m) {
      if (FindKey(*maps_[m], key) >= 0) return true;
    }
    return false;
  }

  ObjectRef ValuesOf(const ObjectRef& key) const {
    Object::List values;
    for (const Object::Map* map : maps_) {
      const int at = FindKey(*map, key);
      values.items.push_back(at < 0 ? nullptr : map->entries[static_cast<size_t>(at)].second);
    }
    return MakeObject(std::move(values));
  }

  const size_t count_;
  std::vector<const Object::Map*> maps_;  // of one row
};

}  // namespace

void RegisterMapTokenize(Registry* registry) {
  StreamFunctionSpec spec;
  spec.name = "map:tokenize";
  spec.summary =
      "Gives one event for each entry of a map, with its key and value; with several maps the "
      "value "
      "is the list of their values for that key.";
  spec.example = "from Messages#map:tokenize(attributes) select key, value insert into Out;";
  spec.overloads = {{{"map", kObjectOnly, Parameter::Form::kAny, /*repeats=*/true}}};
  spec.bind = [](std::span<const Argument> arguments, size_t) -> Result<BoundStreamFunction> {
    BoundStreamFunction bound;
    bound.appended = {{"key", Type::kObject}, {"value", Type::kObject}};
    bound.make = [maps = arguments.size()](const StreamFunctionPlace&) {
      return std::make_unique<MapTokenize>(maps);
    };
    return bound;
  };
  registry->Add(std::move(spec));
}

}  // namespace weir
