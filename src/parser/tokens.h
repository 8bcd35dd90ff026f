// The words of a text without its grammar.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

enum class WordKind { kKeyword, kName, kNumber, kString, kSymbol, kUnclosed };

struct Word {
  size_t begin;  // bytes
  size_t end;
  WordKind kind;
};

// In order, without comments. Empty for what is not UTF-8.
std::vector<Word> WordsOf(std::string_view text);

// In lower case, sorted.
std::vector<std::string> KeywordNames();

}  // namespace weir
