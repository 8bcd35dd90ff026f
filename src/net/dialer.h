#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "net/socket_options.h"
#include "net/wire.h"

namespace weir {

// Makes a connection, and tries again for ever, with longer and longer pauses, until there is one.
// Loop thread only. Held by shared pointers.
class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  using OnConnect = std::function<void(Wire::Socket)>;
  using OnFailure = std::function<void(const std::string& why)>;

  Dialer(boost::asio::io_context& context, SocketOptions options)
      : options_(std::move(options)), context_(context), resolver_(context), retry_(context) {}

  void Start(OnConnect on_connect, OnFailure on_failure);
  // Connects again: after a pause if the last connection was of no use.
  void Again(bool was_of_use);
  void Stop();

 private:
  void Try();
  void Connect();
  void Failed(const boost::system::error_code& error);

  SocketOptions options_;
  boost::asio::io_context& context_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::steady_timer retry_;
  OnConnect on_connect_;
  OnFailure on_failure_;
  TimeMs pause_ms_ = 0;
  bool stopped_ = false;
};

}  // namespace weir
