#pragma once

#include <cstdint>

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

// Reads the number that begins at `text`, by JSON's grammar; false if there is none. Reads no
// further than the first byte that does not belong to it, which must be readable.
bool ScanNumber(const char* text, ScannedNumber* number);

// The value, correctly rounded; false if it does not fit. Integers must be written as integers.
bool ToInt(const ScannedNumber& number, int32_t* value);
bool ToLong(const ScannedNumber& number, int64_t* value);
bool ToFloat(const ScannedNumber& number, float* value);
bool ToDouble(const ScannedNumber& number, double* value);

}  // namespace weir
