#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "json/text_scan.h"

namespace weir {

// A JSON number as it stands in a text: its extent, and its value as far as 64 bits hold it.
struct ScannedNumber {
  const char* begin;
  const char* end;
  uint64_t mantissa;  // all digits read as one integer; meaningful if `exact`
  int exponent;       // value = mantissa * 10^exponent
  bool negative;
  bool is_integer;  // no point and no exponent
  bool exact;       // the digits fit the mantissa
};

namespace number_internal {
inline constexpr uint64_t kPowers[] = {1,       10,        100,        1'000,      10'000,
                                       100'000, 1'000'000, 10'000'000, 100'000'000};

// Reads up to 8 digits at `p` at once; their number, and in *value what they say.
inline int ScanEightDigits(const char* p, uint64_t* value) {
  constexpr uint64_t kZeros = text_scan_internal::kOnes * '0';
  constexpr uint64_t kAboveNine = text_scan_internal::kOnes * (0x80 - 10);
  uint64_t digits = text_scan_internal::Load8(p) ^ kZeros;
  const uint64_t others = ((digits + kAboveNine) | digits) & text_scan_internal::kHighs;
  const int count = others == 0 ? 8 : std::countr_zero(others) / 8;
  if (count == 0) return 0;
  digits <<= 64 - 8 * count;  // zeros in front
  digits = (digits * 10) + (digits >> 8);
  digits = ((digits & 0x000000FF000000FFULL) * 0x000F424000000064ULL +
            ((digits >> 16) & 0x000000FF000000FFULL) * 0x0000271000000001ULL) >>
           32;
  *value = digits;
  return count;
}

// Appends the digits at `p` to *mantissa, which may overflow; returns what follows them.
inline const char* ScanDigits(const char* p, uint64_t* mantissa) {
  for (;;) {
    uint64_t value = 0;
    const int count = ScanEightDigits(p, &value);
    *mantissa = *mantissa * kPowers[count] + value;
    p += count;
    if (count < 8) return p;
  }
}

// Reads an exponent, sign included, at `p`; null if there is none.
const char* ScanExponent(const char* p, int* exponent);
bool ToFloatSlowly(const ScannedNumber& number, float* value);
bool ToDoubleSlowly(const ScannedNumber& number, double* value);

// Powers of ten that double and float hold exactly.
inline constexpr double kDoublePowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                           1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                           1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
inline constexpr float kFloatPowers[] = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f,
                                         1e6f, 1e7f, 1e8f, 1e9f, 1e10f};

// One rounding of exact operands is correct rounding; false if it would take more.
template <class T, int kCount>
bool RoundOnce(const ScannedNumber& number, const T (&powers)[kCount], T* value) {
  constexpr uint64_t kExactMax = uint64_t{1} << std::numeric_limits<T>::digits;
  if (!number.exact || number.mantissa > kExactMax || number.exponent <= -kCount ||
      number.exponent >= kCount) {
    return false;
  }
  const T magnitude = static_cast<T>(number.mantissa);
  const T result = number.exponent < 0 ? magnitude / powers[-number.exponent]
                                       : magnitude * powers[number.exponent];
  *value = number.negative ? -result : result;
  return true;
}
}  // namespace number_internal

// Reads the number that begins at `text`, by JSON's grammar; false if there is none. Up to 8 bytes
// behind the number must be readable.
inline bool ScanNumber(const char* text, ScannedNumber* number) {
  constexpr int kMantissaDigits = 19;  // always fit 64 bits
  number->begin = text;
  number->negative = *text == '-';
  const char* first = text + (number->negative ? 1 : 0);
  uint64_t mantissa = 0;
  const char* p = number_internal::ScanDigits(first, &mantissa);
  if (p == first || (*first == '0' && p > first + 1)) return false;
  number->exponent = 0;
  number->is_integer = true;
  int64_t digits = p - first;
  if (*p == '.') {
    const char* fraction = ++p;
    p = number_internal::ScanDigits(p, &mantissa);
    if (p == fraction) return false;
    number->exponent = static_cast<int>(fraction - p);
    number->is_integer = false;
    digits += p - fraction;
  }
  if (*p == 'e' || *p == 'E') {
    p = number_internal::ScanExponent(p + 1, &number->exponent);
    if (p == nullptr) return false;
    number->is_integer = false;
  }
  number->exact = digits <= kMantissaDigits;
  number->mantissa = mantissa;
  number->end = p;
  return true;
}

// The value, correctly rounded; false if it does not fit. Integers must be written as integers.
inline bool ToLong(const ScannedNumber& number, int64_t* value) {
  if (!number.is_integer || !number.exact) return false;
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (number.mantissa > kMax + (number.negative ? 1 : 0)) return false;
  *value = static_cast<int64_t>(number.negative ? -number.mantissa : number.mantissa);
  return true;
}
inline bool ToInt(const ScannedNumber& number, int32_t* value) {
  int64_t wide;
  if (!ToLong(number, &wide)) return false;
  *value = static_cast<int32_t>(wide);
  return *value == wide;
}
inline bool ToFloat(const ScannedNumber& number, float* value) {
  return number_internal::RoundOnce(number, number_internal::kFloatPowers, value) ||
         number_internal::ToFloatSlowly(number, value);
}
inline bool ToDouble(const ScannedNumber& number, double* value) {
  return number_internal::RoundOnce(number, number_internal::kDoublePowers, value) ||
         number_internal::ToDoubleSlowly(number, value);
}

}  // namespace weir
