#include "ast/utf8.h"

namespace weir::ast {

namespace {

constexpr DecodedChar kInvalid{0xFFFD, 1, false};

bool Between(char32_t code, char32_t low, char32_t high) { return code >= low && code <= high; }

}  // namespace

DecodedChar DecodeChar(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1, true};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return kInvalid;
  char32_t code = lead & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    const char c = text[at + i];
    if (!IsContinuationByte(c)) return kInvalid;
    code = (code << 6) | (static_cast<unsigned char>(c) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10FFFF || Between(code, 0xD800, 0xDFFF)) return kInvalid;
  return {code, length, true};
}

size_t FindInvalidUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = DecodeChar(text, at);
    if (!c.valid) return at;
    at += c.length;
  }
  return std::string_view::npos;
}

int DisplayWidth(char32_t code) {
  if (Between(code, 0x300, 0x36F) || Between(code, 0x200B, 0x200F) || Between(code, 0xFE00, 0xFE0F))
    return 0;
  const bool wide = Between(code, 0x1100, 0x115F) || Between(code, 0x2E80, 0xA4CF) ||
                    Between(code, 0xAC00, 0xD7A3) || Between(code, 0xF900, 0xFAFF) ||
                    Between(code, 0xFE30, 0xFE6F) || Between(code, 0xFF00, 0xFF60) ||
                    Between(code, 0xFFE0, 0xFFE6) || Between(code, 0x1F300, 0x1F64F) ||
                    Between(code, 0x1F680, 0x1F6FF) || Between(code, 0x1F900, 0x1F9FF) ||
                    Between(code, 0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

}  // namespace weir::ast
