#include "net/receiver.h"

#include <algorithm>
#include <chrono>

#include "time/system_clock.h"

namespace weir {
namespace {

constexpr size_t kReadBytes = 16 << 10;
constexpr size_t kLengthBytes = 4;

size_t FrameLength(std::string_view head) {
  size_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length = length << 8 | static_cast<unsigned char>(head[i]);
  }
  return length;
}

}  // namespace

Receiver::Receiver(boost::asio::io_context& context, std::shared_ptr<Wire> wire, Setup setup,
                   OnClosed on_closed)
    : wire_(std::move(wire)),
      setup_(std::move(setup)),
      on_closed_(std::move(on_closed)),
      timer_(context),
      buffer_(kReadBytes),
      greeted_(setup_.token.empty()) {
  marks_.last_byte_ms = SystemClock().MonotonicMs();
}

void Receiver::Start(Wire::Role role) {
  ArmTimer();
  wire_->Handshake(role,
                   [self = shared_from_this()](const boost::system::error_code& error, size_t) {
                     if (self->closed_) return;
                     error ? self->Finish(/*whole=*/false) : self->Greet();
                   });
}

void Receiver::Greet() {
  if (setup_.greeting.empty()) return GoOn();
  wire_->WriteAll(boost::asio::buffer(setup_.greeting),
                  [self = shared_from_this()](const boost::system::error_code& error, size_t) {
                    if (self->closed_) return;
                    error ? self->Finish(/*whole=*/false) : self->GoOn();
                  });
}

void Receiver::GoOn() {
  if (!Lend()) ReadNext();
}

// Frames are put together here, and acknowledgements are written here.
bool Receiver::Lend() {
  const SocketOptions& options = *setup_.options;
  if (!greeted_ || options.frames || options.acknowledges) return false;
  const int fd = wire_->Release();
  if (fd < 0) return false;
  lent_ = std::make_shared<LentSocket>(fd, marks_);
  pushed_ = true;
  setup_.arrivals->Push({Arrivals::Item::Kind::kLent, setup_.channel, setup_.name, "", lent_});
  return true;
}

void Receiver::TakeBack() {
  if (closed_ || lent_ == nullptr) return;
  const bool broken = lent_->broken();
  EndLoan();
  broken ? Finish(/*whole=*/false) : ReadNext();
}

void Receiver::EndLoan() {
  marks_ = lent_->MarksAt(SystemClock().MonotonicMs());
  wire_->GiveBack(lent_->TakeBack());
  lent_.reset();
}

void Receiver::ReadNext() {
  wire_->ReadSome(boost::asio::buffer(buffer_),
                  [self = shared_from_this()](const boost::system::error_code& error, size_t size) {
                    if (self->closed_) return;
                    if (error) {
                      self->Finish(/*whole=*/error == boost::asio::error::eof);
                    } else {
                      self->OnRead(size);
                    }
                  });
}

void Receiver::OnRead(size_t size) {
  const TimeMs now = SystemClock().MonotonicMs();
  marks_.last_byte_ms = now;
  marks_.any_byte = true;
  std::string bytes(buffer_.data(), size);
  if (!greeted_ && !TakeToken(&bytes)) return;
  bool room = true;
  if (setup_.options->frames) {
    if (!PushFrames(bytes, &room)) return Finish(/*whole=*/false);
  } else if (!bytes.empty()) {
    marks_.NoteLines(bytes, now);
    Push(Arrivals::Item::Kind::kBytes, std::move(bytes), &room);
  }
  paused_ = !room;
  if (room) GoOn();
}

bool Receiver::TakeToken(std::string* bytes) {
  greeting_ += *bytes;
  const size_t newline = greeting_.find('\n');
  if (newline == std::string::npos) {
    greeting_.size() > kTokenBytesMax ? Finish(/*whole=*/false) : ReadNext();
    return false;
  }
  if (!IsBearer({greeting_.data(), newline}, setup_.token)) {
    Finish(/*whole=*/false);
    return false;
  }
  *bytes = greeting_.substr(newline + 1);
  greeting_ = {};
  greeted_ = true;
  return true;
}

