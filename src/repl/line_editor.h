// Editing of one input, of several lines, by the bytes that a terminal sends. Does no input or
// output itself.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "repl/completion.h"
#include "repl/history.h"

namespace weir {

struct EditorHooks {
  std::function<bool(std::string_view text)> is_complete;  // Enter ends the input then
  std::function<Completions(std::string_view text, size_t cursor)> complete;
  std::function<std::string(std::string_view line)> colour;  // of the whole text; adds no columns
};

class LineEditor {
 public:
  enum class Event {
    kNone,
    kSubmit,  // text() is to be executed
    kCancel,  // Ctrl-C
    kEnd,     // Ctrl-D in an empty input
  };

  LineEditor(const History* history, EditorHooks hooks);

  // Takes one key, which may be several bytes; `bytes` loses what was taken. Bytes of a key that is
  // not whole yet are kept for the next call.
  Event Feed(std::string_view* bytes);

  // Begins a new input.
  void Reset();

  const std::string& text() const { return text_; }
  size_t cursor() const { return cursor_; }

  // What puts the input on a terminal of that width, over what the last call has put there.
  std::string Render(size_t columns);
  // Moves behind the input, to a line of its own; the next Render begins there.
  std::string Leave(size_t columns);

 private:
  Event TakeKey(std::string_view key);
  Event Control(char key);
  void Escape(std::string_view key);
  void Insert(std::string_view text);
  void Erase(size_t begin, size_t end);
  size_t Before(size_t at) const;
  size_t After(size_t at) const;
  size_t LineBegin(size_t at) const;
  size_t LineEnd(size_t at) const;
  void MoveLine(bool up);
  void Recall(size_t entry);
  void Complete();
  void Search(size_t from);
  Event SearchKey(std::string_view key);

  const History* history_;
  EditorHooks hooks_;
  std::string pending_;  // bytes of a key that is not whole
  std::string text_;
  size_t cursor_ = 0;
  size_t entry_ = 0;   // of the history; its size for the new input
  std::string draft_;  // the new input, while an old one is shown
  bool searching_ = false;
  std::string wanted_;
  size_t found_ = 0;
  std::vector<std::string> shown_words_;  // below the input
  Completions cycle_;                     // of the last Tab
  size_t cycle_at_ = 0;
  size_t rows_above_ = 0;  // between the first row on the terminal and the cursor
};

}  // namespace weir
