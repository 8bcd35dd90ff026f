#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/large_array.h"
#include "types/chunk.h"

namespace weir {

// Gives every distinct group key a dense number, with one hash probe per row. A null is a key of
// its own (not the text "null"); floats are told apart by their bits, all NaN alike. Numbers of
// forgotten keys are given out again, so they must never show in a result.
class GroupTable {
 public:
  // `types` of the attributes that make the key; at least one.
  explicit GroupTable(std::vector<Type> types);

  // Writes the group of visible row i to groups[i]. `keys` holds one column per attribute, indexed
  // by physical row.
  void Find(const Chunk& chunk, std::span<const ColumnPtr> keys, uint32_t* groups);

  // All numbers given out are below this.
  uint32_t group_end() const { return static_cast<uint32_t>(used_.size()); }
  // Keys known now.
  uint32_t size() const { return group_end() - static_cast<uint32_t>(free_.size()); }

  // Forgets the keys of all groups for which `forget` says so.
  void Sweep(const std::function<bool(uint32_t)>& forget);

  // Every group has a part of the state, in which `more` writes and reads what else there is of it.
  // Load is for a table that has no groups yet; all numbers are below group_end() when it calls.
  void Save(StateWriter& out, const std::function<void(uint32_t, StateWriter&)>& more) const;
  void Load(StateReader& in, const std::function<void(uint32_t, StateReader&)>& more);

 private:
  // What a slot knows of its key. Numbers and short texts are there as a whole, so that to find one
  // touches one place in memory.
  struct Mark {
    uint64_t bits = 0;  // the number, the short text, or the hash of a long one
    uint32_t form = 0;  // a number: 0; a short text: its length; a long one: kLongText
    bool operator==(const Mark&) const = default;
  };
  static constexpr uint32_t kShortBytes = sizeof(Mark::bits);
  static constexpr uint32_t kLongText = kShortBytes + 1;
  struct Slot {
    uint64_t bits = 0;
    uint32_t form = 0;
    uint32_t group_or_0 = 0;  // group + 1; 0: free
  };
  static Mark MarkOf(const StringRef& text);
  static uint64_t HashOf(const Mark& mark);

  template <class T>
  class NumberKeys;
  class StringKeys;
  class CompositeKeys;
  // `keys` knows for each visible row its mark, then its text, and whether it is null.
  template <class Keys>
  void FindAll(uint32_t size, Keys keys, uint32_t* groups);
  uint32_t FindOne(const Mark& mark, const StringRef& text);
  uint32_t FindNull();
  // The slot of the key, or the free slot where it belongs.
  Slot* Probe(const Mark& mark, const StringRef& text);
  // The group that a mark most likely means, or kNoGroup; looks at one cache line.
  uint32_t Likely(const Mark& mark) const;
  static constexpr uint32_t kNoGroup = 0xffffffff;

  uint32_t NewGroup();
  void SetText(uint32_t group, const StringRef& text);
  StringRef TextOf(const Slot& slot) const;
  void Resize(size_t count);
  void SaveKey(const Slot& slot, StateWriter& out) const;
  void LoadKey(uint32_t group, StateReader& in);

  std::vector<Type> types_;
  bool by_number_;           // the key is one attribute that fits 64 bits
  LargeVector<Slot> slots_;  // a power of two of them, at most half in use
  // By group, as far as there are long ones; the bytes are in arena_.
  LargeVector<StringRef> long_texts_;
  std::vector<bool> used_;  // by group
  std::vector<uint32_t> free_;
  uint32_t null_group_or_0_ = 0;
  std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();
  std::vector<std::string> encoded_;  // scratch: composite keys as bytes
};

}  // namespace weir
