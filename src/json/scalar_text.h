#pragma once

namespace weir {

// Literals, padded for EqualPadded.
inline constexpr char kNullText[16] = "null";
inline constexpr char kTrueText[16] = "true";
inline constexpr char kFalseText[16] = "false";

// The closing quote of the string whose first character is at `p`, or null if the string has an
// escape, a control character or bytes that are not UTF-8.
const char* PlainStringEnd(const char* p);

// What follows the scalar that begins at `p`, or null if there is none or it is no plain string.
const char* SkipPlainScalar(const char* p);

}  // namespace weir
