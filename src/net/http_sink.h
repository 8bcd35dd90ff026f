#pragma once

#include <memory>

#include "net/http_options.h"

namespace weir {

// A sink that posts records.
Result<std::unique_ptr<Sink>> MakeHttpSink(const HttpTarget& target, const TransportPlace& place);

}  // namespace weir
