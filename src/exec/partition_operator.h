#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exec/island_operator.h"
#include "expr/expr.h"

namespace weir {

// How the rows of one stream find their keys.
struct PartitionPort {
  SchemaPtr schema;
  // Value partition: the key is the text of this value; a null drops the row.
  ExprPtr value;
  // Range partition: the row goes to every key whose condition holds; none drops it.
  struct Range {
    std::string key;
    ExprPtr condition;
  };
  std::vector<Range> ranges;
  // Neither: the stream is not partitioned, its rows go to every key there is.
};

struct PartitionSpec {
  std::vector<PartitionPort> ports;
  // Makes the queries of one key; port p of the island takes what arrives at port p.
  std::function<std::unique_ptr<IslandOperator>()> make_key;
  int output_count = 0;  // of the island: one per arrow out
};

// Runs its queries once per key. Rows of an emission are split into runs of equal key, in order;
// each run goes through its key's queries depth first before the next. A key begins at its first
// row. Timers of all keys fire in key order, ties in the order in which the keys began. It has one
// output per arrow out; rows leave with one digit, counted over all keys. A multi_emitter.
std::unique_ptr<Operator> MakePartitionOperator(PartitionSpec spec);

}  // namespace weir
