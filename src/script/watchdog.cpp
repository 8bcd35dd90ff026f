#include "script/watchdog.h"

#include <algorithm>
#include <chrono>

#include "script/script.h"

namespace weir {

Watchdog& Watchdog::Instance() {
  static Watchdog watchdog;
  return watchdog;
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::Add(Watched* watched) {
  const std::lock_guard lock(mutex_);
  watched_.push_back(watched);
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
}

void Watchdog::Remove(Watched* watched) {
  const std::lock_guard lock(mutex_);
  std::erase(watched_, watched);
}

void Watchdog::Wake() {
  {
    const std::lock_guard lock(mutex_);
    asleep_ = false;
  }
  changed_.notify_all();
}

bool Watchdog::LookRound() {
  bool active = false;
  for (Watched* watched : watched_) {
    const uint64_t call = watched->call_;
    const bool running = call % 2 == 1;
    active = active || running || call != watched->seen_;
    if (!running || call != watched->seen_) {
      watched->seconds_ = 0;
    } else if (++watched->seconds_ >= kMaxScriptSeconds) {
      watched->overdue_ = true;
      watched->interrupt_();
    }
    watched->seen_ = call;
  }
  return active;
}

void Watchdog::Run() {
  std::unique_lock lock(mutex_);
  while (!done_) {
    if (!LookRound()) {
      // A call that began in between has either seen asleep_ or is seen by the second look.
      asleep_ = true;
      if (!LookRound()) changed_.wait(lock, [this] { return done_ || !asleep_; });
      asleep_ = false;
    }
    changed_.wait_for(lock, std::chrono::seconds(1), [this] { return done_; });
  }
}

}  // namespace weir
