// Every command and option of weir, once. The parser, --help, the settings taken from files and
// the environment, shell completion, the manual page and the reference of options are made from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

class Settings;

struct OptionSpec {
  std::string_view name;          // `--name`
  char letter = '\0';             // `-n`
  std::string_view value = {};    // what help calls its value
  std::string_view choices = {};  // or, `stop|flush`, the values it may have
  uint64_t least = 0;             // a number from this
  uint64_t most = 0;              // to this, unless it is 0
  std::string_view initial = {};  // the default as it would be typed
  bool is_path = false;           // for completion: the value is, or ends with, a path
  bool is_list = false;           // may be given several times
  bool is_required = false;
  // Its key in a configuration file is `section.name`, its environment variable WEIR_SECTION_NAME
  // (both without section where that is `-`). Empty: on the command line only.
  std::string_view section = {};
  std::string_view help;

  // A flag is true or false and needs no value.
  bool is_flag() const { return value.empty() && choices.empty(); }
  std::string key() const;
  std::string variable() const;
};

enum class OperandCount { kNone, kOptional, kOne, kMany };

struct CommandSpec {
  std::string_view name;
  std::string_view summary;      // in lists of commands
  std::string_view description;  // a sentence or two
  std::string_view operand = {};
  std::string_view operand_help = {};
  OperandCount operands = OperandCount::kNone;
  std::string_view operand_choices = {};  // `bash|zsh`, else the operand is a path
  std::vector<OptionSpec> options = {};
  std::string_view notes = {};                     // below the options: examples
  int (*run)(const Settings& settings) = nullptr;  // gives the exit code

  const OptionSpec* Find(std::string_view option) const;
};

// In the order of `weir help`.
const std::vector<CommandSpec>& Commands();
const CommandSpec* FindCommand(std::string_view name);

// `a|b|c` taken apart.
std::vector<std::string_view> SplitChoices(std::string_view choices);
// The same for people: `a, b or c`.
std::string JoinChoices(std::string_view choices);
