#pragma once

#include <memory>

#include "net/socket_options.h"

namespace weir {

// A source over sockets, TCP or in the file system.
Result<std::unique_ptr<Source>> MakeSocketSource(const SocketOptions& options,
                                                 const TransportPlace& place);

}  // namespace weir
