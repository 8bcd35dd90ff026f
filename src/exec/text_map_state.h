#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/state_reader.h"

namespace weir {

// A hash map with texts as keys, one part for each hash: equal maps give equal records, whatever
// they went through. `save(value, part)` and `load(&value, part)` care for what stands behind a
// key.
template <class V, class SaveValue>
void SaveTextMap(const std::unordered_map<std::string, V>& map, StateWriter& out,
                 SaveValue&& save) {
  using Item = std::pair<uint64_t, const std::pair<const std::string, V>*>;
  std::vector<Item> items;
  items.reserve(map.size());
  for (const auto& item : map) items.emplace_back(HashString(item.first), &item);
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.first != b.first ? a.first < b.first : a.second->first < b.second->first;
  });
  const uint32_t section = out.NewSection();
  for (size_t begin = 0; begin < items.size();) {
    const uint64_t hash = items[begin].first;
    size_t end = begin + 1;
    while (end < items.size() && items[end].first == hash) ++end;
    out.BeginPart(section, KeyGroupOf(hash), hash);
    out.WriteSize(end - begin);
    for (; begin < end; ++begin) {
      out.WriteText(items[begin].second->first);
      save(items[begin].second->second, out);
    }
    out.EndPart();
  }
}

template <class V, class LoadValue>
void LoadTextMap(StateReader& in, std::unordered_map<std::string, V>* map, LoadValue&& load) {
  map->clear();
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t hash = 0;
  while (in.NextPart(section, &key_group, &hash)) {
    for (uint64_t left = in.ReadSize(1); left > 0 && in.ok(); --left) {
      const auto [at, added] = map->try_emplace(in.ReadText());
      if (in.Check(added, "a key is there twice")) load(&at->second, in);
    }
    in.EndPart();
  }
}

template <class V>
void SaveTextMap(const std::unordered_map<std::string, V>& map, StateWriter& out) {
  SaveTextMap(map, out, [](const V& value, StateWriter& part) { part.Write(value); });
}
template <class V>
void LoadTextMap(StateReader& in, std::unordered_map<std::string, V>* map) {
  LoadTextMap(in, map, [](V* value, StateReader& part) { part.Read(*value); });
}

}  // namespace weir
