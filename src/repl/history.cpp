#include "repl/history.h"

namespace weir {

void History::Add(std::string_view entry) {
  while (!entry.empty() && (entry.back() == '\n' || entry.back() == ' ')) entry.remove_suffix(1);
  if (entry.empty() || (!entries_.empty() && entries_.back() == entry)) return;
  if (entries_.size() == kEntriesMax) entries_.erase(entries_.begin());
  entries_.emplace_back(entry);
}

std::string History::Write() const {
  std::string text;
  for (const std::string& entry : entries_) {
    for (const char c : entry) {
      if (c == '\\' || c == '\n') text += '\\';
      text += c == '\n' ? 'n' : c;
    }
    text += '\n';
  }
  return text;
}

void History::Read(std::string_view text) {
  std::string entry;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      Add(entry);
      entry.clear();
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      entry += text[i] == 'n' ? '\n' : text[i];
    } else {
      entry += text[i];
    }
  }
  Add(entry);
}

}  // namespace weir
