#pragma once

#include "bind/bound_app.h"

namespace weir {

// Finds the queries and aggregations whose faults must be taken in lockstep: those in a feedback
// loop. Their steps nest, so a fault cannot be told by its key from those of the rows that it
// followed from.
void FindFaultLoops(BoundApp* app);

}  // namespace weir
