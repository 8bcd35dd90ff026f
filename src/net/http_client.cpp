#include "net/http_client.h"

#include <algorithm>
#include <chrono>

#include "net/tls_context.h"

namespace weir {
namespace {

constexpr size_t kReadBytes = 16 << 10;
constexpr size_t kAnswerBytesMax = 1 << 20;
constexpr TimeMs kFirstPauseMs = 100;
constexpr TimeMs kLongestPauseMs = 30'000;

// The server may take the same request later.
bool IsTemporary(unsigned status) { return status >= 500 || status == 408 || status == 429; }

}  // namespace

HttpClient::HttpClient(boost::asio::io_context& context, SocketOptions options, bool waits,
                       std::shared_ptr<Outgoing> outgoing)
    : options_(std::move(options)),
      context_(context),
      waits_(waits),
      outgoing_(std::move(outgoing)),
      timer_(context),
      retry_(context),
      buffer_(kReadBytes) {}

Status HttpClient::Open() {
  auto tls = MakeTlsContext(options_);
  if (!tls.ok()) return tls.status();
  tls_ = std::move(tls).value();
  dialer_ = std::make_shared<Dialer>(context_, options_);
  return Status::Ok();
}

void HttpClient::Start() { Dial(/*was_of_use=*/true); }

void HttpClient::Dial(bool was_of_use) {
  if (stopped_ || std::exchange(dialing_, true)) return;
  if (std::exchange(dialed_, true)) return dialer_->Again(was_of_use);
  dialer_->Start([this](Wire::Socket socket) { OnConnect(std::move(socket)); },
                 [this](const std::string& why) { OnDialFailure(why); });
}

void HttpClient::OnDialFailure(const std::string& why) {
  outgoing_->SetFailure(why);
  if (!waits_) pieces_.clear();
}

void HttpClient::OnConnect(Wire::Socket socket) {
  dialing_ = false;
  wire_ = MakeWire(std::move(socket), tls_, options_.host);
  answers_ = std::make_unique<HttpAnswerReader>(kAnswerBytesMax);
  answered_ = 0;
  ArmTimer();
  wire_->Handshake(Wire::Role::kClient, [self = shared_from_this(), now = ++generation_](
                                            const boost::system::error_code& error, size_t) {
    if (self->stopped_ || now != self->generation_) return;
    if (error) {
      self->Disconnect();
      self->OnDialFailure(self->options_.ShownAddress() + ": " + error.message());
      return self->Dial(/*was_of_use=*/false);
    }
    self->timer_.cancel();
    self->outgoing_->SetPeers(1);
    self->Read();
    self->Pump();
  });
}

void HttpClient::Send(std::shared_ptr<Outgoing::Piece> piece) {
  if (stopped_) return;
  pieces_.push_back(std::move(piece));
  Pump();
}

void HttpClient::Pump() {
  if (stopped_ || asking_ || retrying_ || pieces_.empty()) return;
  if (wire_ == nullptr) return Dial(/*was_of_use=*/true);
  asking_ = true;
  ArmTimer();
  const std::shared_ptr<Outgoing::Piece> piece = pieces_.front();
  wire_->WriteAll(boost::asio::buffer(piece->bytes),
                  [self = shared_from_this(), piece, now = generation_](
                      const boost::system::error_code& error, size_t) {
                    if (error && !self->stopped_ && now == self->generation_) self->OnEnd(error);
                  });
}

void HttpClient::Read() {
  wire_->ReadSome(boost::asio::buffer(buffer_),
                  [self = shared_from_this(), now = generation_](
                      const boost::system::error_code& error, size_t size) {
                    if (self->stopped_ || now != self->generation_) return;
                    if (error) return self->OnEnd(error);
                    switch (self->answers_->Put({self->buffer_.data(), size})) {
                      case HttpAnswerReader::State::kNeedBytes:
                        return self->Read();
                      case HttpAnswerReader::State::kAnswer:
                        return self->OnAnswer();
                      case HttpAnswerReader::State::kBad:
                        self->Disconnect();
                        return self->Fail("the answer is not HTTP");
                    }
                  });
}

void HttpClient::OnAnswer() {
  bool keep_alive = false;
  const unsigned status = answers_->TakeStatus(&keep_alive);
  timer_.cancel();
  ++answered_;
  keep_alive&& asking_ ? Read() : Disconnect();
  if (!std::exchange(asking_, false)) return;
  if (status / 100 != 2) {
    const std::string why = "answered with status " + std::to_string(status);
    if (IsTemporary(status)) return Fail(why);
    outgoing_->SetRefusal(options_.ShownAddress() + ": " + why);
    pieces_.pop_front();
    return Pump();
  }
  pause_ms_ = 0;
  outgoing_->SetPeers(1);  // what failed before is over
  pieces_.front()->sent = true;
  pieces_.pop_front();
  Pump();
}

// The server may close a connection that it has answered on whenever it likes.
void HttpClient::OnEnd(const boost::system::error_code& error) {
  if (asking_ && error == boost::asio::error::eof &&
      answers_->PutEnd() == HttpAnswerReader::State::kAnswer) {
    return OnAnswer();
  }
  const bool reused = answered_ > 0;
  Disconnect();
  if (!std::exchange(asking_, false)) return;
  if (reused) return Pump();  // tried once more at once
  Fail(error == boost::asio::error::eof ? "closed the connection" : error.message());
}

void HttpClient::Fail(const std::string& why) {
  asking_ = false;
  timer_.cancel();
  const std::string told = options_.ShownAddress() + ": " + why;
  if (!waits_) {
    outgoing_->SetRefusal(told);
    pieces_.pop_front();
    return Pump();
  }
  outgoing_->SetFailure(told);
  pause_ms_ = std::clamp(2 * pause_ms_, kFirstPauseMs, kLongestPauseMs);
  retrying_ = true;
  retry_.expires_after(std::chrono::milliseconds(pause_ms_));
  retry_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (cancelled || self->stopped_) return;
    self->retrying_ = false;
    self->Pump();
  });
}

void HttpClient::Disconnect() {
  timer_.cancel();
  ++generation_;
  if (wire_ == nullptr) return;
  wire_->Close();
  wire_ = nullptr;
}

void HttpClient::ArmTimer() {
  timer_.expires_after(std::chrono::milliseconds(options_.idle_ms));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (cancelled || self->stopped_) return;
    const bool asked = self->asking_;
    self->Disconnect();
    if (asked) return self->Fail("no answer");
    self->OnDialFailure(self->options_.ShownAddress() + ": no handshake");
    self->Dial(/*was_of_use=*/false);
  });
}

void HttpClient::Stop() {
  if (std::exchange(stopped_, true)) return;
  if (dialer_ != nullptr) dialer_->Stop();
  timer_.cancel();
  retry_.cancel();
  Disconnect();
  pieces_.clear();
}

}  // namespace weir
