#include "net/outgoing.h"

#include <poll.h>

#include <utility>

namespace weir {
Outgoing::Piece::Piece(std::shared_ptr<Outgoing> to, std::string text, uint64_t count)
    : owner(std::move(to)), bytes(std::move(text)), records(count) {
  const std::lock_guard<std::mutex> lock(owner->mutex_);
  owner->bytes_ += bytes.size();
  first = owner->made_ + 1;
  owner->made_ += records;
}

Outgoing::Piece::~Piece() {
  {
    const std::lock_guard<std::mutex> lock(owner->mutex_);
    owner->bytes_ -= bytes.size();
    owner->NoteEnd(*this);
  }
  owner->changed_.Set();
}

void Outgoing::NoteEnd(const Piece& piece) {
  (piece.sent ? delivered_ : lost_) += piece.records;
  if (piece.sent || !lost_noted_ || given_up_) return;
  lost_noted_->Set();
  std::string why = !refusal_.empty()   ? refusal_
                    : !failure_.empty() ? failure_
                                        : "the connection was closed";
  if (!lost_records_.empty()) {
    LostRecords& last = lost_records_.back();
    if (last.first + last.count == piece.first && last.why == why) {
      last.count += piece.records;
      return;
    }
  }
  lost_records_.push_back({piece.first, piece.records, std::move(why)});
}

Status Outgoing::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Status status = changed_.status();
  if (status.ok() && lost_noted_) status = lost_noted_->status();
  return status;
}

void Outgoing::NoteLost() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!lost_noted_) lost_noted_.emplace();
}

std::vector<LostRecords> Outgoing::TakeLost() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (lost_noted_) lost_noted_->Reset();
  return std::exchange(lost_records_, {});
}

void Outgoing::SetPeers(size_t peers) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    peers_ = peers;
    if (peers > 0) failure_.clear();
  }
  changed_.Set();
}

void Outgoing::SetFailure(std::string why) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    failure_ = std::move(why);
  }
  changed_.Set();
}

void Outgoing::SetRefusal(std::string why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  refusal_ = std::move(why);
}

size_t Outgoing::peers() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return peers_;
}

void Outgoing::NoteDelivered(uint64_t records) {
  const std::lock_guard<std::mutex> lock(mutex_);
  made_ += records;
  delivered_ += records;
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
  pollfd waits[] = {{changed_.fd(), POLLIN, 0},
                    {stop == nullptr ? -1 : stop->poll_fd(), POLLIN, 0}};
  poll(waits, 2, static_cast<int>(at_most_ms));
  changed_.Reset();
  return stop == nullptr || !stop->requested();
}

}  // namespace weir
