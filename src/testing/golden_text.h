// Text work for golden tests: words and lines, expected against actual, differences.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// Nothing if the file cannot be read.
std::optional<std::string> ReadText(const std::string& path);

std::vector<std::string> SplitLines(const std::string& text);
std::vector<std::string> SplitWords(const std::string& text);
std::optional<int64_t> ParseWholeNumber(std::string_view text);

// The same lines, in the same order unless `any_order`. In an expected line `<any>` stands for one
// JSON value, and a line that begins with `~` is a regular expression.
bool LinesMatch(const std::vector<std::string>& expected, const std::vector<std::string>& actual,
                bool any_order);

// Unified diff with one hunk: all between the first and the last line that differ.
std::string UnifiedDiff(const std::vector<std::string>& expected,
                        const std::vector<std::string>& actual);

}  // namespace weir
