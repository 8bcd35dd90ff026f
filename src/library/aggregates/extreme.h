#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/check.h"
#include "base/ring.h"
#include "library/aggregates/extreme_key.h"
#include "library/aggregates/sorted_counts.h"

namespace weir {

// The greatest or least of the values held, right for any order of removal. As long as values go
// in the order they came (nearly all windows) it is a monotonic queue: all values in order, and
// those of them that may still become the extreme; O(1) amortised. The first removal out of order
// moves the values to a counted map, O(log n), until none is left. Removing a value that is not
// held (expired rows of a join need not pair with its current rows) changes nothing.
template <class T, bool kMax>
class WindowExtreme {
 public:
  using Output = T;

  void Add(T value) {
    const Key key = ExtremeKey<T, kMax>::Of(value);
    if (sorted_ != nullptr) [[unlikely]] {
      ++(*sorted_)[key];
      return;
    }
    values_.PushBack(key);
    AddCandidate(key);
  }

  void Remove(T value) {
    const Key key = ExtremeKey<T, kMax>::Of(value);
    if (sorted_ == nullptr) [[likely]] {
      if (values_.empty()) return;
      if (values_.front() == key) {
        values_.PopFront();
        if (candidates_.front().number == removed_) candidates_.PopFront();
        ++removed_;
        return;
      }
      SortValues();
    }
    RemoveSorted(key);
  }

  bool Value(T* value) const {
    if (sorted_ != nullptr) [[unlikely]] {
      *value = ExtremeKey<T, kMax>::Value(sorted_->rbegin()->first);
      return true;
    }
    if (candidates_.empty()) return false;
    *value = ExtremeKey<T, kMax>::Value(candidates_.front().key);
    return true;
  }

  bool IsNew() const { return sorted_ == nullptr && values_.empty(); }

  void Clear() {
    values_.Restore(0);
    candidates_.Clear();
    sorted_.reset();
    added_ = removed_ = 0;
  }

  // The candidates follow from the values.
  void Save(StateWriter& out) const {
    out.Write(sorted_ != nullptr);
    sorted_ == nullptr ? out.Write(values_) : SaveCounts(*sorted_, out);
  }
  void Load(StateReader& in) {
    if (in.Get<bool>()) {
      sorted_ = std::make_unique<std::map<Key, uint64_t>>();
      LoadCounts(in, sorted_.get());
      if (!in.Check(!sorted_->empty(), "no value is left")) sorted_.reset();
      return;
    }
    in.Read(values_);
    for (size_t i = 0; i < values_.size(); ++i) AddCandidate(values_[i]);
  }

 private:
  using Key = typename ExtremeKey<T, kMax>::Key;
  struct Candidate {
    Key key;
    uint32_t number;  // of the value, in the order they came; only compared for equality
  };

  void AddCandidate(Key key) {
    while (!candidates_.empty() && candidates_.back().key <= key) candidates_.PopBack();
    candidates_.PushBack({key, added_++});
  }

  void SortValues() {
    auto sorted = std::make_unique<std::map<Key, uint64_t>>();
    for (size_t i = 0; i < values_.size(); ++i) ++(*sorted)[values_[i]];
    Clear();
    sorted_ = std::move(sorted);
  }

  void RemoveSorted(Key key) {
    const auto at = sorted_->find(key);
    if (at == sorted_->end() || --at->second != 0) return;
    sorted_->erase(at);
    if (sorted_->empty()) sorted_.reset();
  }

  Ring<Key> values_;
  Ring<Candidate> candidates_;
  std::unique_ptr<std::map<Key, uint64_t>> sorted_;  // null: values go in the order they came
  uint32_t added_ = 0;
  uint32_t removed_ = 0;
};

}  // namespace weir
