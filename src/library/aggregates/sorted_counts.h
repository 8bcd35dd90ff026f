// How often each value is held, in order of the values: as saved and loaded.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/state_parts.h"

namespace weir {

inline uint64_t HashOfKey(int64_t key) { return MixHash(static_cast<uint64_t>(key)); }
inline uint64_t HashOfKey(const std::string& key) { return HashString(key); }

template <class Key>
void SaveCounts(const std::map<Key, uint64_t>& counts, StateWriter& out) {
  using Entry = typename std::map<Key, uint64_t>::value_type;
  std::vector<Hashed<const Entry*>> entries;
  for (const Entry& entry : counts) entries.push_back({HashOfKey(entry.first), &entry});
  WriteHashed(out, std::move(entries), [](const Entry* entry, StateWriter& to) {
    to.Write(entry->first);
    to.WriteSize(entry->second);
  });
}

template <class Key>
void LoadCounts(StateReader& in, std::map<Key, uint64_t>* counts) {
  ReadHashed(in, [&] {
    Key key = in.Get<Key>();
    const uint64_t count = in.ReadSize();
    const bool added = counts->emplace(std::move(key), count).second;
    in.Check(added && count > 0, "a value is there twice or not at all");
  });
}

}  // namespace weir
