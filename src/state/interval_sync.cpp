#include "state/interval_sync.h"

#include <chrono>

#include "state/replay_log.h"

namespace weir {

IntervalSync::IntervalSync(LogWriter* log, int64_t interval_ms) {
  thread_ = std::thread([this, log, interval_ms] {
    std::unique_lock lock(mutex_);
    while (!stopped_.wait_for(lock, std::chrono::milliseconds(interval_ms),
                              [this] { return stop_; })) {
      lock.unlock();
      const bool is_sound = log->Sync().ok();
      lock.lock();
      if (!is_sound) return;
    }
  });
}

IntervalSync::~IntervalSync() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

}  // namespace weir
