#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "commands.h"
#include "console.h"
#include "repl/line_editor.h"
#include "repl_shell.h"
#include "settings.h"
#include "terminal.h"
#include "text_file.h"

namespace {

using weir::ExitCode;
using weir::OutcomeCode;

weir::RowMode ModeOf(const std::string& name) {
  if (name == "table") return weir::RowMode::kTable;
  return name == "csv" ? weir::RowMode::kCsv : weir::RowMode::kJson;
}

// Answers each input as soon as it is complete.
int RunPiped(ReplShell* shell) {
  std::string lead, input, line;
  bool ok = true;
  const auto execute = [&] {
    ok &= shell->Execute(lead + input, "stdin");
    for (const char c : input) lead += c == '\n' ? "\n" : "";
    input.clear();
  };
  while (!shell->quits() && (ok || !shell->bails()) && std::getline(std::cin, line)) {
    input += line + "\n";
    if (ReplShell::IsComplete(input)) execute();
  }
  if (!input.empty() && (ok || !shell->bails())) execute();
  return ExitCode(ok ? OutcomeCode::kOk : OutcomeCode::kFindings);
}

// $XDG_STATE_HOME/weir/history, else below $HOME; empty if the environment tells neither.
std::string HistoryPath() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/weir/history";
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? std::string(home) + "/.local/state/weir/history" : "";
}

// What was typed may hold what others must not read.
void WriteHistory(const weir::History& history, const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string text = history.Write();
  const bool written =
      fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) close(fd);
  if (!written) Report("weir: " + path + ": the history cannot be written");
}

weir::EditorHooks Hooks(const ReplShell& shell) {
  std::vector<std::string> dots;
  for (const DotCommand& command : DotCommands()) dots.emplace_back(command.name);
  const char* no_colour = std::getenv("NO_COLOR");
  const bool is_plain = no_colour != nullptr && *no_colour != '\0';
  return {.is_complete = ReplShell::IsComplete,
          .complete =
              [&shell, dots](std::string_view text, size_t cursor) {
                return weir::CompletionsAt(text, cursor, shell.session().app(),
                                           shell.session().Names(), dots);
              },
          .colour =
              [is_plain](std::string_view text) {
                return is_plain ? std::string(text) : weir::Coloured(text);
              }};
}

// Reads one input; false at the end.
bool ReadInput(weir::LineEditor* editor, std::string* typed) {
  const RawTerminal terminal;
  editor->Reset();
  terminal.Write(editor->Render(terminal.columns()));
  for (;;) {
    if (typed->empty()) *typed = terminal.Read();
    if (typed->empty()) return false;
    std::string_view rest = *typed;
    const weir::LineEditor::Event event = editor->Feed(&rest);
    typed->erase(0, typed->size() - rest.size());
    if (event == weir::LineEditor::Event::kNone) {
      terminal.Write(editor->Render(terminal.columns()));
      continue;
    }
    terminal.Write(editor->Leave(terminal.columns()));
    if (event == weir::LineEditor::Event::kSubmit) return true;
    if (event == weir::LineEditor::Event::kEnd) return false;
    editor->Reset();  // cancelled
    terminal.Write(editor->Render(terminal.columns()));
  }
}

int RunInteractive(ReplShell* shell) {
  weir::History history;
  const std::string path = HistoryPath();
  std::string saved;
  if (!path.empty() && ReadTextFile(path, &saved).ok()) history.Read(saved);
  weir::LineEditor editor(&history, Hooks(*shell));
  std::cout << "weir " << WEIR_VERSION << "; .help lists commands, Ctrl-D leaves" << std::endl;
  std::string typed;
  while (!shell->quits() && ReadInput(&editor, &typed)) {
    history.Add(editor.text());
    shell->Execute(editor.text(), "typed");
  }
  if (!path.empty()) WriteHistory(history, path);
  return 0;
}

}  // namespace

int ReplCommand(const Settings& settings) {
  const bool is_terminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
  std::string mode = settings.Text("mode");
  if (mode == "auto") mode = is_terminal ? "table" : "json";
  ReplShell shell(ModeOf(mode));
  if (!settings.operands.empty()) {
    const std::string& path = settings.operands[0];
    std::string text;
    const weir::Outcome read = ReadTextFile(path, &text);
    if (!read.ok()) {
      Report("weir: " + read.message());
      return ExitCode(read.code());
    }
    if (!shell.Execute(text, path)) return ExitCode(OutcomeCode::kAppRefused);
  }
  return is_terminal ? RunInteractive(&shell) : RunPiped(&shell);
}
