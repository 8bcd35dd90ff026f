#include "command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cctype>
#include <iostream>

#include "weir/help.h"

namespace {

// Options as typed, before they are taken apart.
struct RunTexts {
  std::vector<std::string> inputs, outputs, times;
  std::string format = "any";
  std::string errors = "skip";
  std::string at_eof = "stop";
  std::string optimizer = "on";
  std::string state_dir;
};

bool IsName(const std::string& text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0) return false;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  }
  return true;
}

// `STREAM=PATH` if what stands before the sign is a name, else a path.
weir::RunInput SplitInput(const std::string& text) {
  const size_t sign = text.find('=');
  if (sign == std::string::npos || !IsName(text.substr(0, sign))) return {"", text};
  return {text.substr(0, sign), text.substr(sign + 1)};
}

weir::RunOutput SplitOutput(const std::string& text) {
  const size_t sign = text.find('=');
  if (sign == std::string::npos) return {text, ""};
  return {text.substr(0, sign), text.substr(sign + 1)};
}

void AddRunOptions(CLI::App* app, RunArguments* result, RunTexts* texts) {
  app->add_option("-i,--input", texts->inputs,
                  "Read events from PATH (- is standard input, the default); STREAM takes bare "
                  "events. May be given several times")
      ->type_name("[STREAM=]PATH")
      ->allow_extra_args(false);
  app->add_option("-o,--output", texts->outputs,
                  "Print a stream, query:NAME (expired rows included) or none; with a path, write "
                  "it there. May be given several times")
      ->type_name("WHAT[=PATH]")
      ->allow_extra_args(false);
  app->add_flag("--playback", result->compile.playback,
                "Run on event time: timestamps move the clock");
  app->add_option("--time", texts->times,
                  "Take the timestamp of STREAM's events from a long attribute (ms); implies "
                  "--playback")
      ->type_name("STREAM=ATTR")
      ->allow_extra_args(false);
  app->add_option("--format", texts->format, "What input lines are: any, bare or envelope")
      ->check(CLI::IsMember({"any", "bare", "envelope"}))
      ->type_name("FORMAT");
  app->add_flag("--strict-fields", result->run.strict_fields,
                "An unknown key makes a record bad, instead of being ignored");
  app->add_option("--errors", texts->errors,
                  "Bad records: skip (the default), stop (exit 65), or a file that takes them")
      ->type_name("skip|stop|FILE");
  app->add_option("--max-record-bytes", result->run.record_bytes_max,
                  "Longer lines are bad records (default 1048576)")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 30))
      ->type_name("N");
  app->add_flag("--bare", result->run.bare_output, "Print events without envelope (one output)");
  app->add_flag("--seq", result->run.sequence_numbers, "Number the rows of each output");
  app->add_option("--epoch-size", result->run.epoch_size,
                  "Messages worked on together, 1 to 4096: changes speed, never output")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  app->add_option("--at-eof", texts->at_eof, "At end of input: stop (the default)")
      ->check(CLI::IsMember({"stop", "flush"}))
      ->type_name("WHAT");
  app->add_option("--optimizer", texts->optimizer, "on (the default) or off: same output")
      ->check(CLI::IsMember({"on", "off"}))
      ->type_name("on|off");
  app->add_option("--state-dir", texts->state_dir)->group("");
}

Parsed Fail(const std::string& message) {
  UsageError(message);
  return Parsed::kUsage;
}