bool Receiver::PushFrames(std::string_view bytes, bool* room) {
  frame_ += bytes;
  std::string_view left = frame_;
  while (left.size() >= kLengthBytes) {
    const size_t length = FrameLength(left);
    if (length > setup_.options->record_bytes_max) return false;
    if (left.size() < kLengthBytes + length) break;
    Push(Arrivals::Item::Kind::kPayload, std::string(left.substr(kLengthBytes, length)), room);
    left.remove_prefix(kLengthBytes + length);
  }
  const bool same = left.size() == frame_.size();
  if (!same || marks_.partial_bytes == 0) marks_.partial_since_ms = marks_.last_byte_ms;
  frame_.erase(0, frame_.size() - left.size());
  marks_.partial_bytes = frame_.size();
  return true;
}

void Receiver::Push(Arrivals::Item::Kind kind, std::string bytes, bool* room) {
  Arrivals::Item item{kind, setup_.channel, setup_.name, std::move(bytes)};
  pushed_ = true;
  *room = setup_.arrivals->Push(std::move(item));
}

void Receiver::Resume() {
  if (!paused_ || closed_) return;
  paused_ = false;
  marks_.Excuse(SystemClock().MonotonicMs());
  GoOn();
}

void Receiver::Acknowledge(uint64_t lines) {
  done_lines_ = lines;
  WriteAcknowledgement();
}

void Receiver::WriteAcknowledgement() {
  if (closed_ || !acknowledgement_.empty() || done_lines_ == told_lines_) return;
  told_lines_ = done_lines_;
  acknowledgement_ = "{\"ack\":" + std::to_string(told_lines_) + "}\n";
  wire_->WriteAll(boost::asio::buffer(acknowledgement_),
                  [self = shared_from_this()](const boost::system::error_code& error, size_t) {
                    if (self->closed_ || error) return;  // reading finds it out
                    self->acknowledgement_.clear();
                    self->WriteAcknowledgement();
                  });
}

// How long the connection may go on if nothing comes; below 1: no longer.
TimeMs Receiver::TimeLeft(TimeMs now) const {
  const SocketOptions& options = *setup_.options;
  if (paused_) return std::max<TimeMs>(options.idle_ms, 1);
  const ReceiveMarks marks = lent_ == nullptr ? marks_ : lent_->MarksAt(now);
  if (!marks.any_byte || !greeted_) return marks.last_byte_ms + options.first_byte_ms - now;
  const TimeMs idle = marks.last_byte_ms + options.idle_ms - now;
  if (marks.partial_bytes == 0 || options.rate_min == 0) return idle;
  // A record has the time for a first byte to begin with, then it must keep to the rate.
  const auto earned = static_cast<TimeMs>(marks.partial_bytes * 1000 / options.rate_min);
  return std::min(idle, marks.partial_since_ms + options.first_byte_ms + earned - now);
}

void Receiver::ArmTimer() {
  const TimeMs now = SystemClock().MonotonicMs();
  const TimeMs left = TimeLeft(now);
  if (left <= 0) return Finish(/*whole=*/false);
  // What is complete now may be a record that crawls soon after.
  const TimeMs look = std::min(left, setup_.options->first_byte_ms);
  timer_.expires_after(std::chrono::milliseconds(std::max<TimeMs>(look, 1)));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled && !self->closed_) self->ArmTimer();
  });
}

void Receiver::Finish(bool whole) {
  if (closed_) return;
  using Kind = Arrivals::Item::Kind;
  bool room = true;
  if (pushed_) Push(whole ? Kind::kEnd : Kind::kCut, "", &room);
  Close();
}

void Receiver::Close() {
  if (std::exchange(closed_, true)) return;
  timer_.cancel();
  if (lent_ != nullptr) EndLoan();
  wire_->Close();
  setup_.place.reset();
  if (on_closed_) std::exchange(on_closed_, nullptr)(this);
}

}  // namespace weir
