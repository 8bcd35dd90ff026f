#include "net/listener.h"

#include <unistd.h>

#include <chrono>
#include <type_traits>

namespace weir {
namespace {

namespace asio = boost::asio;

// After a failed accept (no descriptors are left, say).
constexpr std::chrono::milliseconds kRetryAfter{100};

Status Failed(const SocketOptions& options, const boost::system::error_code& error) {
  return Status(StatusCode::kCannotCreate, options.ShownAddress() + ": " + error.message());
}

template <class Acceptor, class Endpoint>
boost::system::error_code Bind(Acceptor* acceptor, const Endpoint& endpoint, bool reuse) {
  boost::system::error_code error;
  acceptor->open(endpoint.protocol(), error);
  if (!error && reuse) acceptor->set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  return error;
}

// A socket that nobody listens on any more may be replaced.
void RemoveDeadSocket(asio::io_context& context, const std::string& path) {
  asio::local::stream_protocol::socket probe(context);
  boost::system::error_code error;
  probe.connect(asio::local::stream_protocol::endpoint(path), error);
  if (error == asio::error::connection_refused) unlink(path.c_str());
}

}  // namespace

Status Listener::Open() {
  if (!options_.path.empty()) {
    RemoveDeadSocket(context_, options_.path);
    const auto error =
        Bind(&local_, asio::local::stream_protocol::endpoint(options_.path), /*reuse=*/false);
    return error ? Failed(options_, error) : Status::Ok();
  }
  boost::system::error_code error;
  asio::ip::tcp::resolver resolver(context_);
  const auto found = resolver.resolve(options_.NumericHost(), options_.port,
                                      asio::ip::resolver_base::passive, error);
  if (error) return Failed(options_, error);
  error = Bind(&tcp_, found.begin()->endpoint(), /*reuse=*/true);
  return error ? Failed(options_, error) : Status::Ok();
}

uint16_t Listener::port() const {
  boost::system::error_code ignored;
  return tcp_.is_open() ? tcp_.local_endpoint(ignored).port() : 0;
}

void Listener::Start(OnAccept on_accept) {
  on_accept_ = std::move(on_accept);
  AcceptNext();
}

void Listener::Stop() {
  boost::system::error_code ignored;
  if (local_.is_open()) unlink(options_.path.c_str());
  tcp_.close(ignored);
  local_.close(ignored);
  retry_.cancel();
  on_accept_ = nullptr;
}

Listener::Place Listener::Admit(const std::string& address) {
  if (connections_ >= options_.connections_max) return nullptr;
  if (!address.empty() && by_address_[address] >= options_.connections_per_address) return nullptr;
  ++connections_;
  ++by_address_[address];
  return Place(this, [self = shared_from_this(), address](void*) {
    --self->connections_;
    if (--self->by_address_[address] == 0) self->by_address_.erase(address);
  });
}

void Listener::AcceptNext() { tcp_.is_open() ? AcceptFrom(tcp_) : AcceptFrom(local_); }

template <class Acceptor>
void Listener::AcceptFrom(Acceptor& acceptor) {
  using Socket = typename Acceptor::protocol_type::socket;
  const auto accepted = [self = shared_from_this()](const boost::system::error_code& error,
                                                    Socket socket) {
    if (self->on_accept_ == nullptr || error == asio::error::operation_aborted) return;
    if (error) {
      self->retry_.expires_after(kRetryAfter);
      self->retry_.async_wait([self](const boost::system::error_code& cancelled) {
        if (!cancelled && self->on_accept_ != nullptr) self->AcceptNext();
      });
      return;
    }
    std::string address;
    std::string name;
    if constexpr (std::is_same_v<Socket, asio::ip::tcp::socket>) {
      boost::system::error_code gone;
      const auto peer = socket.remote_endpoint(gone);
      address = peer.address().to_string();
      name = address + ":" + std::to_string(peer.port());
      socket.set_option(asio::ip::tcp::no_delay(true), gone);
    } else {
      name = self->options_.path + "#" + std::to_string(++self->next_local_);
    }
    Place place = self->Admit(address);
    if (place != nullptr) self->on_accept_(std::move(socket), std::move(name), std::move(place));
    self->AcceptNext();
  };
  acceptor.async_accept(accepted);
}

}  // namespace weir
