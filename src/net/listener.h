#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "net/socket_options.h"
#include "net/wire.h"

namespace weir {

// Accepts connections and keeps to their number, in all and per address. Loop thread only, except
// Open. Held by shared pointers.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  // Ends what it counts when the last copy of it goes.
  using Place = std::shared_ptr<void>;
  using OnAccept = std::function<void(Wire::Socket, std::string name, Place)>;

  Listener(boost::asio::io_context& context, const SocketOptions& options)
      : options_(options), context_(context), tcp_(context), local_(context), retry_(context) {}

  // Binds; before the loop knows of it.
  Status Open();
  void Start(OnAccept on_accept);
  void Stop();
  // The port that was bound, which tells what `port='0'` became.
  uint16_t port() const;

 private:
  void AcceptNext();
  template <class Acceptor>
  void AcceptFrom(Acceptor& acceptor);
  // Null if there are too many.
  Place Admit(const std::string& address);

  SocketOptions options_;
  boost::asio::io_context& context_;
  boost::asio::ip::tcp::acceptor tcp_;
  boost::asio::local::stream_protocol::acceptor local_;
  boost::asio::steady_timer retry_;
  OnAccept on_accept_;
  std::map<std::string, uint64_t> by_address_;
  uint64_t connections_ = 0;
  uint64_t next_local_ = 0;
};

}  // namespace weir
