#include "net/arrivals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "base/check.h"

namespace weir {

Arrivals::Arrivals(size_t bytes_max)
    : bytes_max_(bytes_max), fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(fd_ >= 0);
}

Arrivals::~Arrivals() { close(fd_); }

bool Arrivals::Push(Item item) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (items_.empty()) {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
  }
  bytes_ += item.bytes.size() + sizeof(Item);
  items_.push_back(std::move(item));
  if (bytes_ < bytes_max_) return true;
  was_full_ = true;
  return false;
}

std::vector<Arrivals::Item> Arrivals::Take() {
  std::vector<Item> taken;
  bool was_full = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(fd_, &count, sizeof(count));
    taken.swap(items_);
    bytes_ = 0;
    was_full = std::exchange(was_full_, false);
  }
  if (was_full && on_room_) on_room_();
  return taken;
}

}  // namespace weir
