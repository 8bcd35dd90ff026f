#include "net/sender.h"

#include <chrono>

namespace weir {

Sender::Sender(boost::asio::io_context& context, std::shared_ptr<Wire> wire, Setup setup)
    : wire_(std::move(wire)), setup_(std::move(setup)), timer_(context), fd_(wire_->plain_fd()) {}

void Sender::Start(Wire::Role role, OnReady on_ready, OnClosed on_closed) {
  on_ready_ = std::move(on_ready);
  on_closed_ = std::move(on_closed);
  ArmTimer(setup_.options->first_byte_ms);
  wire_->Handshake(role,
                   [self = shared_from_this()](const boost::system::error_code& error, size_t) {
                     if (self->closed_) return;
                     if (error) return self->Close();
                     if (self->setup_.token.empty()) self->BeReady();
                     self->ReadNext();
                   });
}

// What a peer says matters only before it is trusted; its end always does.
void Sender::ReadNext() {
  wire_->ReadSome(boost::asio::buffer(scratch_),
                  [self = shared_from_this()](const boost::system::error_code& error, size_t size) {
                    if (self->closed_) return;
                    if (error) return self->Close();
                    self->OnRead({self->scratch_, size});
                    if (!self->closed_) self->ReadNext();
                  });
}

void Sender::OnRead(std::string_view bytes) {
  if (ready_) return;
  heard_ += bytes;
  const size_t newline = heard_.find('\n');
  if (newline == std::string::npos) {
    if (heard_.size() > kTokenBytesMax) Close();
    return;
  }
  IsBearer({heard_.data(), newline}, setup_.token) ? BeReady() : Close();
}

void Sender::BeReady() {
  ready_ = true;
  heard_ = {};
  timer_.cancel();
  on_ready_();
  if (setup_.head.empty()) return WriteNext();
  writing_ = true;
  ArmTimer(setup_.options->idle_ms);
  wire_->WriteAll(boost::asio::buffer(setup_.head),
                  [self = shared_from_this()](const boost::system::error_code& error, size_t) {
                    if (self->closed_) return;
                    self->writing_ = false;
                    error ? self->Close() : self->WriteNext();
                  });
}

void Sender::Send(std::shared_ptr<Outgoing::Piece> piece) {
  pieces_.push_back(std::move(piece));
  WriteNext();
}

void Sender::WriteNext() {
  if (!ready_ || writing_ || closed_) return;
  if (pieces_.empty()) {
    timer_.cancel();
    if (fd_ >= 0) setup_.lane->Open(setup_.number, fd_);
    return;
  }
  setup_.lane->Close(setup_.number);
  writing_ = true;
  ArmTimer(setup_.options->idle_ms);
  const Outgoing::Piece& piece = *pieces_.front();
  wire_->WriteAll(boost::asio::buffer(piece.bytes) + (piece.begun_to == number() ? piece.begun : 0),
                  [self = shared_from_this()](const boost::system::error_code& error, size_t) {
                    if (self->closed_) return;
                    self->writing_ = false;
                    if (error) return self->Close();
                    self->pieces_.front()->sent = true;
                    self->pieces_.pop_front();
                    self->WriteNext();
                  });
}

void Sender::ArmTimer(TimeMs ms) {
  timer_.expires_after(std::chrono::milliseconds(ms));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled) self->Close();
  });
}

void Sender::Close() {
  if (std::exchange(closed_, true)) return;
  timer_.cancel();
  setup_.lane->Close(setup_.number);
  wire_->Close();
  setup_.place.reset();
  on_ready_ = nullptr;
  if (on_closed_) std::exchange(on_closed_, nullptr)(std::exchange(pieces_, {}));
}

}  // namespace weir
