#include <fcntl.h>
#include <unistd.h>

#include "weir/run.h"

namespace weir {

StopRequest::StopRequest() {
  if (pipe2(fds_, O_CLOEXEC | O_NONBLOCK) != 0) fds_[0] = fds_[1] = -1;
}

StopRequest::~StopRequest() {
  for (const int fd : fds_) {
    if (fd >= 0) close(fd);
  }
}

void StopRequest::Request() {
  requested_.store(true, std::memory_order_relaxed);
  // Wakes a poll; a full pipe has done so already.
  [[maybe_unused]] const ssize_t written = write(fds_[1], "", 1);
}

void StopRequest::Clear() {
  char bytes[64];
  while (read(fds_[0], bytes, sizeof(bytes)) > 0) {
  }
  requested_.store(false, std::memory_order_relaxed);
}

}  // namespace weir
