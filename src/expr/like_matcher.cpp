#include "expr/like_matcher.h"

namespace weir {
namespace {

// The second and later bytes of a character in UTF-8.
bool ContinuesCharacter(unsigned char byte) { return (byte & 0xc0) == 0x80; }

void SetBit(uint64_t* words, size_t bit) { words[bit / 64] |= uint64_t{1} << (bit % 64); }

}  // namespace

LikeMatcher::LikeMatcher(std::string_view pattern) {
  for (const char c : pattern) elements_ += c != '%';
  words_ = elements_ / 64 + 1;
  advance_.assign(256 * words_, 0);
  stay_.assign(words_, 0);
  stay_in_char_.assign(words_, 0);
  size_t element = 0;
  for (const char c : pattern) {
    if (c == '%') {
      SetBit(stay_.data(), element);
      continue;
    }
    if (c == '_') {
      for (size_t byte = 0; byte < 256; ++byte) {
        if (!ContinuesCharacter(static_cast<unsigned char>(byte))) {
          SetBit(&advance_[byte * words_], element + 1);
        }
      }
      SetBit(stay_in_char_.data(), element + 1);
    } else {
      SetBit(&advance_[static_cast<unsigned char>(c) * words_], element + 1);
    }
    ++element;
  }
}

bool LikeMatcher::Matches(std::string_view text) const {
  return words_ == 1 ? MatchesShort(text) : MatchesLong(text);
}

bool LikeMatcher::MatchesShort(std::string_view text) const {
  uint64_t state = 1;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const uint64_t staying = stay_[0] | (ContinuesCharacter(byte) ? stay_in_char_[0] : 0);
    state = ((state << 1) & advance_[byte]) | (state & staying);
    if (state == 0) return false;
  }
  return ((state >> elements_) & 1) != 0;
}

bool LikeMatcher::MatchesLong(std::string_view text) const {
  std::vector<uint64_t> state(words_, 0);
  state[0] = 1;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const uint64_t* advance = &advance_[byte * words_];
    const bool in_char = ContinuesCharacter(byte);
    uint64_t carry = 0;
    uint64_t any = 0;
    for (size_t w = 0; w < words_; ++w) {
      const uint64_t before = state[w];
      const uint64_t staying = stay_[w] | (in_char ? stay_in_char_[w] : 0);
      state[w] = (((before << 1) | carry) & advance[w]) | (before & staying);
      carry = before >> 63;
      any |= state[w];
    }
    if (any == 0) return false;
  }
  return ((state[elements_ / 64] >> (elements_ % 64)) & 1) != 0;
}

}  // namespace weir
