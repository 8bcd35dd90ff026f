#include "exec/group_table.h"

#include <bit>
#include <cmath>
#include <type_traits>

#include "types/string_hash.h"

namespace weir {
namespace {

constexpr size_t kFirstSlots = 64;
// Fewer groups than these are near anyway.
constexpr uint32_t kPrefetchGroups = 16384;

template <class T>
uint64_t NumberBits(T value) {
  if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<uint64_t>(value == value ? value : std::nan(""));
  } else if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<uint32_t>(value == value ? value : std::nanf(""));
  } else {
    return static_cast<uint64_t>(value);
  }
}

template <class T>
constexpr bool IsNumber() {
  return !std::is_same_v<T, StringRef> && !std::is_same_v<T, ObjectRef>;
}

// Appends one value so that different values, and values of different length, never run together.
void AppendKeyBytes(const Column& column, uint32_t row, std::string* out) {
  if (!column.IsValid(row)) {
    out->push_back(0);
    return;
  }
  out->push_back(1);
  DispatchType(column.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T& value = column.values<T>()[row];
    if constexpr (std::is_same_v<T, StringRef>) {
      const uint32_t size = value.size();
      out->append(reinterpret_cast<const char*>(&size), sizeof(size));
      out->append(value.data(), size);
    } else if constexpr (std::is_same_v<T, ObjectRef>) {
      AppendJson(value, out);  // delimits itself
    } else {
      const uint64_t bits = NumberBits(value);
      out->append(reinterpret_cast<const char*>(&bits), sizeof(T));
    }
  });
}

uint64_t HashNumber(uint64_t key) { return FoldHash(key, 0); }

}  // namespace

GroupTable::GroupTable(std::vector<Type> types)
    : types_(std::move(types)),
      by_number_(types_.size() == 1 && types_[0] != Type::kString && types_[0] != Type::kObject),
      slots_(kFirstSlots) {
  CHECK(!types_.empty());
}

void GroupTable::Find(const Chunk& chunk, std::span<const ColumnPtr> keys, uint32_t* groups) {
  CHECK_EQ(keys.size(), types_.size());
  if (by_number_) {
    DispatchType(types_[0], [&](auto tag) {
      using T = typename decltype(tag)::type;
      if constexpr (IsNumber<T>()) FindNumbers<T>(chunk, *keys[0], groups);
    });
  } else if (types_.size() == 1 && types_[0] == Type::kString) {
    FindStrings(chunk, *keys[0], groups);
  } else {
    FindComposites(chunk, keys, groups);
  }
}

template <class T>
void GroupTable::FindNumbers(const Chunk& chunk, const Column& keys, uint32_t* groups) {
  const T* values = keys.values<T>();
  Prefetch(chunk, [&](uint32_t row) { return HashNumber(NumberBits(values[row])); });
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    groups[i] = keys.IsValid(row) ? FindNumber(NumberBits(values[row])) : FindNull();
  }
}

void GroupTable::FindStrings(const Chunk& chunk, const Column& keys, uint32_t* groups) {
  const StringRef* values = keys.values<StringRef>();
  Prefetch(chunk, [&](uint32_t row) {
    return keys.IsValid(row) ? HashStringRef(values[row]) : uint64_t{0};
  });
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    groups[i] = keys.IsValid(row) ? FindText(values[row]) : FindNull();
  }
}

void GroupTable::FindComposites(const Chunk& chunk, std::span<const ColumnPtr> keys,
                                uint32_t* groups) {
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    encoded_.clear();
    for (const ColumnPtr& column : keys) AppendKeyBytes(*column, chunk.Row(i), &encoded_);
    groups[i] = FindText(StringRef(encoded_));
  }
}

