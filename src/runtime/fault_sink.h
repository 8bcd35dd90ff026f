#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "bind/bound_app.h"
#include "state/dead_letters.h"

namespace weir {

// Takes the rows of `!S` for @OnError(action='STORE'): events that a query could not process.
struct FaultSink {
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Sink> sink;
};

// They become dead letters.
FaultSink MakeDeadLetterSink(const BoundStream& faults, DeadLetterWriter* letters);

// There is no place for dead letters: the user is told, as without @OnError.
FaultSink MakeTellingSink(const BoundStream& faults, std::function<void(std::string_view)> report);

}  // namespace weir
