#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "weir/app.h"

namespace weir {

struct Completions {
  size_t begin = 0;                // of the word that they replace
  std::vector<std::string> words;  // sorted, without duplicates
};

// What may stand at `cursor`: keywords, built-ins, and the streams and attributes of the app;
// windows behind `#window.`; in a line that begins with a dot, those commands and what they take.
Completions CompletionsAt(std::string_view text, size_t cursor, const App& app,
                          const std::vector<std::string>& part_names,
                          const std::vector<std::string>& dot_commands);

// The text with colours for a terminal: keywords, numbers, texts, comments, what is left open.
std::string Coloured(std::string_view text);

}  // namespace weir
