#pragma once

#include <memory>

#include "net/http_options.h"

namespace weir {

// A source that events are posted to.
Result<std::unique_ptr<Source>> MakeHttpSource(const HttpOptions& options,
                                               const TransportPlace& place);

}  // namespace weir
