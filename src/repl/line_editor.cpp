#include "repl/line_editor.h"

#include <algorithm>

#include "ast/utf8.h"

namespace weir {
namespace {

constexpr std::string_view kPrompt = "weir> ";
constexpr std::string_view kMore = "  ... ";
constexpr char kEscape = '\033';
constexpr size_t kWordsMax = 40;

constexpr char Ctrl(char letter) { return static_cast<char>(letter & 0x1f); }

size_t Columns(std::string_view text) {
  size_t columns = 0;
  for (size_t at = 0; at < text.size();) {
    const ast::DecodedChar c = ast::DecodeChar(text, at);
    columns += static_cast<size_t>(std::max(0, ast::DisplayWidth(c.code)));
    at += c.length;
  }
  return columns;
}

// Bytes of the key at the front; 0 if more have to come.
size_t KeyLength(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (bytes[0] != kEscape) {
    const size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return bytes.size() < length ? 0 : length;
  }
  if (bytes.size() == 1) return 0;
  if (bytes[1] == 'O') return bytes.size() < 3 ? 0 : 3;
  if (bytes[1] != '[') return 2;
  for (size_t i = 2; i < bytes.size(); ++i) {
    if (bytes[i] >= 0x40 && bytes[i] <= 0x7e) return i + 1;
  }
  return 0;
}

std::string Up(size_t rows) { return rows == 0 ? "" : "\033[" + std::to_string(rows) + "A"; }

size_t RowsOf(size_t width, size_t columns) {
  return width == 0 ? 1 : (width + columns - 1) / columns;
}

}  // namespace

LineEditor::LineEditor(const History* history, EditorHooks hooks)
    : history_(history), hooks_(std::move(hooks)) {
  Reset();
}

void LineEditor::Reset() {
  text_.clear();
  draft_.clear();
  shown_words_.clear();
  cycle_ = {};
  cursor_ = 0;
  searching_ = false;
  entry_ = history_->entries().size();
}

LineEditor::Event LineEditor::Feed(std::string_view* bytes) {
  while (!bytes->empty()) {
    pending_ += bytes->front();
    bytes->remove_prefix(1);
    const size_t length = KeyLength(pending_);
    if (length == 0) continue;
    const std::string key = std::move(pending_);
    pending_.clear();
    return TakeKey(key);
  }
  return Event::kNone;
}

LineEditor::Event LineEditor::TakeKey(std::string_view key) {
  if (searching_) return SearchKey(key);
  if (key[0] != '\t') {
    cycle_ = {};
    shown_words_.clear();
  }
  if (key[0] == kEscape) {
    Escape(key);
    return Event::kNone;
  }
  const auto byte = static_cast<unsigned char>(key[0]);
  if (byte < 0x20 || byte == 0x7f) return Control(key[0]);
  Insert(key);
  return Event::kNone;
}

LineEditor::Event LineEditor::Control(char key) {
  switch (key) {
    case '\r':
    case '\n':
      if (hooks_.is_complete(text_)) return Event::kSubmit;
      Insert("\n");
      break;
    case Ctrl('c'):
      return Event::kCancel;
    case Ctrl('d'):
      if (text_.empty()) return Event::kEnd;
      Erase(cursor_, After(cursor_));
      break;
    case '\t':
      Complete();
      break;
    case 0x7f:
    case Ctrl('h'):
      Erase(Before(cursor_), cursor_);
      break;
    case Ctrl('a'):
      cursor_ = LineBegin(cursor_);
      break;
    case Ctrl('e'):
      cursor_ = LineEnd(cursor_);
      break;
    case Ctrl('b'):
      cursor_ = Before(cursor_);
      break;
    case Ctrl('f'):
      cursor_ = After(cursor_);
      break;
    case Ctrl('k'):
      Erase(cursor_, std::max(LineEnd(cursor_), std::min(cursor_ + 1, text_.size())));
      break;
    case Ctrl('u'):
      Erase(LineBegin(cursor_), cursor_);
      break;
    case Ctrl('w'): {
      size_t begin = cursor_;
      while (begin > 0 && text_[begin - 1] == ' ') --begin;
      while (begin > 0 && text_[begin - 1] != ' ' && text_[begin - 1] != '\n') --begin;
      Erase(begin, cursor_);
      break;
    }
    case Ctrl('p'):
    case Ctrl('n'):
      MoveLine(key == Ctrl('p'));
      break;
    case Ctrl('r'):
      searching_ = true;
      wanted_.clear();
      draft_ = text_;
      found_ = history_->entries().size();
      break;
    default:
      break;
  }
  return Event::kNone;
}

void LineEditor::Escape(std::string_view key) {
  const char last = key.back();
  if (key.size() == 2) return;
  if (last == 'A' || last == 'B') MoveLine(last == 'A');
  if (last == 'C') cursor_ = After(cursor_);
  if (last == 'D') cursor_ = Before(cursor_);
  if (last == 'H' || key == "\033[1~") cursor_ = LineBegin(cursor_);
  if (last == 'F' || key == "\033[4~") cursor_ = LineEnd(cursor_);
  if (key == "\033[3~") Erase(cursor_, After(cursor_));
}

void LineEditor::Insert(std::string_view text) {
  text_.insert(cursor_, text);
  cursor_ += text.size();
}

void LineEditor::Erase(size_t begin, size_t end) {
  text_.erase(begin, end - begin);
  cursor_ = begin;
}

size_t LineEditor::Before(size_t at) const {
  if (at > 0) --at;
  while (at > 0 && ast::IsContinuationByte(text_[at])) --at;
  return at;
}

size_t LineEditor::After(size_t at) const {
  if (at < text_.size()) ++at;
  while (at < text_.size() && ast::IsContinuationByte(text_[at])) ++at;
  return at;
}

size_t LineEditor::LineBegin(size_t at) const {
  while (at > 0 && text_[at - 1] != '\n') --at;
  return at;
}

size_t LineEditor::LineEnd(size_t at) const { return std::min(text_.find('\n', at), text_.size()); }

// Within the input, and at its first and last line on to the history.
void LineEditor::MoveLine(bool up) {
  const size_t begin = LineBegin(cursor_);
  const size_t end = LineEnd(cursor_);
  const size_t column = cursor_ - begin;
  if (up && begin > 0) {
    const size_t above = LineBegin(begin - 1);
    cursor_ = std::min(above + column, begin - 1);
  } else if (!up && end < text_.size()) {
    cursor_ = std::min(end + 1 + column, LineEnd(end + 1));
  } else if (up && entry_ > 0) {
    Recall(entry_ - 1);
  } else if (!up && entry_ < history_->entries().size()) {
    Recall(entry_ + 1);
  }
  while (cursor_ < text_.size() && ast::IsContinuationByte(text_[cursor_])) ++cursor_;
}

void LineEditor::Recall(size_t entry) {
  const std::vector<std::string>& entries = history_->entries();
  if (entry_ == entries.size()) draft_ = text_;
  entry_ = entry;
  text_ = entry == entries.size() ? draft_ : entries[entry];
  cursor_ = text_.size();
}

// The first Tab puts in what all words share, each further one the next word.
void LineEditor::Complete() {
  if (cycle_.words.empty()) {
    cycle_ = hooks_.complete(text_, cursor_);
    if (cycle_.words.empty()) return;
    std::string shared = cycle_.words[0];
    for (const std::string& word : cycle_.words) {
      const auto differs = std::mismatch(shared.begin(), shared.end(), word.begin(), word.end());
      shared.erase(differs.first, shared.end());
    }
    const bool is_only = cycle_.words.size() == 1;
    Erase(cycle_.begin, cursor_);
    Insert(is_only ? shared + " " : shared);
    cycle_at_ = 0;
    if (is_only) {
      cycle_ = {};
    } else {
      shown_words_ = cycle_.words;
    }
    return;
  }
  Erase(cycle_.begin, cursor_);
  Insert(cycle_.words[cycle_at_]);
  cycle_at_ = (cycle_at_ + 1) % cycle_.words.size();
}

// The newest entry before `from` that has what is wanted.
void LineEditor::Search(size_t from) {
  const std::vector<std::string>& entries = history_->entries();
  while (from > 0) {
    --from;
    if (entries[from].find(wanted_) == std::string::npos) continue;
    found_ = from;
    text_ = entries[from];
    cursor_ = text_.size();
    return;
  }
}

LineEditor::Event LineEditor::SearchKey(std::string_view key) {
  const auto byte = static_cast<unsigned char>(key[0]);
  if (key[0] == Ctrl('r')) {
    Search(found_);
  } else if (key[0] == Ctrl('g') || key[0] == Ctrl('c')) {
    searching_ = false;
    text_ = draft_;
    cursor_ = text_.size();
  } else if (byte == 0x7f || key[0] == Ctrl('h')) {
    if (!wanted_.empty()) wanted_.pop_back();
    Search(history_->entries().size());
  } else if (byte >= 0x20 && key[0] != kEscape) {
    wanted_ += key;
    Search(std::min(found_ + 1, history_->entries().size()));
  } else {
    searching_ = false;
    return TakeKey(key);
  }
  return Event::kNone;
}

std::string LineEditor::Render(size_t columns) {
  columns = std::max<size_t>(columns, 20);
  const std::string prompt = searching_ ? "search '" + wanted_ + "': " : std::string(kPrompt);
  std::string out = "\r" + Up(rows_above_) + "\033[J" + prompt;
  for (const char c : hooks_.colour(text_)) {
    out += c == '\n' ? "\r\n" + std::string(kMore) : std::string(1, c);
  }
  // Rows of the whole input, and where the cursor stands.
  size_t rows = 0, cursor_row = 0, cursor_column = 0;
  for (size_t begin = 0; begin <= text_.size(); begin = LineEnd(begin) + 1) {
    const size_t lead = begin == 0 ? Columns(prompt) : kMore.size();
    const size_t end = LineEnd(begin);
    const std::string_view line = std::string_view(text_).substr(begin, end - begin);
    if (cursor_ >= begin && cursor_ <= end) {
      const size_t width = lead + Columns(line.substr(0, cursor_ - begin));
      const bool is_full = width % columns == 0 && cursor_ == end;
      cursor_row = rows + width / columns - (is_full ? 1 : 0);
      cursor_column = is_full ? columns - 1 : width % columns;
    }
    rows += RowsOf(lead + Columns(line), columns);
  }
  if (!shown_words_.empty()) {
    std::string list;
    for (size_t i = 0; i < shown_words_.size() && i < kWordsMax; ++i) {
      if (list.size() + shown_words_[i].size() + 6 > columns) {
        list += " ...";
        break;
      }
      list += (i == 0 ? "" : " ") + shown_words_[i];
    }
    out += "\r\n\033[2m" + list + "\033[0m";
    ++rows;
  }
  out += "\r" + Up(rows - 1 - cursor_row);
  if (cursor_column > 0) out += "\033[" + std::to_string(cursor_column) + "C";
  rows_above_ = cursor_row;
  return out;
}

std::string LineEditor::Leave(size_t columns) {
  shown_words_.clear();
  searching_ = false;
  cursor_ = text_.size();
  std::string out = Render(columns) + "\r\n";
  rows_above_ = 0;
  return out;
}

}  // namespace weir
