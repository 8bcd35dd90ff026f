#include "command_table.h"
#include "option_text.h"
#include "weir/help.h"

namespace {

std::string Spaced(std::string_view choices) {
  std::string result;
  for (const std::string_view choice : SplitChoices(choices)) {
    result += (result.empty() ? "" : " ") + std::string(choice);
  }
  return result;
}

// What `weir help` explains.
std::string HelpNames() {
  std::string result;
  for (const CommandSpec& command : Commands()) result += std::string(command.name) + " ";
  for (const char* kind : {"topic", "function", "window", "aggregate", "stream function"}) {
    for (const weir::BuiltinSummary& one : weir::ListBuiltins(kind)) {
      if (one.name.find(' ') == std::string::npos) result += one.name + " ";
    }
  }
  return result +
         "language functions windows aggregates stream-functions grammar reference "
         "options man exit-codes";
}

// The words that may be an operand; empty: a path.
std::string OperandWords(const CommandSpec& command) {
  return command.name == "help" ? HelpNames() : Spaced(command.operand_choices);
}

std::string OptionWords(const CommandSpec& command) {
  std::string result = "--help";
  for (const OptionSpec& option : command.options) result += " --" + std::string(option.name);
  return result;
}

std::string CommandWords() {
  std::string result;
  for (const CommandSpec& command : Commands()) result += std::string(command.name) + " ";
  return result + "--help --version";
}

// `text` with `\` in front of each of `special`.
std::string Escaped(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

// In single quotes of bash and zsh.
std::string Quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return result + "'";
}

// --- bash

// The names of options that take a value, as a pattern of `case`.
std::string BashPattern(const CommandSpec& command, const OptionSpec& option) {
  const std::string name(command.name);
  std::string pattern = Quoted(name + " --" + std::string(option.name));
  if (option.letter != '\0') pattern += "|" + Quoted(name + " -" + option.letter);
  return pattern;
}

std::string BashValues(const CommandSpec& command) {
  std::string result;
  for (const OptionSpec& option : command.options) {
    if (option.is_flag()) continue;
    result += "    " + BashPattern(command, option) + ") ";
    if (!option.choices.empty()) {
      result += "_weir_words " + Quoted(Spaced(option.choices)) + "; ";
    } else if (option.is_path) {
      result += "_weir_files; ";
    }
    result += "return ;;\n";
  }
  return result;
}

std::string BashScript() {
  std::string script =
      "# Completion of weir for bash:\n"
      "#   weir completion bash > ~/.local/share/bash-completion/completions/weir\n"
      "_weir_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }\n"
      "_weir_files() {\n"
      "  compopt -o filenames 2> /dev/null\n"
      "  mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
      "}\n"
      "_weir() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
      "  local command=${COMP_WORDS[1]} split=\n"
      "  COMPREPLY=()\n"
      "  # The shell splits words at `=`: of `--format=json` and of `STREAM=PATH`.\n"
      "  if [[ $cur == = ]]; then\n"
      "    cur= split=$prev\n"
      "  elif [[ $prev == = ]]; then\n"
      "    split=${COMP_WORDS[COMP_CWORD - 2]}\n"
      "  fi\n"
      "  if ((COMP_CWORD == 1)); then _weir_words " +
      Quoted(CommandWords()) +
      "; return; fi\n"
      "  [[ $command == -* ]] && command=-q\n"
      "  if [[ -n $split && $split != -* ]]; then _weir_files; return; fi\n"
      "  [[ -n $split ]] && prev=$split\n"
      "  case \"$command $prev\" in\n";
  for (const CommandSpec& command : Commands()) script += BashValues(command);
  script += "  esac\n  case $command in\n";
  for (const CommandSpec& command : Commands()) {
    script += "    " + std::string(command.name) + ")\n      if [[ $cur == -* ]]; then\n" +
              "        _weir_words " + Quoted(OptionWords(command)) + "\n";
    const std::string words = OperandWords(command);
    if (command.operands != OperandCount::kNone) {
      script += "      else\n        " +
                (words.empty() ? "_weir_files" : "_weir_words " + Quoted(words)) + "\n";
    }
    script += "      fi\n      ;;\n";
  }
  return script + "  esac\n}\ncomplete -F _weir weir\n";
}

// --- zsh

// `:what:how to complete it` of a value.
std::string ZshValue(std::string_view what, std::string_view choices, bool is_path) {
  const std::string action = !choices.empty() ? "(" + Spaced(choices) + ")"
                             : is_path        ? "_files"
                                              : " ";
  return ":" + Escaped(what, ":[]\\") + ":" + action;
}

std::string ZshOption(const OptionSpec& option) {
  const std::string name = "--" + std::string(option.name);
  std::string tail = "[" + Escaped(option.help, ":[]\\") + "]";
  if (!option.is_flag()) {
    tail += ZshValue(option.value.empty() ? option.choices : option.value, option.choices,
                     option.is_path);
  }
  const std::string many = option.is_list ? "*" : "";
  if (option.letter == '\0') return Quoted(many + name + (option.is_flag() ? "" : "=") + tail);
  const std::string letter = std::string("-") + option.letter;
  const std::string excludes = option.is_list ? "" : "(" + letter + " " + name + ")";
  return Quoted(many + excludes + letter + tail) + " " + Quoted(many + excludes + name + tail);
}

std::string ZshCommand(const CommandSpec& command) {
  std::string script = "    " + std::string(command.name) + ")\n      _arguments -s \\\n" +
                       "        '(- *)'{-h,--help}'[Print this and exit]'";
  for (const OptionSpec& option : command.options) script += " \\\n        " + ZshOption(option);
  if (command.operands != OperandCount::kNone) {
    const std::string words = OperandWords(command);
    const std::string count = command.operands == OperandCount::kMany       ? "*"
                              : command.operands == OperandCount::kOptional ? "1:"
                                                                            : "1";
    script +=
        " \\\n        " + Quoted(count + ":" + std::string(command.operand) + ":" +
                                 (words.empty() ? "_files" : "(" + Escaped(words, ":") + ")"));
  }
  return script + "\n      ;;\n";
}

std::string ZshScript() {
  std::string script =
      "#compdef weir\n"
      "# Completion of weir for zsh: weir completion zsh > FOLDER/_weir, FOLDER being in $fpath.\n"
      "_weir() {\n"
      "  local -a commands=(\n";
  for (const CommandSpec& command : Commands()) {
    script +=
        "    " + Quoted(std::string(command.name) + ":" + Escaped(command.summary, ":\\")) + "\n";
  }
  script +=
      "  )\n"
      "  if ((CURRENT == 2)); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  if [[ $command == -* ]]; then\n"
      "    command=-q\n"
      "  else\n"
      "    shift words\n"
      "    ((CURRENT--))\n"
      "  fi\n"
      "  case $command in\n";
  for (const CommandSpec& command : Commands()) script += ZshCommand(command);
  return script +
         "  esac\n}\n"
         "if [[ $funcstack[1] == _weir ]]; then _weir \"$@\"; else compdef _weir weir; "
         "fi\n";
}

// --- fish

// In single quotes of fish.
std::string FishQuoted(std::string_view text) { return "'" + Escaped(text, "'\\") + "'"; }

std::string FishOption(const std::string& condition, const OptionSpec& option) {
  std::string line = "complete -c weir -n " + condition + " -l " + std::string(option.name);
  if (option.letter != '\0') line += std::string(" -s ") + option.letter;
  if (!option.choices.empty()) {
    line += " -x -a " + FishQuoted(Spaced(option.choices));
  } else if (!option.is_flag()) {
    line += option.is_path ? " -r -F" : " -x";
  }
  return line + " -d " + FishQuoted(option.help) + "\n";
}

std::string FishScript() {
  std::string script =
      "# Completion of weir for fish: weir completion fish > ~/.config/fish/completions/weir.fish\n"
      "complete -c weir -f\n";
  std::string names;
  for (const CommandSpec& command : Commands()) {
    const std::string name(command.name);
    const bool is_option = name == "-q";
    if (!is_option) names += name + " ";
    const std::string condition =
        is_option ? "__weir_no_command" : FishQuoted("__fish_seen_subcommand_from " + name);
    if (!is_option) {
      script += "complete -c weir -n __weir_no_command -a " + name + " -d " +
                FishQuoted(command.summary) + "\n";
    }
    for (const OptionSpec& option : command.options) script += FishOption(condition, option);
    if (command.operands == OperandCount::kNone) continue;
    const std::string words = OperandWords(command);
    script += "complete -c weir -n " + condition +
              (words.empty() ? " -F" : " -a " + FishQuoted(words)) + "\n";
  }
  const std::string function =
      "function __weir_no_command\n  not __fish_seen_subcommand_from " + names + "\nend\n";
  return function + script;
}

}  // namespace

std::string CompletionScript(const std::string& shell) {
  if (shell == "bash") return BashScript();
  return shell == "zsh" ? ZshScript() : FishScript();
}
