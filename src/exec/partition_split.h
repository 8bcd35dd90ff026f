#pragma once

#include <memory>

#include "exec/operator.h"
#include "expr/expr.h"

namespace weir {

// The attributes, then the number of a partition's key: an int without a name.
SchemaPtr WithKeyNumber(const SchemaPtr& schema);

// How the rows of a stream are split where one operator after it holds the states of all keys.
struct SplitSpec {
  ExprPtr key;       // over the columns of the stream; no object
  SchemaPtr output;  // WithKeyNumber of the stream's
};

// Numbers the keys of a value partition in the order in which they began and appends each row's
// number. A null drops the row. Of each emission, every run of rows with equal keys becomes an
// emission of its own. A multi_emitter.
std::unique_ptr<Operator> MakeSplitOperator(SplitSpec spec);

}  // namespace weir
