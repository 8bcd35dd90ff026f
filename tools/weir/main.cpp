// The command line of weir: finds the command; each command is a file of its own.

#include <algorithm>
#include <exception>
#include <iostream>

#include "commands.h"
#include "weir/help.h"

namespace {

constexpr const char* kComing[] = {"repl", "log", "snapshot", "replay"};

int UnknownCommand(const std::string& name) {
  if (std::find(std::begin(kComing), std::end(kComing), name) != std::end(kComing)) {
    return UsageError("not supported yet: weir " + name);
  }
  const std::string near = weir::NearestText(name, CommandNames());
  return UsageError("unknown command '" + name + "'" +
                    (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

int Main(const Arguments& arguments) {
  if (arguments.empty()) return UsageError("a command is missing");
  const std::string& name = arguments[0];
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (name == "run") return RunCommand(rest);
  if (name == "check") return CheckCommand(rest);
  if (name == "explain") return ExplainCommand(rest);
  if (name == "test") return TestCommand(rest);
  if (name == "new") return NewCommand(rest);
  if (name == "help") return HelpCommand(rest);
  if (name == "-h" || name == "--help") return HelpCommand({});
  if (name == "--version") {
    std::cout << "weir " << WEIR_VERSION << "\n";
    return 0;
  }
  // Without a command only queries can be meant; another option may stand before them.
  if (!name.empty() && name[0] == '-') return OneLinerCommand(arguments);
  return UnknownCommand(name);
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
