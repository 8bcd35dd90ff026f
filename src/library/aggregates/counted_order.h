#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

#include "types/object.h"

namespace weir {

struct ObjectHash {
  size_t operator()(const ObjectRef& object) const { return HashObject(object); }
};
struct ObjectEqual {
  bool operator()(const ObjectRef& a, const ObjectRef& b) const { return ObjectsEqual(a, b); }
};

// Values, each with the number of times it is held, in the order in which they came first. A value
// that went and comes again is the last.
template <class Key, class Hash = std::hash<Key>, class Equal = std::equal_to<Key>>
class CountedOrder {
 public:
  struct Entry {
    Key key;
    uint64_t count;
  };

  CountedOrder() = default;
  CountedOrder(CountedOrder&&) = default;
  CountedOrder& operator=(CountedOrder&&) = default;

  void Add(const Key& key) {
    const auto [at, added] = places_.try_emplace(key, entries_.end());
    if (added) at->second = entries_.insert(entries_.end(), Entry{key, 0});
    ++at->second->count;
  }
  // Does nothing if the value is not held.
  void Remove(const Key& key) {
    const auto at = places_.find(key);
    if (at == places_.end() || --at->second->count > 0) return;
    entries_.erase(at->second);
    places_.erase(at);
  }

  bool empty() const { return entries_.empty(); }
  const std::list<Entry>& entries() const { return entries_; }

 private:
  std::list<Entry> entries_;
  std::unordered_map<Key, typename std::list<Entry>::iterator, Hash, Equal> places_;
};

using CountedObjects = CountedOrder<ObjectRef, ObjectHash, ObjectEqual>;

}  // namespace weir
