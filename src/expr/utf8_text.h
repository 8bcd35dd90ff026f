// Characters of UTF-8 text by number. A character is a Unicode code point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

inline bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

inline bool IsAscii(std::string_view text) {
  unsigned char bits = 0;
  for (const char c : text) bits |= static_cast<unsigned char>(c);
  return bits < 0x80;
}

inline size_t CountCharacters(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += IsContinuation(c) ? 0 : 1;
  return count;
}

// The offset of character `index`; that of the end if index is the number of characters; npos
// beyond.
inline size_t CharacterOffset(std::string_view text, size_t index) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (IsContinuation(text[at])) continue;
    if (index == 0) return at;
    --index;
  }
  return index == 0 ? text.size() : std::string_view::npos;
}

// The bytes of the character that begins at `at`.
inline std::string_view CharacterAt(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && IsContinuation(text[end])) ++end;
  return text.substr(at, end - at);
}

inline uint32_t DecodeCharacter(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  uint32_t code = first;
  if (character.size() > 1) code = first & (0xFFU >> (character.size() + 1));
  for (size_t i = 1; i < character.size(); ++i) {
    code = (code << 6) | (static_cast<unsigned char>(character[i]) & 0x3FU);
  }
  return code;
}

inline void AppendCharacter(uint32_t code, std::string* out) {
  const auto byte = [out](uint32_t bits) { out->push_back(static_cast<char>(bits)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

}  // namespace weir
