#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "expr/expr.h"
#include "types/row_store.h"

namespace weir {

// A number as bits in the order of the numbers; false: NaN, which has no place in it, or no number.
template <class T>
bool OrderedBits(const T& value, uint64_t* bits) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  if constexpr (!std::is_arithmetic_v<T>) {
    return false;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return false;
    const double plain = value == T() ? 0.0 : static_cast<double>(value);  // -0.0 equals 0.0
    uint64_t raw;
    std::memcpy(&raw, &plain, sizeof(raw));
    *bits = (raw & kSign) != 0 ? ~raw : raw | kSign;
  } else {
    *bits = static_cast<uint64_t>(static_cast<int64_t>(value)) ^ kSign;
  }
  return true;
}

// A part of the order, both ends included; narrowed by one bound after the other.
struct OrderedRange {
  uint64_t from = 0;
  uint64_t to = std::numeric_limits<uint64_t>::max();
  bool empty = false;

  // Keeps what stands in relation `op` (< <= > >=) to the number with these bits.
  void Narrow(CompareOp op, uint64_t bits);
};

// Keeps what stands in relation `op` to row `row` of `values`; false: that is null or NaN, so
// nothing does.
bool NarrowByValue(const Column& values, uint32_t row, CompareOp op, OrderedRange* range);

// Rows in the order of one numeric attribute. An insert or a removal takes time in the logarithm of
// the number of rows (and moves a bounded number of neighbours), a find that of what it finds.
class OrderedIndex {
 public:
  void Insert(uint64_t bits, RowId id);
  // The entry must be there.
  void Remove(uint64_t bits, RowId id);
  void Clear() { blocks_.clear(); }
  // Appends the rows of the range, in its order.
  void Find(const OrderedRange& range, std::vector<RowId>* ids) const;
  bool Has(const OrderedRange& range) const;

 private:
  static constexpr size_t kBlockEntries = 512;
  struct Entry {
    uint64_t bits;
    RowId id;
    bool operator<(const Entry& other) const {
      return bits != other.bits ? bits < other.bits : id < other.id;
    }
  };

  // The last block whose first entry is not behind `entry`, or the first block.
  size_t BlockOf(const Entry& entry) const;

  std::vector<std::vector<Entry>> blocks_;  // none is empty
};

}  // namespace weir
