#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "net/socket_options.h"

namespace weir {

// TLS 1.2 or later as the options say; null if they ask for plain text. A client always checks the
// server's certificate; a server with an authority checks those of its clients.
Result<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(const SocketOptions& options);

}  // namespace weir
