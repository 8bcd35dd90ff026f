#pragma once

#include <cmath>
#include <cstdint>

#include "base/state_reader.h"

namespace weir {

// A sum of doubles under addition and removal that does not drift: every addition's rounding error
// is found exactly (Knuth's TwoSum, which is Neumaier's method without its branch) and collected
// apart, so the error left is that of the error terms' own sum, some 2^-106 of the largest
// magnitude ever held. Infinities and NaN are counted, not added, so that they leave no trace once
// removed. A finite sum that overflows stays infinite until the sum is cleared.
class CompensatedSum {
 public:
  void Add(double x) {
    if (!std::isfinite(x)) [[unlikely]] {
      Count(x, 1);
    } else {
      Accumulate(x);
    }
  }
  void Remove(double x) {
    if (!std::isfinite(x)) [[unlikely]] {
      Count(x, -1);
    } else {
      Accumulate(-x);
    }
  }

  double Value() const {
    if (special_ != 0) [[unlikely]]
      return SpecialValue();
    return std::isfinite(sum_) ? sum_ + error_ : sum_;
  }

  void Save(StateWriter& out) const { out.Write(sum_, error_, special_, nan_, plus_, minus_); }
  void Load(StateReader& in) { in.Read(sum_, error_, special_, nan_, plus_, minus_); }

 private:
  void Accumulate(double x) {
    const double total = sum_ + x;
    const double part = total - sum_;
    error_ += (sum_ - (total - part)) + (x - part);
    sum_ = total;
  }

  void Count(double x, int32_t change) {
    (std::isnan(x) ? nan_ : x > 0 ? plus_ : minus_) += change;
    special_ = (nan_ != 0 || plus_ != 0 || minus_ != 0) ? 1 : 0;
  }

  double SpecialValue() const {
    if (nan_ != 0 || (plus_ != 0 && minus_ != 0)) return std::nan("");
    return plus_ != 0 ? HUGE_VAL : -HUGE_VAL;
  }

  double sum_ = 0;
  double error_ = 0;
  int32_t special_ = 0;
  int32_t nan_ = 0;
  int32_t plus_ = 0;
  int32_t minus_ = 0;
};

}  // namespace weir
