#include <iostream>

#include "command_line.h"
#include "commands.h"
#include "exit_codes.h"
#include "option_text.h"
#include "settings.h"
#include "weir/help.h"

namespace {

struct Kind {
  const char* name;
  const char* plural;
  const char* title;
};
constexpr Kind kKinds[] = {{"topic", "language", "Language"},
                           {"function", "functions", "Functions"},
                           {"window", "windows", "Windows"},
                           {"aggregate", "aggregates", "Aggregates"},
                           {"stream function", "stream-functions", "Stream functions"},
                           {"source", "sources", "Sources"},
                           {"sink", "sinks", "Sinks"},
                           {"codec", "codecs", "Codecs"},
                           {"store", "stores", "Stores of tables"}};

void ListKind(const Kind& kind) {
  std::cout << kind.title << "\n\n";
  for (const weir::BuiltinSummary& one : weir::ListBuiltins(kind.name)) {
    std::cout << "  " << one.name
              << std::string(one.name.size() < 24 ? 24 - one.name.size() : 1, ' ') << one.summary
              << "\n";
  }
}

void ListExitCodes() {
  std::cout << "Exit codes\n\n";
  for (const ExitCodeSpec& one : kExitCodes) {
    std::cout << (one.code < 10 ? "   " : "  ") << one.code << "  " << one.meaning << "\n";
  }
  std::cout << "\n" << kSignals << "\n";
}

void Overview() {
  std::cout
      << "weir - complex event processing over streams of JSON lines\n\n"
         "  weir run APP.sql --input STREAM=events.ndjson\n"
         "  weir -q 'from stdin[price > 50] select symbol insert into Out;' < events.ndjson\n\n"
         "Commands\n\n";
  for (const CommandSpec& command : Commands()) {
    std::cout << "  " << command.name << std::string(12 - command.name.size(), ' ')
              << command.summary << "\n";
  }
  std::cout << "\nHelp on\n\n"
               "  weir help COMMAND      the options of a command\n"
               "  weir help NAME         a part of the language, function, window or aggregate\n"
               "  weir help language     all parts; also: functions, windows, aggregates,\n"
               "                         stream-functions\n"
               "  weir help grammar      the grammar; weir help RULE: one rule of it\n"
               "  weir help reference    all of these as one Markdown document\n"
               "  weir help options      every option with its environment variable and key\n"
               "  weir help man          the manual page: weir help man | man -l -\n"
               "  weir help exit-codes   what the exit codes mean\n";
}

int HelpOn(const std::string& name) {
  if (const CommandSpec* command = FindCommand(name)) {
    if (name == "help") {
      Overview();
    } else {
      std::cout << CommandHelp(*command);
    }
    return 0;
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
    ListExitCodes();
  } else if (name == "options") {
    std::cout << OptionReference();
  } else if (name == "man") {
    std::cout << ManualPage();
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
    std::vector<std::string> names = {"grammar", "reference", "options", "man", "exit-codes"};
    for (const CommandSpec& command : Commands()) names.emplace_back(command.name);
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

int HelpCommand(const Settings& settings) {
  return HelpOn(settings.operands.empty() ? "help" : settings.operands[0]);
}
