#include "command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <iostream>
#include <list>

#include "configuration.h"
#include "weir/help.h"

namespace {

// What was typed, before it is checked.
struct Typed {
  struct Option {
    const OptionSpec* spec;
    CLI::Option* parsed;
    std::string text;
    std::vector<std::string> texts;
    bool flag = false;
  };
  std::list<Option> options;  // CLI11 holds pointers into it
  std::vector<std::string> operands;
};

std::string Description(const OptionSpec& option) {
  std::string text(option.help);
  if (!option.initial.empty()) text += " (default " + std::string(option.initial) + ")";
  return text;
}

void AddOption(const OptionSpec& spec, CLI::App* app, Typed* typed) {
  typed->options.push_back({.spec = &spec, .parsed = nullptr, .text = {}, .texts = {}});
  Typed::Option& option = typed->options.back();
  std::string names = "--" + std::string(spec.name);
  if (spec.letter != '\0') names = std::string("-") + spec.letter + "," + names;
  if (spec.is_flag()) {
    option.parsed = app->add_flag(names, option.flag, Description(spec));
    return;
  }
  if (spec.is_list) {
    option.parsed = app->add_option(names, option.texts, Description(spec));
    option.parsed->allow_extra_args(false);
  } else {
    option.parsed = app->add_option(names, option.text, Description(spec));
  }
  option.parsed->type_name(std::string(spec.value.empty() ? spec.choices : spec.value));
  option.parsed->required(spec.is_required);
}

void Describe(const CommandSpec& command, CLI::App* app, Typed* typed) {
  app->description(std::string(command.description));
  app->name(command.name[0] == '-' ? "weir" : "weir " + std::string(command.name));
  app->footer(std::string(command.notes));
  app->get_formatter()->column_width(32);
  app->set_help_flag("-h,--help", "Print this and exit");
  app->allow_extras();  // reported with a guess of what was meant
  if (command.operands != OperandCount::kNone) {
    CLI::Option* operands = app->add_option(std::string(command.operand), typed->operands,
                                            std::string(command.operand_help));
    operands->type_name(command.operands == OperandCount::kMany ? "..." : "");
    operands->required(command.operands != OperandCount::kOptional);
    if (command.operands != OperandCount::kMany) operands->expected(1);
  }
  for (const OptionSpec& option : command.options) AddOption(option, app, typed);
}

Parsed Fail(const std::string& message) {
  UsageError(message);
  return Parsed::kUsage;
}

Parsed Unexpected(const CommandSpec& command, const std::string& text) {
  if (text.empty() || text[0] != '-' || text == "-")
    return Fail("unexpected argument '" + text + "'");
  const std::string option = text.substr(0, text.find('='));
  std::vector<std::string> names = {"--help"};
  for (const OptionSpec& spec : command.options) names.push_back("--" + std::string(spec.name));
  const std::string near = weir::NearestText(option, names);
  return Fail("unknown option '" + option + "'" +
              (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

// What nothing took; the `--` that ends options is kept by CLI11.
std::vector<std::string> Left(const CLI::App& app) {
  std::vector<std::string> left = app.remaining();
  if (!left.empty() && left[0] == "--") left.erase(left.begin());
  return left;
}

weir::Outcome TakeTyped(const CommandSpec& command, Typed* typed, Settings* settings) {
  for (Typed::Option& option : typed->options) {
    if (option.parsed->count() == 0) continue;
    Setting setting;
    setting.origin = Origin::kCommandLine;
    setting.place = "--" + std::string(option.spec->name);
    if (option.spec->is_flag()) {
      setting.values = {option.flag ? "true" : "false"};
    } else if (option.spec->is_list) {
      setting.values = std::move(option.texts);
    } else {
      setting.values = {std::move(option.text)};
    }
    const weir::Outcome set = settings->Set(*option.spec, std::move(setting));
    if (!set.ok()) return set;
  }
  for (const std::string& operand : typed->operands) {
    const std::vector<std::string_view> choices = SplitChoices(command.operand_choices);
    if (choices.empty() || std::find(choices.begin(), choices.end(), operand) != choices.end()) {
      continue;
    }
    return {weir::OutcomeCode::kUsage, std::string(command.operand) + ": expected " +
                                           JoinChoices(command.operand_choices) + ", not '" +
                                           operand + "'"};
  }
  settings->operands = std::move(typed->operands);
  return {};
}

}  // namespace

Parsed ReadArguments(const CommandSpec& command, const Arguments& arguments, Settings* settings) {
  CLI::App app;
  Typed typed;
  Describe(command, &app, &typed);
  try {
    app.parse(Arguments(arguments.rbegin(), arguments.rend()));  // CLI11 takes them from the back
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return Parsed::kHelp;
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> left = Left(app);
    if (!left.empty()) return Unexpected(command, left[0]);
    return Fail(error.what());
  }
  const std::vector<std::string> left = Left(app);
  if (!left.empty()) return Unexpected(command, left[0]);
  weir::Outcome outcome = TakeTyped(command, &typed, settings);
  if (outcome.ok()) outcome = Configure(command, settings);
  if (outcome.ok()) return Parsed::kOk;
  return Fail(outcome.message());
}

std::string CommandHelp(const CommandSpec& command) {
  CLI::App app;
  Typed typed;
  Describe(command, &app, &typed);
  return app.help();
}

int UsageError(const std::string& message) {
  std::cerr << "weir: " << message << "\n"
            << "Try 'weir help'.\n";
  return weir::ExitCode(weir::OutcomeCode::kUsage);
}
