#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

#include "base/state_parts.h"
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
    uint64_t number;  // among all that ever came
  };

  CountedOrder() = default;
  CountedOrder(CountedOrder&&) = default;
  CountedOrder& operator=(CountedOrder&&) = default;

  // True if the value was not held before.
  bool Add(const Key& key) {
    const auto [at, added] = places_.try_emplace(key, entries_.end());
    if (added) at->second = entries_.insert(entries_.end(), Entry{key, 0, next_++});
    ++at->second->count;
    return added;
  }
  // True if the value is not held any more; nothing happens if it was not held at all.
  bool Remove(const Key& key) {
    const auto at = places_.find(key);
    if (at == places_.end() || --at->second->count > 0) return false;
    entries_.erase(at->second);
    places_.erase(at);
    return true;
  }

  bool empty() const { return entries_.empty(); }
  const std::list<Entry>& entries() const { return entries_; }

  void Save(StateWriter& out) const {
    out.WriteSize(next_);
    const auto number = [](const Entry& entry) { return entry.number; };
    WriteNumbered(out, entries_, number, [&](const Entry& entry) {
      out.Write(entry.key);
      out.WriteSize(entry.count);
    });
  }
  // Into an empty one.
  void Load(StateReader& in) {
    next_ = in.ReadSize();
    ReadNumbered(in, next_, [&](uint64_t number) {
      Key key = in.Get<Key>();
      const uint64_t count = in.ReadSize();
      const auto [at, added] = places_.try_emplace(key, entries_.end());
      if (!in.Check(added && count > 0, "a value is there twice or not at all")) return;
      at->second = entries_.insert(entries_.end(), Entry{std::move(key), count, number});
    });
  }

 private:
  uint64_t next_ = 0;
  std::list<Entry> entries_;
  std::unordered_map<Key, typename std::list<Entry>::iterator, Hash, Equal> places_;
};

using CountedObjects = CountedOrder<ObjectRef, ObjectHash, ObjectEqual>;

}  // namespace weir
