// Any bytes as the history file of `weir repl` and as what a terminal sends: no crash, the cursor
// stays within the text, and a history that is written and read again is the same.

#include <cstdint>
#include <string>

#include "ast/utf8.h"
#include "base/check.h"
#include "repl/line_editor.h"
#include "weir/statements.h"

namespace {

const weir::App& SomeApp() {
  static const weir::CompileResult compiled = weir::CompileApp(
      "define stream Trades (symbol string, price double);\n"
      "@info(name='high') from Trades[price > 1] select symbol insert into High;",
      {});
  CHECK(compiled.app != nullptr);
  return *compiled.app;
}

weir::EditorHooks Hooks() {
  return {.is_complete = weir::IsStatementComplete,
          .complete =
              [](std::string_view text, size_t cursor) {
                return weir::CompletionsAt(text, cursor, SomeApp(), {"high", "Trades"},
                                           {".send", ".schema"});
              },
          .colour = weir::Coloured};
}

void CheckPlace(const weir::LineEditor& editor) {
  CHECK(editor.cursor() <= editor.text().size());
  for (const size_t columns : {size_t{1}, size_t{21}, size_t{80}}) {
    weir::LineEditor copy = editor;
    CHECK(!copy.Render(columns).empty());
    CHECK(!copy.Leave(columns).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), std::min<size_t>(size, 2000));
  // What stands before the first NUL is the history, what is behind it the keys.
  const size_t end = std::min(bytes.find('\0'), bytes.size());
  weir::History history;
  history.Read(std::string_view(bytes).substr(0, end));
  CHECK(history.entries().size() <= weir::History::kEntriesMax);
  weir::History again;
  again.Read(history.Write());
  CHECK(again.entries() == history.entries());
  weir::LineEditor editor(&history, Hooks());
  std::string_view keys = std::string_view(bytes).substr(std::min(end + 1, bytes.size()));
  while (!keys.empty()) {
    const size_t left = keys.size();
    const weir::LineEditor::Event event = editor.Feed(&keys);
    CHECK(keys.size() < left);
    CheckPlace(editor);
    if (event == weir::LineEditor::Event::kNone) continue;
    if (event == weir::LineEditor::Event::kSubmit) history.Add(editor.text());
    editor.Reset();
  }
  return 0;
}
