#include "net/outgoing.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/check.h"

namespace weir {

Outgoing::Piece::Piece(std::shared_ptr<Outgoing> to, std::string text, uint64_t count)
    : owner(std::move(to)), bytes(std::move(text)), records(count) {
  const std::lock_guard<std::mutex> lock(owner->mutex_);
  owner->bytes_ += bytes.size();
}

Outgoing::Piece::~Piece() {
  {
    const std::lock_guard<std::mutex> lock(owner->mutex_);
    owner->bytes_ -= bytes.size();
    (sent ? owner->delivered_ : owner->lost_) += records;
  }
  owner->Signal();
}

Outgoing::Outgoing(size_t bytes_max)
    : bytes_max_(bytes_max), changed_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(changed_ >= 0);
}

Outgoing::~Outgoing() { close(changed_); }

void Outgoing::Signal() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(changed_, &one, sizeof(one));
}

void Outgoing::SetPeers(size_t peers) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    peers_ = peers;
    if (peers > 0) failure_.clear();
  }
  Signal();
}

void Outgoing::SetFailure(std::string why) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    failure_ = std::move(why);
  }
  Signal();
}

void Outgoing::SetRefusal(std::string why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  refusal_ = std::move(why);
}

bool Outgoing::has_peers() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return peers_ > 0;
}

bool Outgoing::IsFull() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return bytes_ >= bytes_max_;
}

bool Outgoing::IsEmpty() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return bytes_ == 0;
}

std::string Outgoing::failure() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failure_;
}

std::string Outgoing::refusal() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return refusal_;
}

uint64_t Outgoing::delivered() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return delivered_;
}

uint64_t Outgoing::lost() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return lost_;
}

void Outgoing::StopGivingUp() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!given_up_) given_up_ = lost_;
}

uint64_t Outgoing::settled() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return delivered_ + given_up_.value_or(lost_);
}

bool Outgoing::Wait(StopRequest* stop, TimeMs at_most_ms) {
  pollfd waits[] = {{changed_, POLLIN, 0}, {stop == nullptr ? -1 : stop->poll_fd(), POLLIN, 0}};
  poll(waits, 2, static_cast<int>(at_most_ms));
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t size = read(changed_, &count, sizeof(count));
  return stop == nullptr || !stop->requested();
}

}  // namespace weir
