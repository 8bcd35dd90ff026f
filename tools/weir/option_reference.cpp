#include "command_table.h"
#include "option_text.h"

namespace {

// A cell of a table.
std::string Cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string Code(std::string_view text) { return text.empty() ? "" : "`" + Cell(text) + "`"; }

void AppendOption(const OptionSpec& option, std::string* text) {
  std::string typed = "--" + std::string(option.name);
  if (option.letter != '\0') typed = std::string("-") + option.letter + ", " + typed;
  if (!option.is_flag()) {
    typed += " " + std::string(option.value.empty() ? option.choices : option.value);
  }
  std::string initial(option.initial);
  if (initial.empty() && option.is_flag()) initial = "false";
  *text += "| " + Code(typed) + " | " + Code(initial) + " | " + Code(option.variable()) + " | " +
           Code(option.key()) + " | " + Cell(option.help) + " |\n";
}

}  // namespace

std::string OptionReference() {
  std::string text =
      "# Options of weir\n\n"
      "Of two settings the later of this list holds: the default, the configuration file, the\n"
      "environment, the command line. The file is the one that `--config` names, else\n"
      "`$XDG_CONFIG_HOME/weir/config` (`~/.config` without that variable), else\n"
      "`/etc/weir/config`; it is written in TOML, where `run.errors = \"stop\"` may stand as it\n"
      "is or as `errors = \"stop\"` below `[run]`. A flag is `true` or `false`, on the command\n"
      "line also `--playback=false`. `weir config show --origin` prints what holds and why.\n";
  for (const CommandSpec& command : Commands()) {
    if (command.options.empty()) continue;
    text += "\n## weir " + std::string(command.name) + "\n\n" + std::string(command.description) +
            "\n\n| option | default | variable | key | meaning |\n|---|---|---|---|---|\n";
    for (const OptionSpec& option : command.options) AppendOption(option, &text);
  }
  return text;
}
