#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"

namespace weir {

// Appends entries to a log from a thread of its own, in order, so that packing and writing go on
// beside the processing of what was logged. Nothing may leave the process that follows from an
// entry before Settle said that it is in the log. One thread pushes.
class LogQueue {
 public:
  // `append` is called by the queue's thread; its first failure is final.
  explicit LogQueue(std::function<Status(const std::string& entry)> append);
  // Appends what is left.
  ~LogQueue();
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;

  // Takes the entry, and gives back memory for the next one. Waits while kDepth entries are in the
  // queue. Fails once an append failed.
  Status Push(std::string* entry);
  // Waits until all that was pushed is appended.
  Status Settle();

 private:
  static constexpr size_t kDepth = 8;

  void Work();

  const std::function<Status(const std::string&)> append_;
  std::mutex mutex_;
  std::condition_variable pushed_;
  std::condition_variable taken_;
  std::deque<std::string> entries_;  // the first may be in the hands of the thread
  std::vector<std::string> spare_;
  Status status_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace weir
