#pragma once

#include <vector>

#include "bind/bound_app.h"

namespace weir {

// The columns that expressions of the select clause may read behind the input's.
size_t ColumnsBehind(const BoundSelect& select);

// Which columns of a query's input its select clause reads.
std::vector<bool> ColumnsRead(const BoundSelect& select, size_t input_columns);

// A subset of columns: the kept positions, ascending, and where each old position went.
struct ColumnSubset {
  std::vector<uint32_t> kept;
  std::vector<uint32_t> new_position;  // by old position; meaningful for kept ones

  static ColumnSubset Of(const std::vector<bool>& used);
  bool keeps_all() const { return kept.size() == new_position.size(); }
  SchemaPtr Narrow(const Schema& schema) const;
};

// The select clause after its input was narrowed: `mapping` gives the new position of each input
// column; what is computed from them follows the `new_inputs` remaining ones.
BoundSelect RemapSelect(const BoundSelect& select, const std::vector<uint32_t>& mapping,
                        size_t new_inputs);

}  // namespace weir
