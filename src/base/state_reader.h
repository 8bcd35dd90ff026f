#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/state_writer.h"
#include "base/status.h"

namespace weir {

// The records of a state in bytewise order of their keys.
class StateSource {
 public:
  virtual ~StateSource() = default;
  // Goes to the first record whose key is not less.
  virtual void Seek(std::string_view key) = 0;
  virtual void Next() = 0;
  // False behind the last record, and once the source failed.
  virtual bool valid() const = 0;
  // Valid until the next Seek or Next.
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual Status status() const = 0;
};

// Reads what a StateWriter wrote, by the same calls in the same order. Nothing has to be checked
// after each call: once something is not as it should be, status() says what and where, and every
// further value is zero, every sequence empty.
class StateReader {
 public:
  explicit StateReader(StateSource* source) : source_(source) {}

  const Status& status() const { return status_; }
  bool ok() const { return status_.ok(); }
  // Notes that the state cannot be right. The first reason counts.
  void Fail(std::string_view reason);
  // The same unless `condition` holds, which is given back: for numbers that index something.
  bool Check(bool condition, const char* reason) {
    if (!condition) Fail(reason);
    return condition && ok();
  }

  // The state of these owners is passed over as if they had none.
  void Skip(std::set<std::string> owners) { skipped_ = std::move(owners); }
  // False if the owner has no state; then nothing may be read and EndOwner is not called.
  bool BeginOwner(std::string_view name);
  void EndOwner();

  uint32_t NewSection() { return ++frames_[depth_ - 1].sections; }
  // Opens the next part of a section of the open record; false if there is none.
  bool NextPart(uint32_t section, uint8_t* key_group, uint64_t* number);
  void EndPart();

  template <class... T>
  void Read(T&... values) {
    (ReadOne(values), ...);
  }
  template <class T>
  T Get() {
    T value{};
    Read(value);
    return value;
  }
  // Gives zeroes if that many bytes are not there.
  void ReadBytes(void* bytes, size_t size);
  uint64_t ReadSize();
  // The size of a sequence whose values take at least `bytes` each in the open record; 0 and a
  // failure if they cannot all be there.
  uint64_t ReadSize(size_t bytes);
  std::string ReadText();
  // Calls take(value) for each value of a sequence; returns the number of the first.
  template <class T, class Take>
  uint64_t ReadSequence(Take&& take);

 private:
  struct Frame {
    size_t key_size = 0;
    uint32_t sections = 0;
    size_t at = 0;
    std::string bytes;
  };

  template <class T>
  void ReadOne(T& value);
  void ReadOne(bool& value) {
    uint8_t byte = 0;
    ReadBytes(&byte, 1);
    value = byte != 0;
  }
  void ReadOne(std::string& value) { value = ReadText(); }
  void ReadOne(std::vector<bool>& values) {
    values.clear();
    ReadSequence<bool>([&](bool value) { values.push_back(value); });
  }
  template <class T>
  void ReadOne(std::vector<T>& values) {
    values.clear();
    ReadSequence<T>([&](T value) { values.push_back(std::move(value)); });
  }
  template <class T>
  void ReadOne(Ring<T>& values) {
    std::vector<T> read;
    const uint64_t first = ReadSequence<T>([&](const T& value) { read.push_back(value); });
    values.Restore(first);
    for (const T& value : read) values.PushBack(value);
  }
  template <class T>
  void ReadOne(std::optional<T>& value) {
    value.reset();
    if (Get<bool>()) Read(value.emplace());
  }
  template <class A, class B>
  void ReadOne(std::pair<A, B>& value) {
    Read(value.first, value.second);
  }
  template <class K, class V, class... Rest>
  void ReadOne(std::map<K, V, Rest...>& values) {
    values.clear();
    for (uint64_t left = ReadSize(1); left > 0; --left) {
      K key = Get<K>();
      Read(values[std::move(key)]);
    }
  }
  Frame& Push(size_t key_size);
  void Pop();

  StateSource* source_;
  Status status_;
  std::set<std::string> skipped_;
  std::string key_;  // of the open record
  std::vector<Frame> frames_;
  size_t depth_ = 0;
};

template <class T>
void StateReader::ReadOne(T& value) {
  if constexpr (requires { value.Load(*this); }) {
    value.Load(*this);
  } else if constexpr (requires { LoadState(&value, *this); }) {
    LoadState(&value, *this);
  } else {
    static_assert(PlainState<T>, "give the type Save and Load");
    ReadBytes(&value, sizeof(value));
  }
}

template <class T, class Take>
uint64_t StateReader::ReadSequence(Take&& take) {
  constexpr uint64_t kPart = StatePartSize<T>();
  const uint32_t section = NewSection();
  const uint64_t first = ReadSize();
  const uint64_t size = ReadSize();
  if (size <= kPart) {
    for (uint64_t i = 0; i < size && ok(); ++i) take(Get<T>());
    return first;
  }
  for (uint64_t i = 0; i < size;) {
    uint8_t key_group = 0;
    uint64_t number = 0;
    if (!NextPart(section, &key_group, &number)) {
      Fail("a part of a sequence is missing");
      return first;
    }
    Check(number == (first + i) / kPart, "a part of a sequence is missing");
    const uint64_t end = std::min(size, (number + 1) * kPart - first);
    for (; i < end && ok(); ++i) take(Get<T>());
    EndPart();
    if (!ok()) return first;
  }
  return first;
}

}  // namespace weir
