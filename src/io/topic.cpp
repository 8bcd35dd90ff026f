#include "io/topic.h"

#include <map>
#include <utility>

namespace weir {
namespace {

constexpr size_t kBytesMax = 64 << 20;

}  // namespace

bool Topic::Subscription::Put(std::string_view record) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (bytes_ + record.size() > kBytesMax) return false;
  if (records_.empty()) changed_.Set();
  bytes_ += record.size();
  records_.emplace_back(record);
  return true;
}

void Topic::Subscription::SetEnd(bool ended) {
  const std::lock_guard<std::mutex> lock(mutex_);
  no_more_ = ended;
  changed_.Set();
}

bool Topic::Subscription::ended() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return no_more_ && records_.empty();
}

std::deque<std::string> Topic::Subscription::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  changed_.Reset();
  bytes_ = 0;
  return std::exchange(records_, {});
}

Topic::Publisher::Publisher(std::shared_ptr<Topic> topic) : topic_(std::move(topic)) {
  topic_->AddPublishers(1);
}

Topic::Publisher::~Publisher() { topic_->AddPublishers(-1); }

void Topic::AddPublishers(int count) {
  const std::lock_guard<std::mutex> lock(mutex_);
  publishers_ += count;
  for (const auto& one : subscriptions_) {
    const std::shared_ptr<Subscription> subscription = one.lock();
    if (subscription != nullptr) subscription->SetEnd(publishers_ == 0);
  }
}

std::shared_ptr<Topic> Topic::Named(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<Topic>> topics;
  const std::lock_guard<std::mutex> lock(mutex);
  std::weak_ptr<Topic>& known = topics[name];
  std::shared_ptr<Topic> topic = known.lock();
  if (topic == nullptr) known = topic = std::make_shared<Topic>();
  return topic;
}

std::shared_ptr<Topic::Subscription> Topic::Subscribe() {
  auto subscription = std::make_shared<Subscription>();
  const std::lock_guard<std::mutex> lock(mutex_);
  subscriptions_.push_back(subscription);
  return subscription;
}

Status Topic::Publish(std::string_view record) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(subscriptions_, [](const auto& one) { return one.expired(); });
  if (subscriptions_.empty()) return Status(StatusCode::kNotFound, "nobody takes from the topic");
  bool full = false;
  for (const auto& one : subscriptions_) {
    const std::shared_ptr<Subscription> subscription = one.lock();
    if (subscription != nullptr && !subscription->Put(record)) full = true;
  }
  return full ? Status(StatusCode::kNotFound, "64 MiB wait in the topic") : Status::Ok();
}

}  // namespace weir
