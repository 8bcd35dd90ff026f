#include "exec/group_table.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "base/hash.h"
#include "exec/id_state.h"
#include "types/string_hash.h"

namespace weir {
namespace {

constexpr size_t kFirstSlots = 64;
// Fewer groups than these are near anyway.
constexpr uint32_t kPrefetchGroups = 16384;
// How many rows ahead their slots are brought near.
constexpr uint32_t kAheadRows = 32;

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

constexpr size_t kSlotsPerLine = 4;

}  // namespace

inline GroupTable::Mark GroupTable::MarkOf(const StringRef& text) {
  if (text.size() > kShortBytes) return {HashStringRef(text), kLongText};
  Mark mark{0, text.size()};
  std::memcpy(&mark.bits, text.data(), kShortBytes);  // behind the end of a short one are zeros
  return mark;
}

inline uint64_t GroupTable::HashOf(const Mark& mark) { return FoldHash(mark.bits, mark.form); }

GroupTable::GroupTable(std::vector<Type> types)
    : types_(std::move(types)),
      by_number_(types_.size() == 1 && types_[0] != Type::kString && types_[0] != Type::kObject),
      slots_(kFirstSlots) {
  CHECK(!types_.empty());
}

template <class T>
class GroupTable::NumberKeys {
 public:
  NumberKeys(const Chunk& chunk, const Column& keys)
      : chunk_(chunk), keys_(keys), values_(keys.values<T>()) {}
  bool IsNull(uint32_t i) const { return !keys_.IsValid(chunk_.Row(i)); }
  Mark MarkOf(uint32_t i) const { return {NumberBits(values_[chunk_.Row(i)]), 0}; }
  StringRef TextOf(uint32_t) const { return StringRef(); }

 private:
  const Chunk& chunk_;
  const Column& keys_;
  const T* values_;
};

class GroupTable::StringKeys {
 public:
  StringKeys(const Chunk& chunk, const Column& keys)
      : chunk_(chunk), keys_(keys), values_(keys.values<StringRef>()) {}
  bool IsNull(uint32_t i) const { return !keys_.IsValid(chunk_.Row(i)); }
  Mark MarkOf(uint32_t i) const { return IsNull(i) ? Mark() : GroupTable::MarkOf(TextOf(i)); }
  const StringRef& TextOf(uint32_t i) const { return values_[chunk_.Row(i)]; }

 private:
  const Chunk& chunk_;
  const Column& keys_;
  const StringRef* values_;
};

// Keys of several attributes, or of objects, as bytes.
class GroupTable::CompositeKeys {
 public:
  CompositeKeys(const Chunk& chunk, std::span<const ColumnPtr> keys,
                std::vector<std::string>* encoded)
      : chunk_(chunk), keys_(keys), encoded_(*encoded) {
    encoded_.resize(kAheadRows);
  }
  bool IsNull(uint32_t) const { return false; }
  Mark MarkOf(uint32_t i) {
    std::string& bytes = encoded_[i % kAheadRows];
    bytes.clear();
    for (const ColumnPtr& column : keys_) AppendKeyBytes(*column, chunk_.Row(i), &bytes);
    return GroupTable::MarkOf(TextOf(i));
  }
  // After MarkOf, and before it is called for the row kAheadRows later.
  StringRef TextOf(uint32_t i) const { return StringRef(encoded_[i % kAheadRows]); }

