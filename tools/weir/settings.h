// The options of one call with their values, and where each value came from.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "command_table.h"
#include "weir/outcome.h"

enum class Origin { kDefault, kFile, kEnvironment, kCommandLine };

struct Setting {
  std::vector<std::string> values;  // more than one for lists only
  Origin origin = Origin::kDefault;
  std::string place;  // for messages: `WEIR_RUN_ERRORS`, `--errors`; empty for a default
};

// Of two origins the later of their list wins, whichever was set first. Every value fits its option
// once it is in.
class Settings {
 public:
  // The defaults of all options of a command.
  explicit Settings(const CommandSpec& command);

  // kUsage, with the place, if a value is not what the option takes.
  weir::Outcome Set(const OptionSpec& option, Setting setting);

  // What ReadArguments puts here: values that belong to no option.
  std::vector<std::string> operands;

  const Setting& At(std::string_view option) const;

  // The option must be of the command and, but for Texts, no list; an option that has neither
  // value nor default gives an empty text, false or 0.
  const std::vector<std::string>& Texts(std::string_view option) const;
  std::string Text(std::string_view option) const;
  bool Flag(std::string_view option) const;
  uint64_t Number(std::string_view option) const;

 private:
  std::map<std::string, Setting, std::less<>> settings_;
};
