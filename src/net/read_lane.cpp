#include "net/read_lane.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "time/system_clock.h"

namespace weir {
namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr int kSocketsAtOnce = 16;
constexpr uint64_t kOther = 0;  // channels have other numbers

bool Watch(int epoll, int fd, uint64_t channel) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = channel;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

void ReceiveMarks::NoteLines(std::string_view bytes, TimeMs now) {
  last_byte_ms = now;
  any_byte = true;
  const size_t newline = bytes.rfind('\n');
  if (newline != std::string_view::npos || partial_bytes == 0) partial_since_ms = now;
  if (newline == std::string_view::npos) {
    partial_bytes += bytes.size();
  } else {
    partial_bytes = bytes.size() - newline - 1;
  }
}

bool LentSocket::Watch(int epoll, uint64_t channel) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (fd_ < 0 || !weir::Watch(epoll, fd_, channel)) return false;
  epoll_ = epoll;
  return true;
}

// A child process may have the socket too, so that closing it would not be enough.
void LentSocket::Unwatch() {
  if (epoll_ >= 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd_, nullptr);
  epoll_ = -1;
}

int LentSocket::TakeBack() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Unwatch();
  return std::exchange(fd_, -1);
}

bool LentSocket::broken() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return broken_;
}

ReceiveMarks LentSocket::MarksAt(TimeMs now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  int unread = 0;
  if (fd_ >= 0 && ioctl(fd_, FIONREAD, &unread) == 0 && unread > 0) marks_.Excuse(now);
  return marks_;
}

bool LentSocket::Read(std::vector<char>* buffer, size_t* size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *size = 0;
  if (fd_ < 0) return true;  // its end comes another way
  const ssize_t got = recv(fd_, buffer->data(), buffer->size(), MSG_DONTWAIT);
  if (got > 0) {
    *size = static_cast<size_t>(got);
    marks_.NoteLines({buffer->data(), *size}, SystemClock().MonotonicMs());
    return true;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  broken_ = got < 0;
  Unwatch();
  return false;
}

ReadLane::ReadLane() : epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(kReadBytes) {}

ReadLane::~ReadLane() {
  if (epoll_ >= 0) close(epoll_);
}

Status ReadLane::Open(int other) {
  if (epoll_ >= 0 && Watch(epoll_, other, kOther)) return Status::Ok();
  return Status(StatusCode::kIoError,
                std::string("sockets cannot be waited for: ") + std::strerror(errno));
}

bool ReadLane::Add(uint64_t channel, std::string name, std::shared_ptr<LentSocket> socket) {
  if (!socket->Watch(epoll_, channel)) return false;
  sockets_[channel] = {std::move(name), std::move(socket)};
  return true;
}

void ReadLane::Read(const Calls& calls) {
  epoll_event events[kSocketsAtOnce];
  const int ready = epoll_wait(epoll_, events, kSocketsAtOnce, 0);
  for (int i = 0; i < ready; ++i) {
    const uint64_t channel = events[i].data.u64;
    if (channel == kOther) calls.on_other();
    const auto lent = sockets_.find(channel);
    if (lent == sockets_.end()) continue;
    size_t size = 0;
    if (!lent->second.socket->Read(&buffer_, &size)) {
      sockets_.erase(lent);
      calls.return_to_loop(channel);
    } else if (size > 0) {
      calls.give(channel, lent->second.name, {buffer_.data(), size});
    }
  }
}

}  // namespace weir