 private:
  const Chunk& chunk_;
  std::span<const ColumnPtr> keys_;
  std::vector<std::string>& encoded_;
};

void GroupTable::Find(const Chunk& chunk, std::span<const ColumnPtr> keys, uint32_t* groups) {
  CHECK_EQ(keys.size(), types_.size());
  if (by_number_) {
    DispatchType(types_[0], [&](auto tag) {
      using T = typename decltype(tag)::type;
      if constexpr (IsNumber<T>()) FindAll(chunk.size(), NumberKeys<T>(chunk, *keys[0]), groups);
    });
  } else if (types_.size() == 1 && types_[0] == Type::kString) {
    FindAll(chunk.size(), StringKeys(chunk, *keys[0]), groups);
  } else {
    FindAll(chunk.size(), CompositeKeys(chunk, keys, &encoded_), groups);
  }
}

// Where memory may be far, the slot of a key is brought near some rows before it is read; then,
// for a long key, what the slot leads to.
template <class Keys>
void GroupTable::FindAll(uint32_t size, Keys keys, uint32_t* groups) {
  const auto find = [&](uint32_t i, const Mark& mark) {
    groups[i] = keys.IsNull(i) ? FindNull() : FindOne(mark, keys.TextOf(i));
  };
  if (group_end() < kPrefetchGroups) {
    for (uint32_t i = 0; i < size; ++i) find(i, keys.MarkOf(i));
    return;
  }
  Mark marks[kAheadRows];
  uint32_t likely[kAheadRows];
  const auto bring_slot = [&](uint32_t i) {
    Mark& mark = marks[i % kAheadRows] = keys.MarkOf(i);
    __builtin_prefetch(&slots_[HashOf(mark) & (slots_.size() - 1)]);
  };
  const auto bring_text = [&](uint32_t i) {
    uint32_t& group = likely[i % kAheadRows] = kNoGroup;
    if (marks[i % kAheadRows].form != kLongText) return;
    group = Likely(marks[i % kAheadRows]);
    if (group != kNoGroup) __builtin_prefetch(&long_texts_[group]);
  };
  const auto bring_bytes = [&](uint32_t i) {
    const uint32_t group = likely[i % kAheadRows];
    if (group != kNoGroup) __builtin_prefetch(long_texts_[group].data());
  };
  for (uint32_t i = 0; i < size + kAheadRows; ++i) {
    if (i < size) bring_slot(i);
    if (i >= kAheadRows / 4 && i - kAheadRows / 4 < size) bring_text(i - kAheadRows / 4);
    if (i >= kAheadRows / 2 && i - kAheadRows / 2 < size) bring_bytes(i - kAheadRows / 2);
    if (i + 1 >= kAheadRows && i + 1 - kAheadRows < size) {
      find(i + 1 - kAheadRows, marks[(i + 1) % kAheadRows]);
    }
  }
}

uint32_t GroupTable::Likely(const Mark& mark) const {
  const size_t begin = HashOf(mark) & (slots_.size() - 1);
  const size_t line = begin & ~(kSlotsPerLine - 1);
  for (size_t i = 0; i < kSlotsPerLine; ++i) {
    const Slot& slot = slots_[line + (begin + i) % kSlotsPerLine];
    if (slot.group_or_0 == 0) break;
    if (slot.bits == mark.bits && slot.form == mark.form) return slot.group_or_0 - 1;
  }
  return kNoGroup;
}

// All slots of a cache line are looked at before those of the next.
inline GroupTable::Slot* GroupTable::Probe(const Mark& mark, const StringRef& text) {
  const size_t mask = slots_.size() - 1;
  const size_t begin = HashOf(mark) & mask;
  for (size_t line = begin & ~(kSlotsPerLine - 1);; line = (line + kSlotsPerLine) & mask) {
    for (size_t i = 0; i < kSlotsPerLine; ++i) {
      Slot& slot = slots_[line + (begin + i) % kSlotsPerLine];
      if (slot.group_or_0 == 0) return &slot;
      if (slot.bits != mark.bits || slot.form != mark.form) continue;
      if (mark.form != kLongText || long_texts_[slot.group_or_0 - 1] == text) return &slot;
    }
  }
}

uint32_t GroupTable::FindOne(const Mark& mark, const StringRef& text) {
  Slot* slot = Probe(mark, text);
  if (slot->group_or_0 != 0) [[likely]]
    return slot->group_or_0 - 1;
  const uint32_t group = NewGroup();
  *slot = {mark.bits, mark.form, group + 1};
  if (mark.form == kLongText) SetText(group, text);
  if (size() * 2 > slots_.size()) Resize(slots_.size() * 2);
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
  return group_end() - 1;
}

void GroupTable::SetText(uint32_t group, const StringRef& text) {
  if (long_texts_.size() <= group) long_texts_.resize(size_t{group} + 1);
  long_texts_[group] = text.is_inline() ? text : StringRef(arena_->Copy(text.view()), text.size());
}

StringRef GroupTable::TextOf(const Slot& slot) const {
  if (slot.form == kLongText) return long_texts_[slot.group_or_0 - 1];
  char bytes[kShortBytes];
  std::memcpy(bytes, &slot.bits, kShortBytes);
  return StringRef(bytes, slot.form);
}

void GroupTable::Resize(size_t count) {
  LargeVector<Slot> old(count);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.group_or_0 == 0) continue;
    // No two are equal: the first free one is right.
    const StringRef text = slot.form == kLongText ? TextOf(slot) : StringRef();
    *Probe({slot.bits, slot.form}, text) = slot;
  }
}

