#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace weir {

// Interrupts calls that take too many seconds. One thread for the process, which waits as long as
// nothing is called.
class Watchdog {
 public:
  // What is watched: an engine that makes one call at a time.
  class Watched {
   public:
    explicit Watched(std::function<void()> interrupt) : interrupt_(std::move(interrupt)) {}
    void Begin() {
      overdue_ = false;
      ++call_;
      Instance().Notice();
    }
    void End() { ++call_; }
    // True if the watchdog has interrupted the running call.
    bool overdue() const { return overdue_; }

   private:
    friend class Watchdog;
    std::function<void()> interrupt_;
    std::atomic<uint64_t> call_{0};  // odd while one runs
    std::atomic<bool> overdue_{false};
    uint64_t seen_ = 0;     // by the watchdog, its last time round
    uint32_t seconds_ = 0;  // for which it has seen that call
  };

  static Watchdog& Instance();
  void Add(Watched* watched);
  void Remove(Watched* watched);

 private:
  Watchdog() = default;
  ~Watchdog();
  void Notice() {
    if (asleep_) Wake();
  }
  void Wake();
  void Run();
  bool LookRound();  // true if there were calls since the last time

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Watched*> watched_;
  std::atomic<bool> asleep_{false};
  bool done_ = false;
  std::thread thread_;
};

}  // namespace weir
