// How containers that are no sequences are cut into the parts of a state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/state_map.h"

namespace weir {

// Values that carry ascending numbers of which some are missing: what stands in a part does not
// move when others go. `number_of(value)` gives the number, `write(value)` writes the rest.
template <class Values, class NumberOf, class WriteOne>
void WriteNumbered(StateWriter& out, const Values& values, const NumberOf& number_of,
                   const WriteOne& write) {
  const uint32_t section = out.NewSection();
  const bool parts = values.size() > kStatePartValues;
  out.WriteSize(values.size());
  for (auto at = values.begin(); at != values.end();) {
    const uint64_t part = number_of(*at) / kStatePartValues;
    auto end = values.end();
    if (parts) {
      uint64_t count = 0;
      for (end = at; end != values.end() && number_of(*end) / kStatePartValues == part; ++end) {
        ++count;
      }
      out.BeginPart(section, 0, part);
      out.WriteSize(count);
    }
    for (; at != end; ++at) {
      out.WriteSize(number_of(*at));
      write(*at);
    }
    if (parts) out.EndPart();
  }
}

// Calls read() for as many values as the open record says it has.
template <class ReadOne>
uint64_t ReadCounted(StateReader& in, const ReadOne& read) {
  const uint64_t count = in.ReadSize();
  for (uint64_t i = 0; i < count && in.ok(); ++i) read();
  return count;
}

// The way back of sections whose parts are counted.
template <class ReadOne>
void ReadParts(StateReader& in, const ReadOne& read) {
  const uint32_t section = in.NewSection();
  const uint64_t size = in.ReadSize();
  if (size <= kStatePartValues) {
    for (uint64_t i = 0; i < size && in.ok(); ++i) read();
    return;
  }
  uint64_t there = 0;
  uint8_t key_group = 0;
  uint64_t number = 0;
  while (in.NextPart(section, &key_group, &number)) {
    there += ReadCounted(in, read);
    in.EndPart();
  }
  in.Check(there == size, "a part is missing");
}

// Calls read(number), which reads the rest, in ascending order of the numbers, all of which are
// less than `end`.
template <class ReadOne>
void ReadNumbered(StateReader& in, uint64_t end, const ReadOne& read) {
  uint64_t next = 0;
  ReadParts(in, [&] {
    const uint64_t number = in.ReadSize();
    if (!in.Check(number >= next && number < end, "numbers are not in order")) return;
    next = number + 1;
    read(number);
  });
}

template <class T>
struct Hashed {
  uint64_t hash;
  T value;
};

// What `write(value, writer)` writes, to tell values apart.
template <class T, class WriteOne>
std::string WrittenBytes(const T& value, const WriteOne& write) {
  StateMap records;
  StateWriter out(&records);
  out.BeginOwner("");
  write(value, out);
  out.EndOwner();
  std::string bytes;
  for (const auto& [key, record] : records.records()) bytes += record;
  return bytes;
}

// Values without an order, by the leading bits of their hashes, which are good ones (base/hash.h):
// a part takes so many bits that it stays small, so what comes and goes changes its own part only.
// The order of `values` makes no difference.
template <class T, class WriteOne>
void WriteHashed(StateWriter& out, std::vector<Hashed<T>> values, const WriteOne& write) {
  std::sort(values.begin(), values.end(), [&](const Hashed<T>& a, const Hashed<T>& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return WrittenBytes(a.value, write) < WrittenBytes(b.value, write);
  });
  const uint32_t section = out.NewSection();
  out.WriteSize(values.size());
  if (values.size() <= kStatePartValues) {
    for (const Hashed<T>& each : values) write(each.value, out);
    return;
  }
  constexpr int kBitsMin = 8;  // one key group
  constexpr int kBitsMax = 48;
  for (size_t begin = 0; begin < values.size();) {
    const uint64_t hash = values[begin].hash;
    int bits = kBitsMin;
    size_t end = values.size();
    for (;; ++bits) {
      const int rest = 64 - bits;
      const auto same = [&](const Hashed<T>& each) { return each.hash >> rest == hash >> rest; };
      end = static_cast<size_t>(std::partition_point(values.begin() + static_cast<ptrdiff_t>(begin),
                                                     values.begin() + static_cast<ptrdiff_t>(end),
                                                     same) -
                                values.begin());
      if (end - begin <= kStatePartValues || bits == kBitsMax) break;
    }
    out.BeginPart(section, KeyGroupOf(hash), uint64_t{1} << bits | hash >> (64 - bits));
    out.WriteSize(end - begin);
    for (; begin < end; ++begin) write(values[begin].value, out);
    out.EndPart();
  }
}

// Calls read(), which reads one value, for each, in no order that means anything.
template <class ReadOne>
void ReadHashed(StateReader& in, const ReadOne& read) {
  ReadParts(in, read);
}

}  // namespace weir
