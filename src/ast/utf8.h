// Just enough UTF-8 to count characters and to find bad bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::ast {

struct DecodedChar {
  char32_t code = 0;  // U+FFFD where `valid` is false
  size_t length = 1;  // bytes taken, at least one
  bool valid = true;
};

// Reads the character at `at`, which must be inside of `text`. Overlong forms, surrogates and
// codes above U+10FFFF are not valid; a bad sequence is passed over one byte at a time.
DecodedChar DecodeChar(std::string_view text, size_t at);

// The offset of the first byte that is not valid UTF-8, or npos.
size_t FindInvalidUtf8(std::string_view text);

// True for the second and later bytes of a character.
inline bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// How many columns of a terminal the character takes: 0 (combining), 1 or 2 (East Asian, emoji).
int DisplayWidth(char32_t code);

}  // namespace weir::ast
