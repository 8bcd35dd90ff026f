#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weir {

// Siddhi finds the rows of an aggregation in Java hash maps, whose keys are texts. Reads give them
// in the same order; it is fixed by the values alone.

// What stands behind each part of a key.
inline constexpr std::string_view kJavaKeyEnd = ":-:";

// The hash of a text (UTF-8) as Java makes it from its UTF-16 units, part by part.
class JavaText {
 public:
  void Append(std::string_view text);
  // Another JavaText's hash and factor.
  void Append(uint32_t hash, uint32_t factor) {
    hash_ = hash_ * factor + hash;
    factor_ *= factor;
  }
  uint32_t hash() const { return hash_; }
  // 31 to the power of the length.
  uint32_t factor() const { return factor_; }

 private:
  void AppendUnit(uint32_t unit) { Append(unit, 31); }

  uint32_t hash_ = 0;
  uint32_t factor_ = 1;
};

// Sorts `items` as a map iterates over them that holds `held` keys and took them in their order
// here. `hash_of` gives the hash of an item's key.
template <class HashOf>
void JavaMapOrder(std::span<uint32_t> items, size_t held, HashOf hash_of) {
  uint64_t bins = 16;
  while (held * 4 > bins * 3) bins *= 2;
  std::vector<std::pair<uint64_t, uint32_t>> places;
  places.reserve(items.size());
  for (const uint32_t item : items) {
    const uint32_t hash = hash_of(item);
    places.emplace_back((hash ^ (hash >> 16)) & (bins - 1), item);
  }
  std::stable_sort(places.begin(), places.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < items.size(); ++i) items[i] = places[i].second;
}

}  // namespace weir
