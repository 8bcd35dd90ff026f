#include "net/wire.h"

#include <unistd.h>

#include <boost/asio/read.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace weir {
namespace {

namespace asio = boost::asio;

class PlainWire final : public Wire {
 public:
  explicit PlainWire(Socket socket) : socket_(std::move(socket)) {}

  void Handshake(Role, Handler done) override { done({}, 0); }
  void ReadSome(asio::mutable_buffer to, Handler done) override {
    socket_.async_read_some(to, std::move(done));
  }
  void WriteAll(asio::const_buffer from, Handler done) override {
    asio::async_write(socket_, from, std::move(done));
  }
  void Close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  int plain_fd() override { return socket_.native_handle(); }
  int Release() override {
    boost::system::error_code error;
    protocol_ = socket_.local_endpoint(error).protocol();
    if (error) return -1;
    const int fd = socket_.release(error);
    return error ? -1 : fd;
  }
  void GiveBack(int fd) override {
    boost::system::error_code error;
    socket_.assign(protocol_, fd, error);
    if (error) close(fd);  // which reading finds out
  }

 private:
  Socket socket_;
  asio::generic::stream_protocol protocol_{AF_UNSPEC, 0};
};

class TlsWire final : public Wire {
 public:
  TlsWire(Socket socket, std::shared_ptr<asio::ssl::context> tls, const std::string& host)
      : tls_(std::move(tls)), stream_(std::move(socket), *tls_) {
    if (host.empty()) return;
    SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());
    boost::system::error_code ignored;
    stream_.set_verify_callback(asio::ssl::host_name_verification(host), ignored);
  }

  void Handshake(Role role, Handler done) override {
    const auto type =
        role == Role::kServer ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
    stream_.async_handshake(
        type, [done = std::move(done)](const boost::system::error_code& e) { done(e, 0); });
  }
  void ReadSome(asio::mutable_buffer to, Handler done) override {
    stream_.async_read_some(to, std::move(done));
  }
  void WriteAll(asio::const_buffer from, Handler done) override {
    asio::async_write(stream_, from, std::move(done));
  }
  void Close() override {
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  std::shared_ptr<asio::ssl::context> tls_;
  asio::ssl::stream<Socket> stream_;
};

}  // namespace

std::shared_ptr<Wire> MakeWire(Wire::Socket socket, const std::shared_ptr<asio::ssl::context>& tls,
                               const std::string& host) {
  if (tls == nullptr) return std::make_shared<PlainWire>(std::move(socket));
  return std::make_shared<TlsWire>(std::move(socket), tls, host);
}

}  // namespace weir
