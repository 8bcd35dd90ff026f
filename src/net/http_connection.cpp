#include "net/http_connection.h"

#include <algorithm>
#include <chrono>

#include "time/system_clock.h"
#include "time/timeline.h"

namespace weir {
namespace {

constexpr size_t kReadBytes = 16 << 10;
// After a refusal the client may still be sending; closing at once would take the answer from it.
constexpr TimeMs kLingerMs = 1000;

}  // namespace

HttpConnection::HttpConnection(boost::asio::io_context& context, std::shared_ptr<Wire> wire,
                               const HttpOptions* options, Listener::Place place, std::string name,
                               Calls calls)
    : wire_(std::move(wire)),
      options_(options),
      place_(std::move(place)),
      name_(std::move(name)),
      calls_(std::move(calls)),
      timer_(context),
      reader_(options->header_bytes_max, options->body_bytes_max),
      buffer_(kReadBytes) {}

void HttpConnection::Start() {
  Enter(Phase::kHandshake);
  wire_->Handshake(Wire::Role::kServer,
                   [self = shared_from_this()](const boost::system::error_code& error, size_t) {
                     if (self->closed_) return;
                     if (error) return self->Close();
                     self->Enter(Phase::kIdle);
                     self->Read();
                   });
}

void HttpConnection::Enter(Phase phase) {
  phase_ = phase;
  phase_since_ms_ = SystemClock().MonotonicMs();
  ArmTimer();
}

void HttpConnection::Read() {
  if (reading_ || closed_) return;
  if (phase_ != Phase::kLingering && !calls_.has_room()) {
    paused_ = true;
    timer_.cancel();
    return;
  }
  reading_ = true;
  wire_->ReadSome(boost::asio::buffer(buffer_),
                  [self = shared_from_this()](const boost::system::error_code& error, size_t size) {
                    self->reading_ = false;
                    if (self->closed_) return;
                    if (error) return self->Close();
                    self->OnBytes({self->buffer_.data(), size});
                  });
}

void HttpConnection::Resume() {
  if (!std::exchange(paused_, false)) return;
  Enter(phase_);  // it was not the client who was slow
  Read();
}

void HttpConnection::OnBytes(std::string_view bytes) {
  if (phase_ == Phase::kLingering) return Read();
  reader_.Put(bytes);
  request_bytes_ += bytes.size();
  GoOn();
}

// With what the reader has.
void HttpConnection::GoOn() {
  for (;;) {
    switch (reader_.Read()) {
      case HttpRequestReader::State::kNeedBytes:
        if (phase_ == Phase::kIdle && reader_.in_request()) Enter(Phase::kReading);
        return Read();
      case HttpRequestReader::State::kHead: {
        if (const auto refusal = calls_.refuse(reader_.request())) return Refuse(*refusal);
        if (reader_.request().expects_continue) {
          static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
          wire_->WriteAll(
              boost::asio::buffer(kContinue.data(), kContinue.size()),
              [self = shared_from_this()](const boost::system::error_code& error, size_t) {
                if (self->closed_) return;
                if (error) return self->Close();
                self->GoOn();
              });
          return;
        }
        break;
      }
      case HttpRequestReader::State::kRequest:
        return TakeRequest();
      case HttpRequestReader::State::kBad:
        return Refuse(reader_.refusal());
    }
  }
}

void HttpConnection::TakeRequest() {
  HttpRequest request = reader_.Take();
  any_request_ = true;
  keep_alive_ = request.keep_alive;
  Enter(Phase::kWaiting);
  calls_.take(this, std::move(request));
}

void HttpConnection::Answer(const HttpAnswer& answer) {
  if (closed_ || phase_ != Phase::kWaiting) return;
  Write(WriteHttpAnswer(answer, keep_alive_), keep_alive_ ? Phase::kIdle : Phase::kDone);
}

void HttpConnection::Refuse(const HttpAnswer& answer) {
  Write(WriteHttpAnswer(answer, /*keep_alive=*/false), Phase::kLingering);
}

void HttpConnection::Write(std::string bytes, Phase next) {
  Enter(Phase::kWriting);
  writing_ = std::move(bytes);
  wire_->WriteAll(
      boost::asio::buffer(writing_),
      [self = shared_from_this(), next](const boost::system::error_code& error, size_t) {
        if (self->closed_) return;
        if (error || next == Phase::kDone) return self->Close();
        self->writing_ = {};
        self->request_bytes_ = 0;
        self->Enter(next);
        next == Phase::kIdle ? self->GoOn() : self->Read();
      });
}

// When the phase must be over.
TimeMs HttpConnection::Deadline() const {
  const SocketOptions& socket = options_->socket;
  switch (phase_) {
    case Phase::kHandshake:
      return phase_since_ms_ + socket.first_byte_ms;
    case Phase::kIdle:
      return phase_since_ms_ + (any_request_ ? socket.idle_ms : socket.first_byte_ms);
    case Phase::kReading: {
      if (socket.rate_min == 0) return phase_since_ms_ + socket.idle_ms;
      const auto earned = static_cast<TimeMs>(request_bytes_ * 1000 / socket.rate_min);
      return phase_since_ms_ + std::min(socket.idle_ms, socket.first_byte_ms + earned);
    }
    case Phase::kWriting:
      return phase_since_ms_ + socket.idle_ms;
    case Phase::kLingering:
      return phase_since_ms_ + kLingerMs;
    case Phase::kWaiting:  // the engine is at work
    case Phase::kDone:
      break;
  }
  return kNever;
}

void HttpConnection::ArmTimer() {
  timer_.cancel();
  const TimeMs deadline = Deadline();
  if (deadline == kNever) return;
  const TimeMs left = deadline - SystemClock().MonotonicMs();
  if (left <= 0) return Close();
  timer_.expires_after(std::chrono::milliseconds(left));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled && !self->closed_) self->ArmTimer();
  });
}

void HttpConnection::Close() {
  if (std::exchange(closed_, true)) return;
  timer_.cancel();
  wire_->Close();
  place_.reset();
  const auto closed = std::exchange(calls_.closed, nullptr);
  if (closed) closed(this);
}

}  // namespace weir
