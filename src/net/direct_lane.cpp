#include "net/direct_lane.h"

#include <sys/socket.h>

namespace weir {

void DirectLane::Open(uint64_t owner, int fd) {
  const std::lock_guard<std::mutex> lock(mutex_);
  owner_ = owner;
  fd_ = fd;
}

void DirectLane::Close(uint64_t owner) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (owner_ == owner) owner_ = 0;
}

size_t DirectLane::Write(std::string_view bytes, uint64_t* owner) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (owner_ == 0) return 0;
  const ssize_t written = send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (written <= 0) return 0;
  *owner = owner_;
  return static_cast<size_t>(written);
}

}  // namespace weir
