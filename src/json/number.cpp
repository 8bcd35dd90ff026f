#include "json/number.h"

#include <charconv>
#include <cstddef>
#include <limits>
#include <system_error>

namespace weir {
namespace {

constexpr int kMantissaDigits = 19;  // always fit 64 bits
constexpr int kExponentLimit = 100'000;

// Powers of ten that double and float hold exactly.
constexpr double kDoublePowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr float kFloatPowers[] = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f,
                                  1e6f, 1e7f, 1e8f, 1e9f, 1e10f};

inline bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// The n for which the value is 0.ddd * 10^n with a first digit that is not zero.
int DecimalOrder(const ScannedNumber& number) {
  int digits = 0;
  for (const char* p = number.begin; p < number.end && *p != 'e' && *p != 'E'; ++p) {
    if (IsDigit(*p) && (digits > 0 || *p != '0')) ++digits;
  }
  return digits + number.exponent;
}

// One rounding of exact operands is correct rounding; anything else goes to from_chars.
template <class T, std::size_t kCount>
bool ToFloating(const ScannedNumber& number, const T (&powers)[kCount], T* value) {
  constexpr uint64_t kExactMax = uint64_t{1} << std::numeric_limits<T>::digits;
  constexpr int kPowerMax = kCount - 1;
  if (number.exact && number.mantissa <= kExactMax && number.exponent >= -kPowerMax &&
      number.exponent <= kPowerMax) {
    const T magnitude = static_cast<T>(number.mantissa);
    const T result = number.exponent < 0 ? magnitude / powers[-number.exponent]
                                         : magnitude * powers[number.exponent];
    *value = number.negative ? -result : result;
    return true;
  }
  const auto [end, error] = std::from_chars(number.begin, number.end, *value);
  if (error == std::errc()) return true;
  // Too small is zero, too large does not fit; from_chars does not tell them apart.
  if (DecimalOrder(number) > 0) return false;
  *value = number.negative ? -T{0} : T{0};
  return true;
}

}  // namespace

bool ScanNumber(const char* text, ScannedNumber* number) {
  const char* p = text;
  number->begin = text;
  number->negative = *p == '-';
  if (number->negative) ++p;
  if (!IsDigit(*p)) return false;
  const char* first = p;
  uint64_t mantissa = 0;
  int point = 0;  // 1 if there is one
  if (*p == '0') {
    ++p;
    if (IsDigit(*p)) return false;
  } else {
    do {
      mantissa = mantissa * 10 + static_cast<uint64_t>(*p++ - '0');
    } while (IsDigit(*p));
  }
  int64_t exponent = 0;
  number->is_integer = true;
  if (*p == '.') {
    const char* fraction = ++p;
    if (!IsDigit(*p)) return false;
    do {
      mantissa = mantissa * 10 + static_cast<uint64_t>(*p++ - '0');
    } while (IsDigit(*p));
    exponent = fraction - p;
    point = 1;
    number->is_integer = false;
  }
  number->exact = p - first - point <= kMantissaDigits;
  if (*p == 'e' || *p == 'E') {
    ++p;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+') ++p;
    if (!IsDigit(*p)) return false;
    int64_t written = 0;
    do {
      if (written < kExponentLimit) written = written * 10 + (*p - '0');
      ++p;
    } while (IsDigit(*p));
    exponent += negative ? -written : written;
    number->is_integer = false;
  }
  number->mantissa = mantissa;
  number->exponent = static_cast<int>(exponent);
  number->end = p;
  return true;
}

bool ToLong(const ScannedNumber& number, int64_t* value) {
  if (!number.is_integer || !number.exact) return false;
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (number.mantissa > kMax + (number.negative ? 1 : 0)) return false;
  *value = static_cast<int64_t>(number.negative ? -number.mantissa : number.mantissa);
  return true;
}

bool ToInt(const ScannedNumber& number, int32_t* value) {
  int64_t wide;
  if (!ToLong(number, &wide) || wide < std::numeric_limits<int32_t>::min() ||
      wide > std::numeric_limits<int32_t>::max()) {
    return false;
  }
  *value = static_cast<int32_t>(wide);
  return true;
}

bool ToFloat(const ScannedNumber& number, float* value) {
  return ToFloating(number, kFloatPowers, value);
}

bool ToDouble(const ScannedNumber& number, double* value) {
  return ToFloating(number, kDoublePowers, value);
}

}  // namespace weir