template <class HashOfRow>
void GroupTable::Prefetch(const Chunk& chunk, HashOfRow hash_of) {
  if (size() < kPrefetchGroups) return;
  const size_t mask = slots_.size() - 1;
  hashes_.resize(chunk.size());
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    hashes_[i] = hash_of(chunk.Row(i));
    __builtin_prefetch(&slots_[hashes_[i] & mask]);
  }
  for (const uint64_t hash : hashes_) {
    size_t at = hash & mask;
    const auto tag = static_cast<uint32_t>(hash >> 32);
    while (slots_[at].group_or_0 != 0 && slots_[at].tag != tag) at = (at + 1) & mask;
    const uint32_t group_or_0 = slots_[at].group_or_0;
    if (group_or_0 == 0) continue;
    by_number_ ? __builtin_prefetch(&number_keys_[group_or_0 - 1])
               : __builtin_prefetch(&text_keys_[group_or_0 - 1]);
  }
}

// The slot of the key, or the free slot where it belongs.
template <class IsKey>
GroupTable::Slot* GroupTable::Probe(uint64_t hash, IsKey is_key) {
  const size_t mask = slots_.size() - 1;
  const auto tag = static_cast<uint32_t>(hash >> 32);
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.group_or_0 == 0) {
      slot.tag = tag;
      return &slot;
    }
    if (slot.tag == tag && is_key(slot.group_or_0 - 1)) return &slot;
  }
}

uint32_t GroupTable::FindNumber(uint64_t key) {
  Slot* slot = Probe(HashNumber(key), [&](uint32_t group) { return number_keys_[group] == key; });
  if (slot->group_or_0 != 0) [[likely]]
    return slot->group_or_0 - 1;
  const uint32_t group = NewGroup();
  slot->group_or_0 = group + 1;
  number_keys_[group] = key;
  if (size() * 2 > slots_.size()) Rebuild(slots_.size() * 2);
  return group;
}

uint32_t GroupTable::FindText(const StringRef& key) {
  Slot* slot = Probe(HashStringRef(key), [&](uint32_t group) { return text_keys_[group] == key; });
  if (slot->group_or_0 != 0) [[likely]]
    return slot->group_or_0 - 1;
  const uint32_t group = NewGroup();
  slot->group_or_0 = group + 1;
  text_keys_[group] = KeepText(key);
  if (size() * 2 > slots_.size()) Rebuild(slots_.size() * 2);
  return group;
}

uint32_t GroupTable::FindNull() {
  if (null_group_or_0_ == 0) null_group_or_0_ = NewGroup() + 1;
  return null_group_or_0_ - 1;
}

uint32_t GroupTable::NewGroup() {
  if (!free_.empty()) {
    const uint32_t group = free_.back();
    free_.pop_back();
    used_[group] = true;
    return group;
  }
  used_.push_back(true);
  by_number_ ? number_keys_.push_back(0) : text_keys_.push_back(StringRef());
  return group_end() - 1;
}

StringRef GroupTable::KeepText(const StringRef& text) {
  if (text.is_inline()) return text;
  return StringRef(arena_->Copy(text.view()), text.size());
}

uint64_t GroupTable::HashOf(uint32_t group) const {
  return by_number_ ? HashNumber(number_keys_[group]) : HashStringRef(text_keys_[group]);
}

void GroupTable::Rebuild(size_t slot_count) {
  slots_.assign(slot_count, Slot());
  for (uint32_t group = 0; group < group_end(); ++group) {
    if (!used_[group] || group + 1 == null_group_or_0_) continue;
    Probe(HashOf(group), [](uint32_t) { return false; })->group_or_0 = group + 1;
  }
}

void GroupTable::Sweep(const std::function<bool(uint32_t)>& forget) {
  for (uint32_t group = 0; group < group_end(); ++group) {
    if (!used_[group] || !forget(group)) continue;
    used_[group] = false;
    free_.push_back(group);
    if (group + 1 == null_group_or_0_) null_group_or_0_ = 0;
  }
  if (!by_number_) {
    const std::unique_ptr<Arena> old = std::exchange(arena_, std::make_unique<Arena>());
    for (uint32_t group = 0; group < group_end(); ++group) {
      if (used_[group]) text_keys_[group] = KeepText(text_keys_[group]);
    }
  }
  size_t slot_count = kFirstSlots;
  while (slot_count < size() * size_t{4}) slot_count *= 2;
  Rebuild(slot_count);
}

}  // namespace weir
