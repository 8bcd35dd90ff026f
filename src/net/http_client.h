#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "net/dialer.h"
#include "net/http_message.h"
#include "net/http_options.h"
#include "net/outgoing.h"
#include "net/outgoing_sink.h"
#include "net/wire.h"

namespace weir {

// Sends requests to one server, one after the other over one connection, each until it is answered.
// A piece is a whole request. Held by shared pointers.
class HttpClient final : public Carrier, public std::enable_shared_from_this<HttpClient> {
 public:
  // `waits`: what cannot be sent now is tried again for ever; else it is lost.
  HttpClient(boost::asio::io_context& context, SocketOptions options, bool waits,
             std::shared_ptr<Outgoing> outgoing);

  Status Open() override;
  // Connects, so that it is known early whether somebody is there.
  void Start() override;
  void Send(std::shared_ptr<Outgoing::Piece> piece) override;
  void Stop() override;

 private:
  void Dial(bool was_of_use);
  void OnConnect(Wire::Socket socket);
  void OnDialFailure(const std::string& why);
  void Pump();
  void Read();
  void OnEnd(const boost::system::error_code& error);
  void OnAnswer();
  // The first piece is not sent: keeps it for later or gives it up.
  void Fail(const std::string& why);
  void Disconnect();
  void ArmTimer();

  const SocketOptions options_;
  boost::asio::io_context& context_;
  const bool waits_;
  std::shared_ptr<Outgoing> outgoing_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  std::shared_ptr<Dialer> dialer_;
  std::shared_ptr<Wire> wire_;  // null: not connected
  std::unique_ptr<HttpAnswerReader> answers_;
  boost::asio::steady_timer timer_;  // of a request
  boost::asio::steady_timer retry_;  // after the server could not
  std::vector<char> buffer_;
  std::deque<std::shared_ptr<Outgoing::Piece>> pieces_;
  uint64_t generation_ = 0;  // of the connection; what an older one brings is passed over
  TimeMs pause_ms_ = 0;
  bool dialed_ = false;  // the dialer was started
  bool dialing_ = false;
  bool asking_ = false;  // the first piece is on its way
  bool retrying_ = false;
  uint64_t answered_ = 0;  // on this connection
  bool stopped_ = false;
};

}  // namespace weir
