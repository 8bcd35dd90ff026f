// The command line of weir: finds the command; each command is a file of its own.

#include <algorithm>
#include <exception>
#include <iostream>

#include "command_line.h"
#include "weir/help.h"

namespace {

int UnknownCommand(const std::string& name) {
  std::vector<std::string> names;
  for (const CommandSpec& command : Commands()) names.emplace_back(command.name);
  const std::string near = weir::NearestText(name, names);
  return UsageError("unknown command '" + name + "'" +
                    (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

int Call(const CommandSpec& command, const Arguments& arguments) {
  Settings settings(command);
  switch (ReadArguments(command, arguments, &settings)) {
    case Parsed::kHelp:
      return 0;
    case Parsed::kUsage:
      return weir::ExitCode(weir::OutcomeCode::kUsage);
    case Parsed::kOk:
      break;
  }
  return command.run(settings);
}

int Main(const Arguments& arguments) {
  if (arguments.empty()) return UsageError("a command is missing");
  const std::string& name = arguments[0];
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (name == "-h" || name == "--help") return Call(*FindCommand("help"), {});
  if (name == "--version") {
    std::cout << "weir " << WEIR_VERSION << "\n";
    return 0;
  }
  // Without a command only queries can be meant; another option may stand before them.
  if (name.starts_with('-')) return Call(*FindCommand("-q"), arguments);
  // The name of one command looks like an option.
  if (name == "help" && rest == Arguments{"-q"}) return Call(*FindCommand(name), {"--", "-q"});
  const CommandSpec* command = FindCommand(name);
  return command == nullptr ? UnknownCommand(name) : Call(*command, rest);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  try {
    const int code = Main(Arguments(argv + 1, argv + argc));
    std::cout.flush();
    return code;
  } catch (const std::exception& error) {
    std::cerr << "weir: internal error: " << error.what() << "\n";
    return weir::ExitCode(weir::OutcomeCode::kInternal);
  }
}
