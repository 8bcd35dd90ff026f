#pragma once

#include "bind/bind_context.h"
#include "bind/bound_app.h"

namespace weir {

// Reports queries whose faults cannot be handed to a fault stream yet: those inside a partition,
// and those in a feedback loop.
void CheckFaultStreams(const BoundApp& app, BindContext& context);

}  // namespace weir
