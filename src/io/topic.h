#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "io/event_fd.h"

namespace weir {

// What sinks publish and sources take, by name, within the process. Thread-safe.
class Topic {
 public:
  // Records that one source has not taken yet.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

    // kIoError: the system gave no descriptor; fd() would never be readable.
    Status status() const { return changed_.status(); }
    int fd() const { return changed_.fd(); }  // readable while something is there, and at the end
    std::deque<std::string> Take();
    // Somebody published, nobody does any more, and all of it was taken.
    bool ended() const;

   private:
    friend class Topic;
    bool Put(std::string_view record);
    void SetEnd(bool ended);

    EventFd changed_;
    mutable std::mutex mutex_;  // of all below
    std::deque<std::string> records_;
    size_t bytes_ = 0;
    bool no_more_ = false;
  };

  // Somebody who may publish, as long as it lives.
  class Publisher {
   public:
    explicit Publisher(std::shared_ptr<Topic> topic);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;
    Topic& topic() const { return *topic_; }

   private:
    std::shared_ptr<Topic> topic_;
  };

  // The one of that name; it is there as long as somebody holds it.
  static std::shared_ptr<Topic> Named(const std::string& name);

  std::shared_ptr<Subscription> Subscribe();
  // kNotFound: nobody is subscribed, or somebody has as much as may wait; the record is dropped
  // there. Nothing waits, since who publishes may be who takes.
  Status Publish(std::string_view record);

 private:
  void AddPublishers(int count);

  std::mutex mutex_;
  std::vector<std::weak_ptr<Subscription>> subscriptions_;
  int publishers_ = 0;
};

}  // namespace weir
