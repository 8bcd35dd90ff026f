#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/state_parts.h"
#include "library/aggregates/value_traits.h"

namespace weir {

// How often each value is held: one open-addressed table that owns the bytes of long strings.
// Removing a value that is not held does nothing.
template <class T>
class CountedValues {
 public:
  CountedValues() = default;
  CountedValues(CountedValues&&) noexcept = default;
  CountedValues& operator=(CountedValues&& other) noexcept {
    FreeAll();
    slots_ = std::move(other.slots_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~CountedValues() { FreeAll(); }

  size_t size() const { return size_; }  // distinct values

  void Add(const T& value) {
    if ((size_ + 1) * 4 > slots_.size() * 3) Grow();
    Slot& slot = slots_[Find(value)];
    if (slot.count++ > 0) return;
    slot.value = Keep(value);
    ++size_;
  }

  void Remove(const T& value) {
    if (size_ == 0) return;
    const size_t at = Find(value);
    if (slots_[at].count == 0 || --slots_[at].count > 0) return;
    Free(&slots_[at]);
    --size_;
    CloseGap(at);
  }

  // Keeps the table unless it is far too big for what it held.
  void Clear() {
    const bool keep = slots_.size() <= 64 + 8 * size_;
    FreeAll();
    size_ = 0;
    keep ? slots_.assign(slots_.size(), Slot()) : slots_.clear();
  }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);  // into an empty one

 private:
  struct Slot {
    T value{};
    uint64_t count = 0;  // 0: free
  };

  size_t Find(const T& value) const {
    const size_t mask = slots_.size() - 1;
    size_t at = ValueTraits<T>::Hash(value) & mask;
    while (slots_[at].count > 0 && !ValueTraits<T>::Equal(slots_[at].value, value)) {
      at = (at + 1) & mask;
    }
    return at;
  }
  void CloseGap(size_t gap);
  void Grow();

  static T Keep(const T& value) {
    if constexpr (std::is_same_v<T, StringRef>) {
      if (value.is_inline()) return value;
      char* copy = new char[value.size()];
      std::memcpy(copy, value.data(), value.size());
      return StringRef(copy, value.size());
    } else {
      return value;
    }
  }
  static void Free(Slot* slot) {
    if constexpr (std::is_same_v<T, StringRef>) {
      if (!slot->value.is_inline()) delete[] slot->value.data();
    }
  }
  void FreeAll() {
    for (Slot& slot : slots_) {
      if (slot.count > 0) Free(&slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two of them
  size_t size_ = 0;
};

template <class T>
void CountedValues<T>::Save(StateWriter& out) const {
  std::vector<Hashed<const Slot*>> held;
  held.reserve(size_);
  for (const Slot& slot : slots_) {
    if (slot.count > 0) held.push_back({MixHash(ValueTraits<T>::Hash(slot.value)), &slot});
  }
  WriteHashed(out, std::move(held), [](const Slot* slot, StateWriter& to) {
    WriteValue(slot->value, to);
    to.WriteSize(slot->count);
  });
}

template <class T>
void CountedValues<T>::Load(StateReader& in) {
  ReadHashed(in, [&] {
    const auto read = in.Get<ReadType<T>>();
    const uint64_t count = in.ReadSize();
    if (!in.Check(count > 0, "a value is held no times")) return;
    const T value(read);
    Add(value);
    Slot& slot = slots_[Find(value)];
    if (in.Check(slot.count == 1, "a value is there twice")) slot.count = count;
  });
}

// Moves up the values that would not be found over a free slot.
template <class T>
void CountedValues<T>::CloseGap(size_t gap) {
  const size_t mask = slots_.size() - 1;
  for (size_t at = (gap + 1) & mask; slots_[at].count > 0; at = (at + 1) & mask) {
    const size_t home = ValueTraits<T>::Hash(slots_[at].value) & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    slots_[gap] = std::move(slots_[at]);
    slots_[at].count = 0;
    gap = at;
  }
  slots_[gap] = Slot();
}

template <class T>
void CountedValues<T>::Grow() {
  std::vector<Slot> old(slots_.empty() ? 8 : slots_.size() * 2);
  old.swap(slots_);
  for (Slot& slot : old) {
    if (slot.count > 0) slots_[Find(slot.value)] = std::move(slot);
  }
}

}  // namespace weir
