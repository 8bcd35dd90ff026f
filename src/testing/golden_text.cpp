#include "testing/golden_text.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace weir {
namespace {

constexpr std::string_view kAny = "<any>";
constexpr size_t kContextLines = 3;

// The length of the JSON value at the front of `text`; 0 if there is none.
size_t ValueLength(std::string_view text) {
  static const std::regex kValue(R"("(\\.|[^"\\])*"|\[[^\]]*\]|\{[^}]*\}|[^,"\[\]{} ]+)");
  std::cmatch match;
  const bool found = std::regex_search(text.data(), text.data() + text.size(), match, kValue,
                                       std::regex_constants::match_continuous);
  return found ? static_cast<size_t>(match.length()) : 0;
}

bool MatchesRegex(const std::string& pattern, const std::string& text) {
  try {
    return std::regex_search(text, std::regex(pattern));
  } catch (const std::regex_error&) {
    return false;
  }
}

bool LineMatches(const std::string& expected, const std::string& actual) {
  if (expected.starts_with('~')) return MatchesRegex(expected.substr(1), actual);
  std::string_view left = expected, right = actual;
  for (size_t any; (any = left.find(kAny)) != std::string_view::npos;) {
    if (!right.starts_with(left.substr(0, any))) return false;
    const size_t length = ValueLength(right.substr(any));
    if (length == 0) return false;
    left.remove_prefix(any + kAny.size());
    right.remove_prefix(any + length);
  }
  return left == right;
}

}  // namespace

std::optional<std::string> ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  return in.bad() || !in.is_open() ? std::nullopt : std::optional(std::move(text));
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> SplitWords(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::optional<int64_t> ParseWholeNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool LinesMatch(const std::vector<std::string>& expected, const std::vector<std::string>& actual,
                bool any_order) {
  if (expected.size() != actual.size()) return false;
  if (!any_order) {
    return std::equal(expected.begin(), expected.end(), actual.begin(), LineMatches);
  }
  std::vector<std::string> left = actual;
  return std::all_of(expected.begin(), expected.end(), [&](const std::string& line) {
    const auto found = std::find_if(left.begin(), left.end(), [&](const std::string& other) {
      return LineMatches(line, other);
    });
    if (found == left.end()) return false;
    left.erase(found);
    return true;
  });
}

std::string UnifiedDiff(const std::vector<std::string>& expected,
                        const std::vector<std::string>& actual) {
  const size_t shorter = std::min(expected.size(), actual.size());
  size_t head = 0, tail = 0;
  while (head < shorter && LineMatches(expected[head], actual[head])) ++head;
  while (tail < shorter - head &&
         LineMatches(expected[expected.size() - tail - 1], actual[actual.size() - tail - 1])) {
    ++tail;
  }
  const size_t begin = head - std::min(head, kContextLines);
  const size_t after = std::min(tail, kContextLines);
  const auto range = [&](char sign, size_t lines) {
    return sign + std::to_string(begin + 1) + "," + std::to_string(lines - tail + after - begin);
  };
  std::string out = "--- expected\n+++ actual\n@@ ";
  out += range('-', expected.size()) + " " + range('+', actual.size()) + " @@\n";
  const auto add = [&](char sign, const std::vector<std::string>& lines, size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) out += sign + lines[i] + "\n";
  };
  add(' ', actual, begin, head);
  add('-', expected, head, expected.size() - tail);
  add('+', actual, head, actual.size() - tail);
  add(' ', actual, actual.size() - tail, actual.size() - tail + after);
  return out;
}

}  // namespace weir
