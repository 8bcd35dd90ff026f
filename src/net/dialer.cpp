#include "net/dialer.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <chrono>

namespace weir {
namespace {

namespace asio = boost::asio;

constexpr TimeMs kFirstPauseMs = 100;
constexpr TimeMs kLongestPauseMs = 30'000;

}  // namespace

void Dialer::Start(OnConnect on_connect, OnFailure on_failure) {
  on_connect_ = std::move(on_connect);
  on_failure_ = std::move(on_failure);
  Connect();
}

void Dialer::Stop() {
  stopped_ = true;
  on_connect_ = nullptr;
  on_failure_ = nullptr;
  resolver_.cancel();
  retry_.cancel();
}

void Dialer::Again(bool was_of_use) {
  if (was_of_use) pause_ms_ = 0;
  Try();
}

void Dialer::Try() {
  if (stopped_) return;
  const TimeMs pause = pause_ms_;
  pause_ms_ = std::clamp(2 * pause_ms_, kFirstPauseMs, kLongestPauseMs);
  retry_.expires_after(std::chrono::milliseconds(pause));
  retry_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled && !self->stopped_) self->Connect();
  });
}

void Dialer::Failed(const boost::system::error_code& error) {
  if (stopped_) return;
  on_failure_(options_.ShownAddress() + ": " + error.message());
  Try();
}

void Dialer::Connect() {
  if (!options_.path.empty()) {
    auto socket = std::make_shared<asio::local::stream_protocol::socket>(context_);
    socket->async_connect(
        asio::local::stream_protocol::endpoint(options_.path),
        [self = shared_from_this(), socket](const boost::system::error_code& error) {
          if (self->stopped_) return;
          if (error) return self->Failed(error);
          self->on_connect_(std::move(*socket));
        });
    return;
  }
  resolver_.async_resolve(
      options_.NumericHost(), options_.port,
      [self = shared_from_this()](const boost::system::error_code& error,
                                  const asio::ip::tcp::resolver::results_type& found) {
        if (self->stopped_) return;
        if (error) return self->Failed(error);
        auto socket = std::make_shared<asio::ip::tcp::socket>(self->context_);
        asio::async_connect(*socket, found,
                            [self, socket](const boost::system::error_code& failed, const auto&) {
                              if (self->stopped_) return;
                              if (failed) return self->Failed(failed);
                              boost::system::error_code ignored;
                              socket->set_option(asio::ip::tcp::no_delay(true), ignored);
                              self->on_connect_(std::move(*socket));
                            });
      });
}

}  // namespace weir
