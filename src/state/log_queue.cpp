#include "state/log_queue.h"

#include <utility>

namespace weir {

LogQueue::LogQueue(std::function<Status(const std::string& entry)> append)
    : append_(std::move(append)), thread_([this] { Work(); }) {}

LogQueue::~LogQueue() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  pushed_.notify_one();
  thread_.join();
}

Status LogQueue::Push(std::string* entry) {
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [this] { return entries_.size() < kDepth || !status_.ok(); });
  if (!status_.ok()) return status_;
  entries_.push_back(std::move(*entry));
  entry->clear();
  if (!spare_.empty()) {
    *entry = std::move(spare_.back());
    spare_.pop_back();
  }
  lock.unlock();
  pushed_.notify_one();
  return Status::Ok();
}

Status LogQueue::Settle() {
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [this] { return entries_.empty() || !status_.ok(); });
  return status_;
}

void LogQueue::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    pushed_.wait(lock, [this] { return !entries_.empty() || ends_; });
    if (entries_.empty() || !status_.ok()) return;
    const std::string& entry = entries_.front();  // stays where it is while others are pushed
    lock.unlock();
    const Status status = append_(entry);
    lock.lock();
    entries_.front().clear();
    if (spare_.size() < kDepth) spare_.push_back(std::move(entries_.front()));
    entries_.pop_front();
    if (!status.ok()) status_ = status;
    taken_.notify_all();
  }
}

}  // namespace weir
