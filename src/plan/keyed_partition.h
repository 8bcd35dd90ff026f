#pragma once

#include "bind/bound_app.h"

namespace weir {

// Whether one operator can hold the states of all keys for each step of the partition's queries, so
// that these are ordinary queries behind a split of the stream: they read one stream, which a value
// splits, through filters, windows and aggregates. Else the queries run key by key, in lockstep.
bool CanServeAllKeys(const BoundApp& app, uint32_t partition);

}  // namespace weir
