#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/ring.h"

namespace weir {

// Takes the records of a state. Keys are unique within one state and come in no order.
class StateSink {
 public:
  virtual ~StateSink() = default;
  virtual void Put(std::string_view key, std::string_view value) = 0;
};

// Values whose bytes in memory say all there is about them: no padding, no pointers.
template <class T>
concept PlainState = (std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                      (std::is_trivially_copyable_v<T> &&
                       std::has_unique_object_representations_v<T>)) &&
                     !std::is_pointer_v<T>;

// Sequences are cut into parts of so many bytes (or values that are not plain), so that a change
// of a few values changes few records.
inline constexpr size_t kStatePartBytes = 2048;
inline constexpr size_t kStatePartValues = 64;
template <class T>
constexpr size_t StatePartSize() {
  if constexpr (PlainState<T>) {
    return sizeof(T) < kStatePartBytes ? kStatePartBytes / sizeof(T) : 1;
  } else {
    return kStatePartValues;
  }
}

// Writes the state of one owner after the other as records: bytes under a key. A record may have
// parts, which are records of their own, in sections; a section is a part of the layout (it is
// numbered by the order of the calls), a part is addressed by a key group and a number. Only
// records whose bytes changed are stored again, so what changes alone should be a part of its own,
// with the same address every time. State is read back by the same calls on a StateReader.
//
// A type is written by its member Save(StateWriter&) const, by a function SaveState(value, writer)
// beside it, or as its bytes if it is plain; members Load(StateReader&) and functions
// LoadState(&value, reader) are the way back.
//
// Key of a record: the owner's name, a zero byte, then for each level down to it the section and,
// between them, the key group (1 byte) and the number. Section and number are a byte that counts
// the bytes that follow, big-endian: keys in bytewise order are records in the order of reading.
class StateWriter {
 public:
  explicit StateWriter(StateSink* sink) : sink_(sink) {}

  // What is written until EndOwner belongs to `name`, which holds no zero byte.
  void BeginOwner(std::string_view name);
  void EndOwner();

  // The next section of the open record.
  uint32_t NewSection() { return ++frames_[depth_ - 1].sections; }
  // Opens a part of a section of the open record. `key_group`: of what the part is about, if that
  // is addressed by a key (KeyGroupOf), else 0.
  void BeginPart(uint32_t section, uint8_t key_group, uint64_t number);
  void EndPart();

  // Appends values to the open record.
  template <class... T>
  void Write(const T&... values) {
    (WriteOne(values), ...);
  }
  void WriteBytes(const void* bytes, size_t size) {
    frames_[depth_ - 1].bytes.append(static_cast<const char*>(bytes), size);
  }
  void WriteSize(uint64_t size);
  void WriteText(std::string_view text) {
    WriteSize(text.size());
    WriteBytes(text.data(), text.size());
  }
  // A sequence of which the first value has the number `first` among all there ever were: what
  // stands in a part does not move when values go at the front. `at(i)` gives the i-th.
  template <class T, class At>
  void WriteSequence(uint64_t first, uint64_t size, At&& at);

 private:
  struct Frame {
    size_t key_size = 0;
    uint32_t sections = 0;
    std::string bytes;
  };

  template <class T>
  void WriteOne(const T& value);
  template <class T>
  void WriteOne(const std::vector<T>& values) {
    WriteSequence<T>(0, values.size(), [&](size_t i) -> decltype(auto) { return values[i]; });
  }
  template <class T>
  void WriteOne(const Ring<T>& values) {
    WriteSequence<T>(values.popped(), values.size(),
                     [&](size_t i) -> decltype(auto) { return values[i]; });
  }
  template <class T>
  void WriteOne(const std::optional<T>& value) {
    Write(value.has_value());
    if (value) Write(*value);
  }
  template <class A, class B>
  void WriteOne(const std::pair<A, B>& value) {
    Write(value.first, value.second);
  }
  template <class K, class V, class... Rest>
  void WriteOne(const std::map<K, V, Rest...>& values) {
    WriteSize(values.size());
    for (const auto& [key, value] : values) Write(key, value);
  }
  Frame& Push();

  StateSink* sink_;
  std::string key_;
  std::vector<Frame> frames_;  // [0, depth_) are open, the rest keep their memory
  size_t depth_ = 0;
};

// The group, of 256, of a key with this hash: what state is split by.
inline uint8_t KeyGroupOf(uint64_t hash) { return static_cast<uint8_t>(hash >> 56); }

template <class T>
void StateWriter::WriteOne(const T& value) {
  if constexpr (requires { value.Save(*this); }) {
    value.Save(*this);
  } else if constexpr (requires { SaveState(value, *this); }) {
    SaveState(value, *this);
  } else if constexpr (std::is_convertible_v<T, std::string_view>) {
    WriteText(value);
  } else {
    static_assert(PlainState<T>, "give the type Save and Load");
    WriteBytes(&value, sizeof(value));
  }
}

template <class T, class At>
void StateWriter::WriteSequence(uint64_t first, uint64_t size, At&& at) {
  constexpr uint64_t kPart = StatePartSize<T>();
  const uint32_t section = NewSection();
  WriteSize(first);
  WriteSize(size);
  const bool parts = size > kPart;
  for (uint64_t i = 0; i < size;) {
    const uint64_t number = (first + i) / kPart;
    if (parts) BeginPart(section, 0, number);
    const uint64_t end = parts ? std::min(size, (number + 1) * kPart - first) : size;
    for (; i < end; ++i) Write(static_cast<const T&>(at(i)));
    if (parts) EndPart();
  }
}

}  // namespace weir
