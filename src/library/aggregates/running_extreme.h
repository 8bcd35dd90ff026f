#pragma once

#include "base/check.h"
#include "base/state_reader.h"
#include "library/aggregates/extreme_key.h"

namespace weir {

// The greatest or least value of what never goes but by a reset.
template <class T, bool kMax>
class RunningExtreme {
 public:
  using Output = T;
  void Add(T value) {
    const Key key = ExtremeKey<T, kMax>::Of(value);
    if (!any_ || key > best_) best_ = key;
    any_ = true;
  }
  void Remove(T) { CHECK(false); }  // the planner said that no row expires
  bool Value(T* value) const {
    *value = ExtremeKey<T, kMax>::Value(best_);
    return any_;
  }
  bool IsNew() const { return !any_; }
  void Save(StateWriter& out) const { out.Write(best_, any_); }
  void Load(StateReader& in) { in.Read(best_, any_); }

 private:
  using Key = typename ExtremeKey<T, kMax>::Key;
  Key best_ = 0;
  bool any_ = false;
};

// The extreme of all values ever seen, whatever resets; expired values count once more.
template <class T, bool kMax>
class ForeverExtreme : public RunningExtreme<T, kMax> {
 public:
  static constexpr bool kForever = true;
  void Remove(T value) { this->Add(value); }
};

}  // namespace weir
