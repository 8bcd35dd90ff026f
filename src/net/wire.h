#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weir {

// One connected socket, of TCP or in the file system, in plain text or TLS. Loop thread only. A
// handler is not called any more once the wire is destroyed or closed.
class Wire {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Handler = std::function<void(const boost::system::error_code&, size_t)>;
  enum class Role { kServer, kClient };

  virtual ~Wire() = default;
  // Agrees on TLS; calls back at once for plain text.
  virtual void Handshake(Role role, Handler done) = 0;
  virtual void ReadSome(boost::asio::mutable_buffer to, Handler done) = 0;
  virtual void WriteAll(boost::asio::const_buffer from, Handler done) = 0;
  virtual void Close() = 0;
  // The socket, if bytes may be written to it as they are; else -1.
  virtual int plain_fd() { return -1; }
  // Lets go of the socket while nothing is being read or written, so that others can; they give it
  // back. -1: only the wire can read it.
  virtual int Release() { return -1; }
  virtual void GiveBack(int /*fd*/) {}
};

// `tls` may be null: plain text. `host`: what a client expects the certificate to be for; may be
// empty.
std::shared_ptr<Wire> MakeWire(Wire::Socket socket,
                               const std::shared_ptr<boost::asio::ssl::context>& tls,
                               const std::string& host);

}  // namespace weir
