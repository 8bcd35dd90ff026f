#include "parser/grammar_rules.h"

#include <algorithm>
#include <cctype>
#include <map>

// Made by the build from grammar/*.g4: kLexerGrammar and kParserGrammar.
#include <grammar_text.h>

namespace weir {
namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

size_t EndOfWord(std::string_view text, size_t begin) {
  while (begin < text.size() && IsWord(text[begin])) ++begin;
  return begin;
}

// The begin of the line after the one of `position`; the end of the text after the last.
size_t NextLine(std::string_view text, size_t position) {
  return std::min(text.find('\n', position), text.size() - 1) + 1;
}

// What stands for each sign in the text of a query: OPEN_PAREN is '('.
std::map<std::string, std::string, std::less<>> Signs() {
  std::map<std::string, std::string, std::less<>> signs;
  const std::string_view text = kLexerGrammar;
  for (size_t line = 0; line < text.size(); line = NextLine(text, line)) {
    const size_t word = EndOfWord(text, line);
    const size_t colon = text.find_first_not_of(' ', word);
    if (word == line || colon == std::string_view::npos || text[colon] != ':') continue;
    const size_t quote = text.find_first_not_of(' ', colon + 1);
    if (quote == std::string_view::npos || text[quote] != '\'') continue;
    const size_t end = text.find('\'', quote + 1);
    if (end == std::string_view::npos || text.substr(end + 1, 2) != " ;") continue;
    const std::string_view sign = text.substr(quote, end + 1 - quote);
    signs.emplace(text.substr(line, word - line), sign);
  }
  return signs;
}

std::string ForReaders(std::string_view word) {
  static const auto signs = Signs();
  if (word.substr(0, 2) == "K_") {
    std::string keyword = "'";
    for (const char c : word.substr(2)) {
      keyword += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return keyword + "'";
  }
  const auto sign = signs.find(word);
  return sign == signs.end() ? std::string(word) : sign->second;
}

// Without comments, and without the labels of alternatives ("# insertAction").
std::string StripNotes(std::string_view rule) {
  std::string text;
  for (size_t i = 0; i < rule.size();) {
    const size_t end = std::min(rule.find('\n', i), rule.size());
    std::string_view line = rule.substr(i, end - i);
    for (const std::string_view mark : {"//", "# "}) line = line.substr(0, line.find(mark));
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    if (!line.empty()) text += std::string(line) + "\n";
    i = end + 1;
  }
  return text;
}

// Rules begin in the first column with a small letter and end with " ;".
template <class Visit>
void ForEachRule(Visit visit) {
  const std::string_view text = kParserGrammar;
  for (size_t line = 0; line < text.size(); line = NextLine(text, line)) {
    const size_t word = EndOfWord(text, line);
    if (word == line || std::islower(static_cast<unsigned char>(text[line])) == 0) continue;
    const size_t colon = text.find_first_not_of(" \n", word);
    if (colon == std::string_view::npos || text[colon] != ':') continue;
    const size_t end = text.find(" ;", line);
    const size_t block_end = text.find("\n    ;", line);
    visit(text.substr(line, word - line), text.substr(line, std::min(end, block_end) - line));
  }
}

}  // namespace

std::vector<std::string> GrammarRuleNames() {
  std::vector<std::string> names;
  ForEachRule([&](std::string_view name, std::string_view) {
    if (name != "word" && name != "name") names.emplace_back(name);
  });
  return names;
}

std::string GrammarRule(std::string_view name) {
  std::string result;
  ForEachRule([&](std::string_view rule, std::string_view body) {
    if (rule != name) return;
    const std::string text = StripNotes(body);
    for (size_t i = 0; i < text.size();) {
      const size_t end = EndOfWord(text, i);
      result += end == i ? std::string(1, text[i]) : ForReaders(text.substr(i, end - i));
      i = std::max(end, i + 1);
    }
  });
  return result;
}

}  // namespace weir