Parsed TakeApart(const RunTexts& texts, RunArguments* result) {
  if (!texts.state_dir.empty()) return Fail("not supported yet: --state-dir");
  if (texts.at_eof == "flush") return Fail("not supported yet: --at-eof flush");
  for (const std::string& input : texts.inputs) {
    result->run.inputs.push_back(SplitInput(input));
    if (result->run.inputs.back().path.empty()) return Fail("--input: no path in '" + input + "'");
  }
  for (const std::string& output : texts.outputs) {
    if (output == "none") {
      result->run.no_outputs = true;
      continue;
    }
    result->run.outputs.push_back(SplitOutput(output));
    const weir::RunOutput& split = result->run.outputs.back();
    if (split.what.empty() || output.back() == '=') {
      return Fail("--output: expected WHAT or WHAT=PATH, not '" + output + "'");
    }
  }
  if (result->run.no_outputs && !result->run.outputs.empty()) {
    return Fail("--output none excludes other outputs");
  }
  for (const std::string& time : texts.times) {
    const size_t sign = time.find('=');
    if (sign == std::string::npos || sign == 0 || sign + 1 == time.size()) {
      return Fail("--time: expected STREAM=ATTR, not '" + time + "'");
    }
    result->compile.time.push_back({time.substr(0, sign), time.substr(sign + 1)});
  }
  result->run.format = texts.format == "bare"       ? weir::LineFormat::kBare
                       : texts.format == "envelope" ? weir::LineFormat::kEnvelope
                                                    : weir::LineFormat::kAny;
  result->compile.optimize = texts.optimizer == "on";
  result->run.bad_records = texts.errors == "skip"   ? weir::BadRecordPolicy::kSkip
                            : texts.errors == "stop" ? weir::BadRecordPolicy::kStop
                                                     : weir::BadRecordPolicy::kFile;
  if (result->run.bad_records == weir::BadRecordPolicy::kFile) {
    result->run.bad_record_path = texts.errors;
  }
  return Parsed::kOk;
}

// The long options of a command.
std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (!option->get_group().empty()) names.push_back("--" + name);
    }
  }
  return names;
}

