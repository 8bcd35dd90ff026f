#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "exec/group_table.h"
#include "types/chunk.h"

namespace weir {

// Of rows with the same values, keeps the first: of each emission, or (`forever`) the first ever.
// Values are the same as keys of `group by` are: a null equals a null. Current and expired rows are
// told apart. What is remembered of an emission is forgotten behind it.
class DistinctRows {
 public:
  // `types` of the columns that are looked at; at least one.
  DistinctRows(std::vector<Type> types, bool forever);

  // `rows`: physical rows of `chunk`, emission after emission. `columns`, indexed by physical row,
  // may be more than there are types.
  void Keep(const Chunk& chunk, std::span<const ColumnPtr> columns, Selection* rows);

  // Nothing is left of emissions between epochs.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  std::vector<Type> types_;
  bool forever_;
  GroupTable table_;
  // By group of values, for current and for expired rows: the last emission that had it, 0: none.
  std::vector<uint64_t> seen_;
  uint64_t emission_ = 1;

  std::vector<uint32_t> dense_;   // scratch: groups by visible row
  std::vector<uint32_t> groups_;  // scratch: groups by physical row
};

}  // namespace weir
