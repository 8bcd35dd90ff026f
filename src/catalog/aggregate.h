#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "catalog/parameter.h"
#include "types/chunk.h"

namespace weir {

// Rows that an aggregate takes in, in order. All arrays are dense: index i is the i-th visible row.
struct AggregateInput {
  uint32_t size;
  const uint32_t* groups;                // dense group id per row; null: group 0 for all
  const RowKind* kinds;                  // null: all current
  std::span<const ColumnPtr> arguments;  // one dense column per argument
  // One byte per row: the values of rows with 0 are not read and need not be written. Null: all
  // are read. For aggregates whose value is dear to make (a set).
  const uint8_t* wanted = nullptr;
};

// The states of one aggregate call for all groups. Add on current rows, remove on expired rows,
// clear every group on a reset row. When the last value of a group was removed its state must be
// exactly as new (no rounding residue), since the host may drop it at any later time.
class Aggregator {
 public:
  virtual ~Aggregator() = default;
  // Writes the group's value after each row to out[i] (null on reset rows). `out` has `size` rows.
  virtual void Update(const AggregateInput& in, Column* out) = 0;
  // Whether a group has a value at any time, not only after one of its rows: then Read writes that
  // of groups[i] to out[i], for `count` groups, and changes nothing.
  virtual bool can_read() const { return false; }
  virtual void Read(const uint32_t*, uint32_t, Column*) const { CHECK(false); }
  // Groups 0..count-1 exist from here on.
  virtual void EnsureGroups(uint32_t count) = 0;
  // True if the group's state is exactly that of a group never used: only then the host may
  // release it, so that nobody can see when it does.
  virtual bool IsNew(uint32_t group) const = 0;
  // The group is gone; its id may be used for another one.
  virtual void ReleaseGroup(uint32_t group) = 0;
  // The state of one group, which exists. LoadGroup is called at most once for a group that was
  // never used.
  virtual void SaveGroup(uint32_t group, StateWriter& out) const = 0;
  virtual void LoadGroup(uint32_t group, StateReader& in) = 0;
};

struct AggregateSpec {
  const char* name;
  const char* summary;
  const char* example;
  std::vector<Overload> overloads;
  // The state outlives its rows (minForever): the host never releases its groups.
  bool keeps_forever = false;
  // Refuses constants that cannot be used, if there are any such. May be empty.
  std::function<Status(std::span<const Argument>)> check = nullptr;
  // Result type for argument types that fit an overload.
  std::function<Type(std::span<const Argument>)> result_type;
  // `expires`: whether expired rows can come (else a running extreme is enough for min and max).
  std::function<std::unique_ptr<Aggregator>(std::span<const Argument>, bool expires)> make;
};

}  // namespace weir
