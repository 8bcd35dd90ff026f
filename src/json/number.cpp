#include "json/number.h"

#include <charconv>
#include <system_error>

namespace weir {
namespace number_internal {
namespace {

inline bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// The n for which the value is 0.ddd * 10^n with a first digit that is not zero.
int DecimalOrder(const ScannedNumber& number) {
  int digits = 0;
  for (const char* p = number.begin; p < number.end && *p != 'e' && *p != 'E'; ++p) {
    if (IsDigit(*p) && (digits > 0 || *p != '0')) ++digits;
  }
  return digits + number.exponent;
}

template <class T>
bool ToFloating(const ScannedNumber& number, T* value) {
  const auto [end, error] = std::from_chars(number.begin, number.end, *value);
  if (error == std::errc()) return true;
  // Too small is zero, too large does not fit; from_chars does not tell them apart.
  if (DecimalOrder(number) > 0) return false;
  *value = number.negative ? -T{0} : T{0};
  return true;
}

}  // namespace

const char* ScanExponent(const char* p, int* exponent) {
  constexpr int kExponentLimit = 100'000;  // beyond it all values are zero or too large
  const bool negative = *p == '-';
  if (*p == '-' || *p == '+') ++p;
  if (!IsDigit(*p)) return nullptr;
  int written = 0;
  do {
    if (written < kExponentLimit) written = written * 10 + (*p - '0');
    ++p;
  } while (IsDigit(*p));
  *exponent += negative ? -written : written;
  return p;
}

bool ToFloatSlowly(const ScannedNumber& number, float* value) { return ToFloating(number, value); }
bool ToDoubleSlowly(const ScannedNumber& number, double* value) {
  return ToFloating(number, value);
}

}  // namespace number_internal
}  // namespace weir
