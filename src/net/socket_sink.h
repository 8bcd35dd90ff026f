#pragma once

#include <memory>

#include "net/socket_options.h"

namespace weir {

// A sink over sockets, TCP or in the file system: to one peer, or to all who are connected.
Result<std::unique_ptr<Sink>> MakeSocketSink(const SocketOptions& options,
                                             const TransportPlace& place);

}  // namespace weir
