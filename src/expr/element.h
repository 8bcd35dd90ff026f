#pragma once

#include "expr/expr.h"

namespace weir {

// `x[i]` of an object: element i (int or long) of a list, the value of a key (string, int, long) of
// a map, as an object; null if there is none, or if the object is neither.
Result<ExprPtr> MakeElement(ExprPtr object, ExprPtr index);

// The timestamp of the row: a long.
ExprPtr MakeRowTimestamp();

}  // namespace weir
