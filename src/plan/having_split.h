#pragma once

#include <vector>

#include "bind/bound_app.h"

namespace weir {

// A select clause whose having or order by asks tables about values that it computes itself, in two
// steps: the first computes them for every row, then come the look-ups, then the second does all
// the rest.
struct HavingSplit {
  BoundSelect first;
  std::vector<BoundLookup> lookups;  // over the first step's output
  BoundSelect second;                // over the first step's output, then the answers
  bool folds;                        // of the rows of a group only the last counts
};

// The columns of `input` and the aggregates come before the `outputs` that having may name.
HavingSplit SplitHaving(const BoundSelect& select, const Schema& input, size_t outputs);

}  // namespace weir