Parsed Unexpected(const CLI::App& app, const std::string& text) {
  if (text.empty() || text[0] != '-' || text == "-")
    return Fail("unexpected argument '" + text + "'");
  const std::string option = text.substr(0, text.find('='));
  const std::string near = weir::NearestText(option, OptionNames(app));
  return Fail("unknown option '" + option + "'" +
              (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

Parsed Parse(CLI::App* app, const Arguments& arguments) {
  app->get_formatter()->column_width(32);
  app->set_help_flag("-h,--help", "Print this and exit");
  app->allow_extras();  // reported with a guess of what was meant
  try {
    app->parse(Arguments(arguments.rbegin(), arguments.rend()));  // CLI11 takes them from the back
  } catch (const CLI::CallForHelp&) {
    std::cout << app->help();
    return Parsed::kHelp;
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> left = app->remaining();
    if (!left.empty()) return Unexpected(*app, left[0]);
    return Fail(error.what());
  }
  const std::vector<std::string> left = app->remaining();
  return left.empty() ? Parsed::kOk : Unexpected(*app, left[0]);
}

}  // namespace

int UsageError(const std::string& message) {
  std::cerr << "weir: " << message << "\n"
            << "Try 'weir help'.\n";
  return weir::ExitCode(weir::OutcomeCode::kUsage);
}

Parsed ParseRun(const Arguments& arguments, RunArguments* result) {
  CLI::App app("Runs an app: events in as JSON lines, results out as JSON lines.", "weir run");
  RunTexts texts;
  app.add_option("APP", result->app_path, "The app's file")->required()->type_name("");
  AddRunOptions(&app, result, &texts);
  app.footer(
      "Examples:\n"
      "  weir run fraud.sql --input Trades=trades.ndjson\n"
      "  weir run fraud.sql --time Trades=ts --output Alerts --output query:totals=totals.ndjson\n"
      "Input lines: {\"symbol\":\"IBM\",\"price\":75.6}\n"
      "             {\"stream\":\"Trades\",\"timestamp\":1000,\"event\":{\"symbol\":\"IBM\"}}\n"
      "             {\"stream\":\"Trades\",\"data\":[\"IBM\",75.6]}   {\"timestamp\":5000}");
  const Parsed parsed = Parse(&app, arguments);
  return parsed == Parsed::kOk ? TakeApart(texts, result) : parsed;
}

Parsed ParseOneLiner(const Arguments& arguments, RunArguments* result) {
  CLI::App app("Runs queries without a file; the stream `stdin` has the attributes of its lines.",
               "weir");
  RunTexts texts;
  app.add_option("-q,--query", result->query, "The queries")->required()->type_name("TEXT");
  AddRunOptions(&app, result, &texts);
  app.footer(
      "Example:\n"
      "  weir -q 'from stdin[price > 50] select symbol, price insert into Out;' < events.ndjson");
  const Parsed parsed = Parse(&app, arguments);
  return parsed == Parsed::kOk ? TakeApart(texts, result) : parsed;
}

Parsed ParseCheck(const Arguments& arguments, CheckArguments* result) {
  CLI::App app("Parses apps, checks names and types, runs nothing.", "weir check");
  std::string format = "text";
  app.add_option("APP", result->paths, "The apps' files")->required()->type_name("");
  app.add_option("--format", format, "text (on stderr, the default) or json (on stdout)")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
  app.add_flag("--deny-warnings", result->deny_warnings, "Exit 1 if there is a warning");
  app.footer("Example:\n  weir check queries/*.sql");
  const Parsed parsed = Parse(&app, arguments);
  result->json = format == "json";
  return parsed;
}

Parsed ParseTest(const Arguments& arguments, weir::GoldenOptions* result) {
  CLI::App app(
      "Runs tests: each file has an app (or names one), timed input and all that must come out.",
      "weir test");
  std::string format = "text";
  app.add_option("PATH", result->paths, "A .test file, or a folder of them")
      ->required()
      ->type_name("...");
  app.add_flag("--rewrite", result->rewrite, "Put in what comes out; read the diff afterwards");
  app.add_option("--format", format, "text (the default), tap or junit")
      ->check(CLI::IsMember({"text", "tap", "junit"}))
      ->type_name("FORMAT");
  app.add_option("--mode", result->mode, "Only one of the modes: plain, epoch=1, ...")
      ->type_name("MODE");
  app.add_option("--only", result->only, "Only the N-th app of each file")
      ->check(CLI::Range(1, 1 << 30))
      ->type_name("N");
  app.footer(
      "Every file runs under several modes, which must all give the same bytes: flushed after\n"
      "each step, in epochs of 1, 3 and 2048 messages, without the optimizer, printed and parsed\n"
      "again. Exit code 1 if a test failed.\n\n"
      "Example:\n  weir new fraud && weir test fraud.test");
  const Parsed parsed = Parse(&app, arguments);
  if (parsed != Parsed::kOk) return parsed;
  result->format = format == "tap"     ? weir::GoldenFormat::kTap
                   : format == "junit" ? weir::GoldenFormat::kJunit
                                       : weir::GoldenFormat::kText;
  const weir::Outcome checked = weir::CheckGoldenOptions(*result);
  return checked.ok() ? Parsed::kOk : Fail(checked.message());
}

Parsed ParseExplain(const Arguments& arguments, ExplainArguments* result) {
  CLI::App app("Shows the plan of an app: operators, their arrows, lockstep islands.",
               "weir explain");
  std::string optimizer = "on";
  app.add_option("APP", result->path, "The app's file")->required()->type_name("");
  app.add_option("--format", result->format, "text (the default), dot, mermaid or json")
      ->check(CLI::IsMember({"text", "dot", "mermaid", "json"}))
      ->type_name("FORMAT");
  app.add_option("--optimizer", optimizer, "on (the default) or off")
      ->check(CLI::IsMember({"on", "off"}))
      ->type_name("on|off");
  app.footer("Example:\n  weir explain fraud.sql --format dot | dot -Tsvg > fraud.svg");
  const Parsed parsed = Parse(&app, arguments);
  result->compile.optimize = optimizer == "on";
  return parsed;
}