void GroupTable::Sweep(const std::function<bool(uint32_t)>& forget) {
  for (uint32_t group = 0; group < group_end(); ++group) {
    if (!used_[group] || !forget(group)) continue;
    used_[group] = false;
    free_.push_back(group);
    if (group + 1 == null_group_or_0_) null_group_or_0_ = 0;
  }
  const std::unique_ptr<Arena> old = std::exchange(arena_, std::make_unique<Arena>());
  for (Slot& slot : slots_) {
    if (slot.group_or_0 == 0) continue;
    if (!used_[slot.group_or_0 - 1]) {
      slot.group_or_0 = 0;
    } else if (slot.form == kLongText) {
      SetText(slot.group_or_0 - 1, TextOf(slot));
    }
  }
  size_t count = kFirstSlots;
  while (count < size() * size_t{4}) count *= 2;
  Resize(count);
}

void GroupTable::SaveKey(const Slot& slot, StateWriter& out) const {
  by_number_ ? out.Write(slot.bits) : out.WriteText(TextOf(slot).view());
}

void GroupTable::Save(StateWriter& out,
                      const std::function<void(uint32_t, StateWriter&)>& more) const {
  SaveIds(group_end(), free_, out);
  out.Write(null_group_or_0_);
  std::vector<const Slot*> by_group(group_end());
  for (const Slot& slot : slots_) {
    if (slot.group_or_0 != 0) by_group[slot.group_or_0 - 1] = &slot;
  }
  const uint32_t section = out.NewSection();
  for (uint32_t group = 0; group < group_end(); ++group) {
    if (!used_[group]) continue;
    const Slot* slot = by_group[group];
    if (slot == nullptr) {  // the null, which needs no words
      out.BeginPart(section, 0, group);
    } else {
      const uint64_t hash = by_number_ ? MixHash(slot->bits) : HashString(TextOf(*slot).view());
      out.BeginPart(section, KeyGroupOf(hash), group);
      SaveKey(*slot, out);
    }
    more(group, out);
    out.EndPart();
  }
}

void GroupTable::Load(StateReader& in, const std::function<void(uint32_t, StateReader&)>& more) {
  CHECK_EQ(group_end(), 0u);
  LoadedIds ids(in, &free_);
  in.Read(null_group_or_0_);
  used_.assign(ids.end(), true);
  for (const uint32_t group : free_) used_[group] = false;
  const bool null_used =
      null_group_or_0_ == 0 || (null_group_or_0_ <= ids.end() && used_[null_group_or_0_ - 1]);
  if (!in.Check(null_used, "the group of null is not in use")) null_group_or_0_ = 0;
  size_t slot_count = kFirstSlots;
  while (slot_count < size() * size_t{4}) slot_count *= 2;
  slots_.resize(slot_count);
  const uint32_t section = in.NewSection();
  uint8_t key_group = 0;
  uint64_t number = 0;
  while (in.NextPart(section, &key_group, &number)) {
    if (ids.Take(number)) {
      const auto group = static_cast<uint32_t>(number);
      if (group + 1 != null_group_or_0_) LoadKey(group, in);
      more(group, in);
    }
    in.EndPart();
  }
  ids.Finish();
}

void GroupTable::LoadKey(uint32_t group, StateReader& in) {
  Mark mark;
  StringRef key;
  std::string text;
  if (by_number_) {
    in.Read(mark.bits);
  } else {
    text = in.ReadText();
    key = StringRef(text);
    mark = MarkOf(key);
  }
  Slot* slot = Probe(mark, key);
  if (!in.Check(slot->group_or_0 == 0, "a group is there twice")) return;
  *slot = {mark.bits, mark.form, group + 1};
  if (mark.form == kLongText) SetText(group, key);
}

}  // namespace weir
