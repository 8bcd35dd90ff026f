#include "io/event_fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "io/file_handle.h"

namespace weir {

EventFd::EventFd() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), error_(fd_ < 0 ? errno : 0) {}

EventFd::~EventFd() {
  if (fd_ >= 0) close(fd_);
}

Status EventFd::status() const {
  if (fd_ >= 0) return Status::Ok();
  return Status(StatusCode::kIoError, SystemError("eventfd", error_));
}

void EventFd::Set() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
}

void EventFd::Reset() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t size = read(fd_, &count, sizeof(count));
}

}  // namespace weir
