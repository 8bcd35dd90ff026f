#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weir {

// A SQL pattern: `%` stands for any text, `_` for one character (of UTF-8), all else for itself;
// there is no escape. Matching runs all alternatives of the pattern at once, one bit each, so a
// text costs its length times the pattern's length / 64, never more. Immutable.
class LikeMatcher {
 public:
  explicit LikeMatcher(std::string_view pattern);
  bool Matches(std::string_view text) const;

 private:
  // Bit i of a state: the first i elements of the pattern are matched (a run of % is no element
  // of its own; it lets the state after i elements stay).
  bool MatchesShort(std::string_view text) const;
  bool MatchesLong(std::string_view text) const;

  size_t elements_ = 0;
  size_t words_ = 1;
  // words_ words for each byte: bit i + 1 if element i matches the byte.
  std::vector<uint64_t> advance_;
  std::vector<uint64_t> stay_;          // states that stay at any byte
  std::vector<uint64_t> stay_in_char_;  // states that stay within a character
};

}  // namespace weir
