#pragma once

#include "json/text_scan.h"

namespace weir {

// Literals, padded for EqualPadded.
inline constexpr char kNullText[16] = "null";
inline constexpr char kTrueText[16] = "true";
inline constexpr char kFalseText[16] = "false";

bool IsUtf8(const char* text, size_t size);

// The closing quote of the string whose first character is at `p`, or null if the string has an
// escape, a control character or bytes that are not UTF-8.
inline const char* PlainStringEnd(const char* p) {
  bool ascii = true;
  const char* end = SkipPlainCharacters(p, &ascii);
  if (*end != '"' || (!ascii && !IsUtf8(p, static_cast<size_t>(end - p)))) return nullptr;
  return end;
}

// What follows the scalar that begins at `p`, or null if there is none or it is no plain string.
const char* SkipPlainScalar(const char* p);

// The same for a value of any kind: arrays and objects at most `depth_max` deep, white space
// between tokens, plain strings only.
const char* SkipPlainValue(const char* p, int depth_max);

}  // namespace weir
