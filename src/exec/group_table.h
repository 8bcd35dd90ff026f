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
  struct Slot {
    uint32_t tag = 0;         // part of the hash
    uint32_t group_or_0 = 0;  // group + 1; 0: free
  };

  template <class T>
  void FindNumbers(const Chunk& chunk, const Column& keys, uint32_t* groups);
  void FindStrings(const Chunk& chunk, const Column& keys, uint32_t* groups);
  void FindComposites(const Chunk& chunk, std::span<const ColumnPtr> keys, uint32_t* groups);

  // Has what finds of the chunk's rows will look at brought near; `hash_of` takes physical rows.
  template <class HashOfRow>
  void Prefetch(const Chunk& chunk, HashOfRow hash_of);

  uint32_t FindNumber(uint64_t key);
  uint32_t FindText(const StringRef& key);
  uint32_t FindNull();
  template <class IsKey>
  Slot* Probe(uint64_t hash, IsKey is_key);
  uint32_t NewGroup();
  StringRef KeepText(const StringRef& text);
  uint64_t HashOf(uint32_t group) const;
  void Rebuild(size_t slot_count);
  uint8_t KeyGroupOfGroup(uint32_t group) const;

  std::vector<Type> types_;
  bool by_number_;  // the key is one attribute that fits 64 bits: number_keys_, else text_keys_
  LargeVector<Slot> slots_;            // a power of two of them, at most half in use
  LargeVector<uint64_t> number_keys_;  // by group
  LargeVector<StringRef> text_keys_;   // by group; long ones point into arena_
  std::vector<bool> used_;             // by group
  std::vector<uint32_t> free_;
  uint32_t null_group_or_0_ = 0;
  std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();
  std::string encoded_;           // scratch: a composite key as bytes
  std::vector<uint64_t> hashes_;  // scratch
};

}  // namespace weir
