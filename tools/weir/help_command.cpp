#include <algorithm>
#include <functional>
#include <iostream>

#include "commands.h"
#include "weir/help.h"

namespace {

struct Command {
  const char* name;
  const char* summary;
  std::function<int(const Arguments&)> run;
};

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = {
      {"run", "run an app: events in, results out", RunCommand},
      {"-q", "run queries given as text over standard input, no file needed", OneLinerCommand},
      {"check", "parse apps, check names and types, run nothing", CheckCommand},
      {"explain", "show the plan of an app", ExplainCommand},
      {"test", "run .test files: an app, timed input, expected output", TestCommand},
      {"new", "make an app, sample events and a test to begin with", NewCommand},
      {"help", "explain a command, a part of the language or a built-in", HelpCommand},
  };
  return commands;
}

constexpr const char* kExitCodes =
    "Exit codes\n\n"
    "   0  ok; also when nobody reads standard output any more\n"
    "   1  failed tests, or warnings under check --deny-warnings\n"
    "  64  usage: an unknown option, stream or query name\n"
    "  65  a bad record under --errors stop\n"
    "  66  no such input, or a directory\n"
    "  70  internal error: a fault of weir\n"
    "  73  an output or the state directory cannot be created\n"
    "  74  input or output failed: disk full, failed write\n"
    "  75  the state directory is in use by another process\n"
    "  78  the app is refused: it has errors, or needs what is not supported yet\n\n"
    "SIGINT and SIGTERM end a run in order, with exit code 0; a second one stops it at once.\n";

struct Kind {
  const char* name;
  const char* plural;
  const char* title;
};
constexpr Kind kKinds[] = {{"topic", "language", "Language"},
                           {"function", "functions", "Functions"},
                           {"window", "windows", "Windows"},
                           {"aggregate", "aggregates", "Aggregates"},
                           {"stream function", "stream-functions", "Stream functions"}};

void ListKind(const Kind& kind) {
  std::cout << kind.title << "\n\n";
  for (const weir::BuiltinSummary& one : weir::ListBuiltins(kind.name)) {
    std::cout << "  " << one.name
              << std::string(one.name.size() < 24 ? 24 - one.name.size() : 1, ' ') << one.summary
              << "\n";
  }
}

void Overview() {
  std::cout
      << "weir - complex event processing over streams of JSON lines\n\n"
         "  weir run APP.sql --input STREAM=events.ndjson\n"
         "  weir -q 'from stdin[price > 50] select symbol insert into Out;' < events.ndjson\n\n"
         "Commands\n\n";
  for (const Command& command : Commands()) {
    std::cout << "  " << command.name
              << std::string(10 - std::string_view(command.name).size(), ' ') << command.summary
              << "\n";
  }
  std::cout << "\nHelp on\n\n"
               "  weir help COMMAND      the options of a command\n"
               "  weir help NAME         a part of the language, function, window or aggregate\n"
               "  weir help language     all parts; also: functions, windows, aggregates,\n"
               "                         stream-functions\n"
               "  weir help grammar      the grammar; weir help RULE: one rule of it\n"
               "  weir help reference    all of these as one Markdown document\n"
               "  weir help exit-codes   what the exit codes mean\n";
}

int HelpOn(const std::string& name) {
  for (const Command& command : Commands()) {
    if (name == command.name && name != "help") return command.run({"--help"});
  }
  for (const Kind& kind : kKinds) {
    if (name != kind.plural) continue;
    ListKind(kind);
    return 0;
  }
  if (name == "grammar") {
    std::cout << weir::DescribeGrammar();
  } else if (name == "reference") {
    std::cout << weir::LanguageReference();
  } else if (name == "exit-codes") {
    std::cout << kExitCodes;
  } else if (name == "help") {
    Overview();
  } else {
    std::string text;
    if (weir::DescribeBuiltin(name, &text)) {
      std::cout << text;
      return 0;
    }
    if (const std::string rule = weir::DescribeGrammarRule(name); !rule.empty()) {
      std::cout << rule;
      return 0;
    }
    std::vector<std::string> names = {"grammar", "reference", "exit-codes"};
    for (const Command& command : Commands()) names.push_back(command.name);
    for (const Kind& kind : kKinds) {
      names.push_back(kind.plural);
      for (const weir::BuiltinSummary& one : weir::ListBuiltins(kind.name)) {
        names.push_back(one.name);
      }
    }
    const std::string near = weir::NearestText(name, names);
    return UsageError("no help on '" + name + "'" +
                      (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  return 0;
}

}  // namespace

std::vector<std::string> CommandNames() {
  std::vector<std::string> names;
  for (const Command& command : Commands()) names.push_back(command.name);
  return names;
}

int HelpCommand(const Arguments& arguments) {
  if (arguments.size() > 1) return UsageError("help takes one name");
  if (arguments.empty() || arguments[0] == "-h" || arguments[0] == "--help") {
    Overview();
    return 0;
  }
  return HelpOn(arguments[0]);
}
