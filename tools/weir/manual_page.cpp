#include "command_table.h"
#include "exit_codes.h"
#include "option_text.h"

namespace {

// Roff takes `-` for a hyphen and `.` or `'` at the start of a line for a request.
std::string Escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool starts_line = result.empty() || result.back() == '\n';
    if (starts_line && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c == '`' || c == '\'') {
      result += c == '`' ? "\\(ga" : "\\(aq";
    } else {
      result += c;
    }
  }
  return result;
}

std::string Bold(std::string_view text) { return "\\fB" + Escaped(text) + "\\fR"; }
std::string Italic(std::string_view text) { return "\\fI" + Escaped(text) + "\\fR"; }

std::string Synopsis(const CommandSpec& command) {
  std::string line = Bold("weir") + " " + Bold(command.name);
  if (command.name == "-q") line += " " + Italic("TEXT");
  if (!command.options.empty()) line += " [" + Italic("OPTION") + "]...";
  if (command.operands == OperandCount::kNone) return line;
  const std::string operand = Italic(command.operand);
  if (command.operands == OperandCount::kOptional) return line + " [" + operand + "]";
  return line + " " + operand + (command.operands == OperandCount::kMany ? "..." : "");
}

void AppendOption(const OptionSpec& option, std::string* page) {
  *page += ".TP\n";
  if (option.letter != '\0') *page += Bold(std::string("-") + option.letter) + ", ";
  *page += Bold("--" + std::string(option.name));
  if (!option.is_flag()) {
    *page += " " + Italic(option.value.empty() ? option.choices : option.value);
  }
  *page += "\n" + Escaped(option.help);
  if (!option.initial.empty()) *page += " (default " + Escaped(option.initial) + ")";
  *page += ".\n";
}

void AppendCommand(const CommandSpec& command, std::string* page) {
  *page += ".SS " + Synopsis(command) + "\n" + Escaped(command.description) + "\n";
  for (const OptionSpec& option : command.options) AppendOption(option, page);
  if (!command.notes.empty()) {
    *page += ".PP\n.nf\n" + Escaped(command.notes) + "\n.fi\n";
  }
}

constexpr const char* kConfiguration =
    ".SH CONFIGURATION\n"
    "Most options can also be set in a file and in the environment. Of two settings the later of\n"
    "this list holds: the default, the file, the environment, the command line. The file is\n"
    "written in TOML; the key of an option and its variable are in the list printed by\n"
    "\\fBweir help options\\fR. \\fBweir config show \\-\\-origin\\fR prints every setting and\n"
    "where it comes from.\n";

constexpr const char* kFiles =
    ".SH FILES\n"
    ".TP\n\\fI$XDG_CONFIG_HOME/weir/config\\fR\nThe user\\(aqs configuration "
    "(\\fI~/.config/weir/config\\fR without that variable).\n"
    ".TP\n\\fI/etc/weir/config\\fR\nThe machine\\(aqs configuration, read if the user has none.\n";

}  // namespace

std::string ManualPage() {
  std::string page =
      ".TH WEIR 1 \"\" \"weir " WEIR_VERSION
      "\"\n.SH NAME\nweir \\- complex event processing over streams of JSON lines\n.SH SYNOPSIS\n"
      ".nf\n";
  for (const CommandSpec& command : Commands()) page += Synopsis(command) + "\n";
  page +=
      ".fi\n.SH DESCRIPTION\nQueries in a language of their own read streams of events and write "
      "streams of results.\nResults go to standard output, everything else to standard error.\n"
      ".SH COMMANDS\n";
  for (const CommandSpec& command : Commands()) AppendCommand(command, &page);
  page += kConfiguration;
  page += ".SH ENVIRONMENT\n";
  for (const CommandSpec& command : Commands()) {
    for (const OptionSpec& option : command.options) {
      const std::string entry = ".TP\n.B " + option.variable() + "\n";
      if (option.section.empty() || page.find(entry) != std::string::npos) continue;
      page += entry + "As " + Bold("--" + std::string(option.name)) + " of " +
              Bold("weir " + std::string(command.name)) + ".\n";
    }
  }
  page += ".TP\n.B NO_COLOR\nNo colour, if it is set and not empty.\n.SH EXIT STATUS\n";
  for (const ExitCodeSpec& one : kExitCodes) {
    page += ".TP\n.B " + std::to_string(one.code) + "\n" + Escaped(one.meaning) + "\n";
  }
  page += ".PP\n" + Escaped(kSignals) + "\n";
  return page + kFiles;
}
