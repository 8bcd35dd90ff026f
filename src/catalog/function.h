#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "catalog/parameter.h"
#include "catalog/row_faults.h"
#include "time/timeline.h"
#include "types/chunk.h"

namespace weir {

// One argument or result of a function over the rows of a chunk: a column indexed by physical row,
// or one value for all rows.
struct Vector {
  ColumnPtr column;
  bool constant = false;  // the column has one row, which stands for all

  Type type() const { return column->type(); }
  size_t Index(size_t row) const { return constant ? 0 : row; }
};

// What a function may know beside its arguments.
struct CallContext {
  const Chunk& chunk;        // rows to compute: its visible rows
  const Timeline* timeline;  // null only while constants are folded
  uint32_t call_site;        // number of the call in the app as written
  RowFaults* faults = nullptr;

  // The row cannot be computed: an event that needs it is not processed by the query. Its value is
  // null where nobody asks for faults (conditions of joins and patterns).
  void Fail(uint32_t row, std::string message) const {
    if (faults != nullptr) faults->Raise(row, std::move(message));
  }
};

// Computes a function for all visible rows; the result is indexed by physical row (or constant if
// every argument is and the function is deterministic).
using Kernel = std::function<Vector(std::span<const Vector>, const CallContext&)>;

struct BoundFunction {
  Type result;
  Kernel kernel;
};

struct FunctionSpec {
  const char* name;     // "coalesce", or "str:length" with a namespace
  const char* summary;  // one sentence
  const char* example;  // an expression
  const char* result;   // what the example gives, as JSON
  std::vector<Overload> overloads;
  // False: depends on more than its arguments (time, row, seed), so it is never folded.
  bool deterministic = true;
  std::function<Result<BoundFunction>(std::span<const Argument>, size_t overload)> bind;
};

}  // namespace weir
