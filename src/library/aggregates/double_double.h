#pragma once

#include <cmath>

#include "base/state_reader.h"

namespace weir {

// A number as the unevaluated sum of two doubles: about 106 bits, by the classic error-free
// transformations (Knuth's TwoSum, Dekker's product). Uses no fused multiply-add, so results are
// the same bytes everywhere.
struct DoubleDouble {
  double high = 0;
  double low = 0;

  void Save(StateWriter& out) const { out.Write(high, low); }
  void Load(StateReader& in) { in.Read(high, low); }

  static DoubleDouble Sum(double a, double b) {
    const double sum = a + b;
    const double part = sum - a;
    return {sum, (a - (sum - part)) + (b - part)};
  }

  static DoubleDouble Product(double a, double b) {
    const double product = a * b;
    double a_high, a_low, b_high, b_low;
    Split(a, &a_high, &a_low);
    Split(b, &b_high, &b_low);
    return {product,
            ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
  }

  friend DoubleDouble operator+(const DoubleDouble& a, const DoubleDouble& b) {
    const DoubleDouble high = Sum(a.high, b.high);
    const DoubleDouble low = Sum(a.low, b.low);
    const DoubleDouble middle = QuickSum(high.high, high.low + low.high);
    return QuickSum(middle.high, middle.low + low.low);
  }
  friend DoubleDouble operator-(const DoubleDouble& a) { return {-a.high, -a.low}; }
  friend DoubleDouble operator-(const DoubleDouble& a, const DoubleDouble& b) { return a + -b; }

  friend DoubleDouble operator*(const DoubleDouble& a, const DoubleDouble& b) {
    const DoubleDouble product = Product(a.high, b.high);
    return QuickSum(product.high, product.low + (a.high * b.low + a.low * b.high));
  }

  friend DoubleDouble operator/(const DoubleDouble& a, double b) {
    const double quotient = a.high / b;
    const DoubleDouble rest = a - Product(quotient, b);
    return QuickSum(quotient, rest.high / b);
  }

 private:
  // As Sum, where |a| >= |b| is known.
  static DoubleDouble QuickSum(double a, double b) {
    const double sum = a + b;
    return {sum, b - (sum - a)};
  }

  // 26 bits each, so that products of the parts are exact.
  static void Split(double a, double* high, double* low) {
    const double scaled = 134217729.0 * a;
    *high = scaled - (scaled - a);
    *low = a - *high;
  }
};

}  // namespace weir
