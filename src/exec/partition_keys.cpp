#include "exec/partition_keys.h"

#include <algorithm>

namespace weir {

void RowKeys::Find(const PartitionPort& port, const Chunk& chunk, const Timeline& timeline) {
  bytes_.clear();
  texts_.clear();
  first_.assign(1, 0);
  const EvalContext context{chunk, &timeline};
  const ColumnPtr values = port.value == nullptr ? nullptr : EvalColumn(*port.value, context);
  // Which ranges a row fits, as one bit map per range over physical rows.
  std::vector<std::vector<bool>> fits;
  for (const PartitionPort::Range& range : port.ranges) {
    fits.emplace_back(chunk.physical_size(), false);
    for (uint32_t row : EvalFilter(*range.condition, context)) fits.back()[row] = true;
  }
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    const uint32_t row = chunk.Row(i);
    if (values != nullptr && values->IsValid(row)) {
      if (values->type() == Type::kString) {
        Add(values->values<StringRef>()[row].view());
      } else {
        Add(values->GetValue(row).ToText());
      }
    }
    for (size_t r = 0; r < fits.size(); ++r) {
      if (fits[r][row]) Add(port.ranges[r].key);
    }
    first_.push_back(static_cast<uint32_t>(texts_.size()));
  }
}

void PartitionKeys::BeginEpoch(const Timeline& timeline) {
  timeline_ = &timeline;
  while (!waiting_.empty() && waiting_.begin()->at <= timeline.end()) {
    Refresh(waiting_.begin()->key);
  }
}

uint32_t PartitionKeys::Use(std::string_view name, TimeMs now) {
  const auto found = key_by_name_.find(name);
  const uint32_t key = found != key_by_name_.end() ? found->second : Begin(name, now);
  if (purge_) Used(key, now);
  return key;
}

uint32_t PartitionKeys::Begin(std::string_view name, TimeMs now) {
  auto at = static_cast<uint32_t>(keys_.size());
  if (free_.empty()) {
    keys_.emplace_back();
    if (purge_) last_use_.emplace_back();
  } else {
    at = free_.back();
    free_.pop_back();
  }
  Key& key = keys_[at];
  key.name = &key_by_name_.emplace(name, at).first->first;
  key.born = born_++;
  key.waiting = waiting_.end();
  key.timer = timers_.end();
  key.ops = std::make_unique<std::unique_ptr<Operator>[]>(make_.size());
  for (size_t slot = 0; slot < make_.size(); ++slot) {
    key.ops[slot] = make_[slot]();
    key.ops[slot]->Start(now);
  }
  Touch(at);
  return at;
}

std::vector<uint32_t> PartitionKeys::All() const {
  std::vector<uint32_t> all;
  all.reserve(key_by_name_.size());
  for (uint32_t key = 0; key < keys_.size(); ++key) {
    if (keys_[key].ops != nullptr) all.push_back(key);
  }
  const bool reused = born_ > keys_.size();
  const auto earlier = [this](uint32_t a, uint32_t b) { return keys_[a].born < keys_[b].born; };
  if (reused) std::sort(all.begin(), all.end(), earlier);
  return all;
}

void PartitionKeys::Touch(uint32_t key) {
  if (keys_[key].touched) return;
  keys_[key].touched = true;
  touched_.push_back(key);
}

void PartitionKeys::Settle() {
  for (const uint32_t key : touched_) {
    keys_[key].touched = false;
    Refresh(key);
  }
  touched_.clear();
}

void PartitionKeys::Unlink(uint32_t k) {
  Key& key = keys_[k];
  if (key.waiting != waiting_.end()) waiting_.erase(key.waiting);
  if (key.timer != timers_.end()) timers_.erase(key.timer);
  key.waiting = waiting_.end();
  key.timer = timers_.end();
}

// Puts the key where its next timer belongs.
void PartitionKeys::Refresh(uint32_t k) {
  Key& key = keys_[k];
  TimeMs due = kNever;
  std::optional<OrderKey> next;
  for (size_t slot = 0; slot < make_.size(); ++slot) {
    const std::optional<OrderKey> timer = key.ops[slot]->NextTimer(*timeline_);
    if (timer && (!next || *timer < *next)) next = timer;
    due = std::min(due, key.ops[slot]->NextDue());
  }
  if (next) due = kNever;
  const bool due_same = key.waiting == waiting_.end() ? due == kNever : due == key.waiting->at;
  const bool next_same = key.timer == timers_.end() ? !next : next == key.timer->at;
  if (due_same && next_same) return;
  Unlink(k);
  if (next) key.timer = timers_.insert({*next, key.born, k}).first;
  if (due != kNever) key.waiting = waiting_.insert({due, key.born, k}).first;
}

std::optional<OrderKey> PartitionKeys::NextTimer() const {
  std::optional<OrderKey> next;
  if (!timers_.empty()) next = timers_.begin()->at;
  if (purge_due_ <= timeline_->end()) {
    const OrderKey purge{timeline_->DueMoment(purge_due_),
                         Path().Append(purge_->root, purge_->root_width)};
    if (!next || purge < *next) next = purge;
  }
  return next;
}

std::optional<PartitionKeys::Owner> PartitionKeys::NextOwner() const {
  const std::optional<OrderKey> next = NextTimer();
  if (timers_.empty() || timers_.begin()->at != next) return std::nullopt;
  const uint32_t key = timers_.begin()->key;
  for (uint32_t slot = 0;; ++slot) {
    CHECK(slot < make_.size());
    if (keys_[key].ops[slot]->NextTimer(*timeline_) == next) return Owner{key, slot};
  }
}

TimeMs PartitionKeys::NextDue() const {
  const TimeMs due = waiting_.empty() ? kNever : waiting_.begin()->at;
  return std::min(due, purge_due_);
}

void PartitionKeys::Used(uint32_t key, TimeMs now) {
  LastUse& use = last_use_[key];
  use.time = now;
  if (last_used_ == key) return;
  if (first_used_ == key) first_used_ = use.after;
  if (use.before != kNone) last_use_[use.before].after = use.after;
  if (use.after != kNone) last_use_[use.after].before = use.before;
  use.before = last_used_;
  use.after = kNone;
  if (last_used_ != kNone) last_use_[last_used_].after = key;
  last_used_ = key;
  if (first_used_ == kNone) first_used_ = key;
  if (purge_due_ == kNever) ArmPurge();
}

// The first tick at which the key that is idle longest could be dropped: ticks at which nothing
// happens need not be.
void PartitionKeys::ArmPurge() {
  purge_due_ = kNever;
  if (first_used_ == kNone) return;
  const TimeMs earliest = last_use_[first_used_].time + purge_->idle + 1;
  const TimeMs ticks = (earliest - start_ + purge_->interval - 1) / purge_->interval;
  purge_due_ = start_ + std::max<TimeMs>(ticks, 1) * purge_->interval;
}

void PartitionKeys::Purge(TimeMs now) {
  while (first_used_ != kNone && last_use_[first_used_].time + purge_->idle < now) {
    Drop(first_used_);
  }
  ArmPurge();
}

void PartitionKeys::Drop(uint32_t k) {
  LastUse& use = last_use_[k];
  first_used_ = use.after;
  (use.after == kNone ? last_used_ : last_use_[use.after].before) = kNone;
  use = LastUse();
  Unlink(k);
  key_by_name_.erase(key_by_name_.find(*keys_[k].name));
  keys_[k] = Key();
  free_.push_back(k);
}

}  // namespace weir
