#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace weir {

class LogWriter;

// Syncs a log from a thread of its own, every `interval_ms`, until destroyed. Should a sync fail,
// the log's next Append says so. `log` outlives this. To be made anew in a child after fork().
class IntervalSync {
 public:
  static constexpr int64_t kDefaultMs = 100;

  explicit IntervalSync(LogWriter* log, int64_t interval_ms = kDefaultMs);
  IntervalSync(const IntervalSync&) = delete;
  IntervalSync& operator=(const IntervalSync&) = delete;
  ~IntervalSync();

 private:
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace weir
