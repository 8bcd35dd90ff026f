#include "net/arrivals.h"

#include <utility>

namespace weir {

bool Arrivals::Push(Item item) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (items_.empty()) some_.Set();
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
    some_.Reset();
    taken.swap(items_);
    bytes_ = 0;
    was_full = std::exchange(was_full_, false);
  }
  if (was_full && on_room_) on_room_();
  return taken;
}

}  // namespace weir
