#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

#include "catalog/function.h"
#include "types/column.h"
#include "types/dispatch_numeric.h"
#include "types/type_dispatch.h"

namespace weir {

// The rows that a kernel computes: all of 0..physical-1, or a list of them.
struct RowSet {
  const uint32_t* rows;  // null: 0..count-1
  uint32_t count;
  uint32_t physical;  // how long the result column must be

  static RowSet Visible(const Chunk& chunk) {
    const Selection* selection = chunk.selection();
    return {selection == nullptr ? nullptr : selection->data(), chunk.size(),
            chunk.physical_size()};
  }
  // For a result that is one constant.
  static RowSet One() { return {nullptr, 1, 1}; }

  bool dense() const { return rows == nullptr; }

  // Calls body(row). The dense loop has no indirection, so that the compiler can vectorise it.
  template <class Body>
  void ForEach(Body&& body) const {
    if (rows == nullptr) {
      for (uint32_t row = 0; row < count; ++row) body(row);
    } else {
      for (uint32_t i = 0; i < count; ++i) body(rows[i]);
    }
  }
};

inline bool BitIsSet(const uint64_t* bits, uint32_t row) {
  return ((bits[row >> 6] >> (row & 63)) & 1) != 0;
}

inline bool IsConstantNull(const Vector& vector) {
  return vector.constant && !vector.column->IsValid(0);
}

// Reads values of one operand whether it is a column or a constant, without a branch per row.
template <class T>
class Operand {
 public:
  explicit Operand(const Vector& vector)
      : values_(vector.column->values<T>()),
        validity_(vector.column->validity()),
        mask_(vector.constant ? 0 : ~uint32_t{0}) {}

  const T& operator[](uint32_t row) const { return values_[row & mask_]; }
  bool IsValid(uint32_t row) const {
    return validity_ == nullptr || BitIsSet(validity_, row & mask_);
  }
  bool has_nulls() const { return validity_ != nullptr; }

 private:
  const T* values_;
  const uint64_t* validity_;
  uint32_t mask_;
};

// Makes `out` null wherever one of the operands is; constants among them must not be null.
void CombineValidity(std::initializer_list<const Vector*> operands, Column* out);

// One value for all rows.
Vector ConstantVector(const Value& value);
Vector NullVector(Type type);

// The number converted to a wider type (PromoteNumeric of its own and another one).
Vector WidenVector(const Vector& vector, Type type, const RowSet& rows);
Value WidenValue(const Value& value, Type type);

// True if a function of the operands has one value for all rows.
bool AllConstant(std::span<const Vector> operands);

// For each row, the value of sources[choice[row]]; kNoSource gives null. All sources have `type`.
// Strings are shared with the sources, not copied.
inline constexpr uint32_t kNoSource = UINT32_MAX;
Vector PickValues(Type type, std::span<const Vector> sources, const uint32_t* choice,
                  const RowSet& rows);

// For each row, the value of the first source that is not null there.
Vector PickFirstValid(Type type, std::span<const Vector> sources, const Chunk& chunk);

}  // namespace weir
