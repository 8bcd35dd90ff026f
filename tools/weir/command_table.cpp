#include "command_table.h"

#include <cctype>

#include "commands.h"

namespace {

// Shared by `run` and `-q`, as those of RunOptionSpecs.
const std::vector<OptionSpec>& StateOptionSpecs() {
  static const std::vector<OptionSpec> options = {
      {.name = "state-dir",
       .value = "DIR",
       .is_path = true,
       .section = "run",
       .help = "Keep the state there: after a crash, the same command goes on where it was"},
      {.name = "sync",
       .choices = "epoch|interval|none",
       .initial = "interval",
       .section = "run",
       .help = "When logged events are safe from a power cut: before they are processed, within "
               "0.1 s, or when the system likes"},
      {.name = "snapshot-interval",
       .value = "TIME",
       .section = "run",
       .help = "Take a snapshot of the state so often, as 30s or 5m; 0 is at the end only (default "
               "@app:snapshot, else 30s)"},
      {.name = "log-retention",
       .value = "BYTES",
       .initial = "0",
       .section = "run",
       .help = "Keep so much of the log beyond what recovery needs, as 10G, for `weir replay`"},
      {.name = "state-key-file",
       .value = "FILE",
       .is_path = true,
       .section = "run",
       .help = "Seal what is stored with the key in FILE; older keys may follow it"},
      {.name = "state-key-env",
       .value = "NAME",
       .section = "run",
       .help = "The same, with the key in the environment variable NAME"},
      {.name = "migrate",
       .help = "The state may be that of another app: keep what has the same name and shape"},
      {.name = "dead-letters",
       .value = "DIR",
       .is_path = true,
       .section = "run",
       .help = "Keep events there that could not be delivered or processed, where the app asks for "
               "it (default: in the state directory)"},
      {.name = "resume-from",
       .value = "[OUTPUT=]N",
       .is_list = true,
       .help = "Leave out rows up to number N (--seq), which were received before a crash"},
      {.name = "stats",
       .section = "run",
       .help = "Say at the end what log, snapshots and recovery took"},
      {.name = "insecure",
       .section = "run",
       .help = "Sources and sinks of the app may use plain text on addresses that are not this "
               "machine's own"},
  };
  return options;
}

const std::vector<OptionSpec>& StreamOptionSpecs() {
  static const std::vector<OptionSpec> options = {
      {.name = "input",
       .letter = 'i',
       .value = "[STREAM=]PATH",
       .is_path = true,
       .is_list = true,
       .section = "run",
       .help = "Read events from PATH (- is standard input, read if there is no --input); STREAM "
               "takes bare events. May be given several times"},
      {.name = "output",
       .letter = 'o',
       .value = "WHAT[=PATH]",
       .is_path = true,
       .is_list = true,
       .section = "run",
       .help = "Print a stream, query:NAME (expired rows included) or none; with a path, write it "
               "there. May be given several times"},
      {.name = "playback",
       .section = "run",
       .help = "Run on event time: timestamps move the clock"},
      {.name = "time",
       .value = "STREAM=ATTR",
       .is_list = true,
       .section = "run",
       .help = "Take the timestamp of STREAM's events from a long attribute (ms); implies "
               "--playback"},
  };
  return options;
}

const std::vector<OptionSpec>& RunOptionSpecs() {
  static const std::vector<OptionSpec> options = {
      {.name = "format",
       .choices = "any|bare|envelope",
       .initial = "any",
       .section = "run",
       .help = "What input lines are"},
      {.name = "strict-fields",
       .section = "run",
       .help = "An unknown key makes a record bad, instead of being ignored"},
      {.name = "errors",
       .value = "skip|stop|FILE",
       .initial = "skip",
       .is_path = true,
       .section = "run",
       .help = "Bad records: skip them, stop (exit 65), or write them to a file"},
      {.name = "max-record-bytes",
       .value = "N",
       .least = 1,
       .most = uint64_t{1} << 30,
       .initial = "1048576",
       .section = "run",
       .help = "Longer lines are bad records"},
      {.name = "bare", .section = "run", .help = "Print events without envelope (one output)"},
      {.name = "seq", .section = "run", .help = "Number the rows of each output"},
      {.name = "epoch-size",
       .value = "N",
       .least = 1,
       .most = 4096,
       .initial = "2048",
       .section = "run",
       .help = "Messages worked on together: changes speed, never output"},
      {.name = "at-eof",
       .choices = "stop|flush",
       .initial = "stop",
       .section = "run",
       .help = "What happens at the end of input"},
      {.name = "optimizer",
       .choices = "on|off",
       .initial = "on",
       .section = "run",
       .help = "Improve the plan: same output"},
  };
  return options;
}

constexpr OptionSpec kConfig = {
    .name = "config",
    .value = "FILE",
    .is_path = true,
    .help = "Take settings from FILE, not from the user's or the machine's configuration"};

std::vector<OptionSpec> WithConfig(std::vector<OptionSpec> options) {
  options.push_back(kConfig);
  return options;
}

std::vector<OptionSpec> AllRunOptions() {
  std::vector<OptionSpec> options = StreamOptionSpecs();
  for (const std::vector<OptionSpec>* more : {&RunOptionSpecs(), &StateOptionSpecs()}) {
    options.insert(options.end(), more->begin(), more->end());
  }
  return options;
}

CommandSpec Run() {
  return {.name = "run",
          .summary = "run an app: events in, results out",
          .description =
              "Runs an app: events in as JSON lines, results out as JSON lines. Several apps run "
              "together, a thread\neach.",
          .operand = "APP",
          .operand_help = "The app's file, or several",
          .operands = OperandCount::kMany,
          .options = WithConfig(AllRunOptions()),
          .notes =
              "Examples:\n"
              "  weir run fraud.sql --input Trades=trades.ndjson\n"
              "  weir run fraud.sql --time Trades=ts --output Alerts --output "
              "query:totals=totals.ndjson\n"
              "Input lines: {\"symbol\":\"IBM\",\"price\":75.6}\n"
              "             {\"stream\":\"Trades\",\"timestamp\":1000,"
              "\"event\":{\"symbol\":\"IBM\"}}\n"
              "             {\"stream\":\"Trades\",\"data\":[\"IBM\",75.6]}   "
              "{\"timestamp\":5000}\n"
              "Several apps are called by the names of their files. What is for one of them begins "
              "with its name:\n--input fraud.Trades=trades.ndjson --output fraud.Alerts "
              "--time fraud.Trades=ts --resume-from\nfraud.Alerts=7. Rows begin with "
              "\"app\":\"fraud\", messages with fraud:, and its state is in a folder of\nthat "
              "name below --state-dir (dead letters below --dead-letters). Topics of sources and "
              "sinks of the type inMemory are "
              "shared. At the first\nfailure of one the others stop as if asked to; the exit "
              "code is that of the failure.\n"
              "SIGHUP reads the app's file again and goes on as what it says now, with inputs and "
              "sinks left\nopen. Queries keep their state by name; a wrong file is told, and the "
              "app goes on as it was.",
          .run = RunCommand};
}

CommandSpec OneLiner() {
  std::vector<OptionSpec> options = {{.name = "query",
                                      .letter = 'q',
                                      .value = "TEXT",
                                      .is_required = true,
                                      .help = "The queries"}};
  for (const OptionSpec& option : AllRunOptions()) options.push_back(option);
  return {.name = "-q",
          .summary = "run queries given as text over standard input, no file needed",
          .description =
              "Runs queries without a file; the stream `stdin` has the attributes of "
              "its lines.",
          .options = WithConfig(std::move(options)),
          .notes =
              "Example:\n"
              "  weir -q 'from stdin[price > 50] select symbol, price insert into Out;' < "
              "events.ndjson",
          .run = OneLinerCommand};
}

// The options of `run` with these names; a default that is set for `run` holds here too.
std::vector<OptionSpec> OfRun(const std::vector<std::string_view>& names) {
  std::vector<OptionSpec> options;
  for (const OptionSpec& option : AllRunOptions()) {
    for (const std::string_view name : names) {
      if (option.name == name) options.push_back(option);
    }
  }
  return options;
}

// Where a state directory is, and how to open what is sealed.
std::vector<OptionSpec> StateOptions(bool with_span, std::vector<OptionSpec> more) {
  std::vector<OptionSpec> options = {{.name = "state-dir",
                                      .value = "DIR",
                                      .is_path = true,
                                      .section = "run",
                                      .help = "The directory; nothing in it is changed"},
                                     {.name = "state-key-file",
                                      .value = "FILE",
                                      .is_path = true,
                                      .section = "run",
                                      .help = "Open what is sealed with the keys in FILE"},
                                     {.name = "state-key-env",
                                      .value = "NAME",
                                      .section = "run",
                                      .help = "The same, with the keys in the environment "
                                              "variable NAME"}};
  constexpr uint64_t kMost = uint64_t{1} << 62;
  if (with_span) {
    options.push_back({.name = "from",
                       .value = "N",
                       .least = 1,
                       .most = kMost,
                       .help = "From record N of the log (default: the first that is there)"});
    options.push_back({.name = "to",
                       .value = "N",
                       .least = 1,
                       .most = kMost,
                       .help = "Up to record N (default: the last)"});
  }
  options.insert(options.end(), more.begin(), more.end());
  return WithConfig(options);
}

CommandSpec Log() {
  return {.name = "log",
          .summary = "look into the log of a state directory",
          .description =
              "Looks into the log of a state directory, also while a run writes to it. ls: its "
              "files; show: what\nwas logged, as lines that `weir run` takes as input; verify: "
              "reads all, tells what is damaged\n(exit 74).",
          .operand = "ACTION",
          .operand_help = "ls, show or verify",
          .operands = OperandCount::kOne,
          .operand_choices = "ls|show|verify",
          .options = StateOptions(
              true, {{.name = "numbers", .help = "show: begin each line with \"record\":N"}}),
          .notes =
              "Output is JSON lines. Queries that change nothing are not logged. What an app "
              "on the wall clock\nlogged is run again with --playback.\n\n"
              "Example:\n  weir log show --state-dir state | weir run fraud.sql --playback",
          .run = LogCommand};
}

CommandSpec Snapshot() {
  return {.name = "snapshot",
          .summary = "look into the snapshots of a state directory",
          .description =
              "Looks into the snapshots of a state directory, of which no run makes use (else exit "
              "75). ls: the\nlatest two; show: what is in one, by query and by operator; verify: "
              "reads all (exit 74).",
          .operand = "ACTION",
          .operand_help = "ls, show or verify",
          .operands = OperandCount::kOne,
          .operand_choices = "ls|show|verify",
          .options = StateOptions(false, {{.name = "number",
                                           .value = "N",
                                           .least = 1,
                                           .most = uint64_t{1} << 62,
                                           .help = "show: snapshot N, not the newest"}}),
          .notes = "Output is JSON lines.\n\nExample:\n  weir snapshot show --state-dir state",
          .run = SnapshotCommand};
}

CommandSpec Replay() {
  std::vector<OptionSpec> more = {{.name = "app",
                                   .value = "FILE",
                                   .is_path = true,
                                   .help = "Another app to run it through; its streams need not "
                                           "be the same"}};
  const std::vector<OptionSpec> run = OfRun({"output", "bare", "seq"});
  more.insert(more.end(), run.begin(), run.end());
  return {.name = "replay",
          .summary = "run what was logged again, also through another app",
          .description =
              "Runs what was logged again: through the same app, whose output comes again byte for "
              "byte, or\nthrough another one. Records before --from are run without output.",
          .options = StateOptions(true, more),
          .notes =
              "`weir run --log-retention` says how much of the log is kept. A replay begins "
              "with the newest\nsnapshot of the same app before --from, if there is one.\n\n"
              "Example:\n  weir replay --state-dir state --app new_rule.sql",
          .run = ReplayCommand};
}

CommandSpec DeadLetters() {
  constexpr uint64_t kMost = uint64_t{1} << 62;
  std::vector<OptionSpec> options = {
      {.name = "from",
       .value = "N",
       .least = 1,
       .most = kMost,
       .help = "From letter N (default: the first that is there)"},
      {.name = "to",
       .value = "N",
       .least = 1,
       .most = kMost,
       .help = "Up to letter N (default: the last)"},
      {.name = "stream", .value = "NAME", .help = "Only letters of this stream"},
      {.name = "events", .help = "show: as lines that `weir run` takes as input"},
      {.name = "app",
       .value = "FILE",
       .is_path = true,
       .help = "replay: the app whose sinks are used (default: the one of the state directory)"}};
  const std::vector<OptionSpec> run =
      OfRun({"dead-letters", "state-dir", "state-key-file", "state-key-env", "insecure"});
  options.insert(options.begin(), run.begin(), run.end());
  return {
      .name = "deadletters",
      .summary = "list events that were not delivered, send them again or drop them",
      .description =
          "Looks after events that a sink with on.error='STORE' could not deliver, or that a "
          "query behind a\nstream with @OnError(action='STORE') could not process. ls: how many, "
          "of which sink; show: each\nof them; replay: sends them to their sinks, and drops what "
          "was delivered (else exit 74); drop: drops\nthem. All of it also while a run adds "
          "more.",
      .operand = "ACTION",
      .operand_help = "ls, show, replay or drop",
      .operands = OperandCount::kOne,
      .operand_choices = "ls|show|replay|drop",
      .options = WithConfig(std::move(options)),
      .notes =
          "Output is JSON lines. What a query could not process is not replayed: show it with "
          "--events and\nlet an app that can read it.\n\n"
          "Examples:\n  weir deadletters replay --state-dir state\n"
          "  weir deadletters show --events --stream Orders --dead-letters dead | weir run "
          "fixed.sql",
      .run = DeadLettersCommand};
}

CommandSpec Check() {
  return {
      .name = "check",
      .summary = "parse apps, check names and types, run nothing",
      .description = "Parses apps, checks names and types, runs nothing.",
      .operand = "APP",
      .operand_help = "The apps' files",
      .operands = OperandCount::kMany,
      .options = WithConfig(
          {{.name = "format",
            .choices = "text|json",
            .initial = "text",
            .section = "check",
            .help = "Findings as text on standard error, or as JSON on "
                    "standard output"},
           {.name = "deny-warnings", .section = "check", .help = "Exit 1 if there is a warning"}}),
      .notes = "Example:\n  weir check queries/*.sql",
      .run = CheckCommand};
}

CommandSpec Explain() {
  return {.name = "explain",
          .summary = "show the plan of an app",
          .description = "Shows the plan of an app: operators, their arrows, lockstep islands.",
          .operand = "APP",
          .operand_help = "The app's file",
          .operands = OperandCount::kOne,
          .options = WithConfig({{.name = "format",
                                  .choices = "text|dot|mermaid|json",
                                  .initial = "text",
                                  .section = "explain",
                                  .help = "How the plan is written"},
                                 {.name = "optimizer",
                                  .choices = "on|off",
                                  .initial = "on",
                                  .section = "explain",
                                  .help = "Show the improved plan"}}),
          .notes = "Example:\n  weir explain fraud.sql --format dot | dot -Tsvg > fraud.svg",
          .run = ExplainCommand};
}

CommandSpec Test() {
  return {
      .name = "test",
      .summary = "run .test files: an app, timed input, expected output",
      .description =
          "Runs tests: each file has an app (or names one), timed input and all "
          "that must come out.",
      .operand = "PATH",
      .operand_help = "A .test file, or a folder of them",
      .operands = OperandCount::kMany,
      .options = WithConfig(
          {{.name = "rewrite", .help = "Put in what comes out; read the diff afterwards"},
           {.name = "format",
            .choices = "text|tap|junit",
            .initial = "text",
            .section = "test",
            .help = "How results are written"},
           {.name = "mode", .value = "MODE", .help = "Only one of the modes: plain, epoch=1, ..."},
           {.name = "only",
            .value = "N",
            .least = 1,
            .most = uint64_t{1} << 30,
            .help = "Only the N-th app of each file"}}),
      .notes =
          "Every file runs under several modes, which must all give the same bytes: "
          "flushed after\neach step, in epochs of 1, 3 and 2048 messages, without the "
          "optimizer, printed and parsed\nagain. Exit code 1 if a test failed.\n\n"
          "Example:\n  weir new fraud && weir test fraud.test",
      .run = TestCommand};
}

CommandSpec Repl() {
  return {.name = "repl",
          .summary = "try an app: define, send, move the clock, ask",
          .description =
              "Reads statements and dot commands and answers them at once. The clock "
              "stands still until an event\nor `.clock` moves it.",
          .operand = "APP",
          .operand_help = "An app to begin with",
          .operands = OperandCount::kOptional,
          .options = WithConfig({{.name = "mode",
                                  .choices = "auto|table|json|csv",
                                  .initial = "auto",
                                  .section = "repl",
                                  .help = "How rows are shown; auto is a table on a terminal, "
                                          "else json"}}),
          .notes =
              "`.help` lists the dot commands. From a pipe, results go to standard output and "
              "errors to standard\nerror; exit code 1 if there was one.\n\n"
              "Example:\n  weir repl fraud.sql",
          .run = ReplCommand};
}

CommandSpec New() {
  return {.name = "new",
          .summary = "make an app, sample events and a test to begin with",
          .description =
              "Makes NAME.sql, NAME.ndjson and NAME.test to begin with: a commented "
              "app, sample events and\na test that passes.",
          .operand = "NAME",
          .operand_help = "Letters, digits, _ and -",
          .operands = OperandCount::kOne,
          .notes = "Example:\n  weir new fraud && weir test fraud.test",
          .run = NewCommand};
}

CommandSpec Config() {
  return {.name = "config",
          .summary = "show the settings that hold and where they come from",
          .description =
              "Shows the settings of all commands, as they would stand in a "
              "configuration file.",
          .operand = "ACTION",
          .operand_help = "show",
          .operands = OperandCount::kOne,
          .operand_choices = "show",
          .options = WithConfig({{.name = "origin",
                                  .help = "Say of each where it comes from: default, FILE:LINE "
                                          "or the environment variable"}}),
          .notes =
              "`weir help options` lists the settings. Passwords in addresses are not shown."
              "\n\nExample:\n  weir config show --origin",
          .run = ConfigCommand};
}

CommandSpec Completion() {
  return {.name = "completion",
          .summary = "print a script that lets a shell complete the command line",
          .description =
              "Prints a script that lets a shell complete commands, options and their "
              "values.",
          .operand = "SHELL",
          .operand_help = "bash, zsh or fish",
          .operands = OperandCount::kOne,
          .operand_choices = "bash|zsh|fish",
          .notes = "Example:\n  source <(weir completion bash)",
          .run = CompletionCommand};
}

CommandSpec Help() {
  return {.name = "help",
          .summary = "explain a command, a part of the language or a built-in",
          .description = "Explains a command, a part of the language or a built-in.",
          .operand = "NAME",
          .operand_help = "What to explain; `weir help` lists it",
          .operands = OperandCount::kOptional,
          .run = HelpCommand};
}

}  // namespace

std::string OptionSpec::key() const {
  if (section.empty()) return "";
  return section == "-" ? std::string(name) : std::string(section) + "." + std::string(name);
}

std::string OptionSpec::variable() const {
  if (section.empty()) return "";
  std::string result = "WEIR_";
  for (const char c : key()) {
    const bool is_part = std::isalnum(static_cast<unsigned char>(c)) != 0;
    result += is_part ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
  }
  return result;
}

const OptionSpec* CommandSpec::Find(std::string_view option) const {
  for (const OptionSpec& spec : options) {
    if (spec.name == option) return &spec;
  }
  return nullptr;
}

const std::vector<CommandSpec>& Commands() {
  static const std::vector<CommandSpec> commands = {
      Run(),         OneLiner(), Check(), Explain(), Log(),    Snapshot(),   Replay(),
      DeadLetters(), Test(),     Repl(),  New(),     Config(), Completion(), Help()};
  return commands;
}

const CommandSpec* FindCommand(std::string_view name) {
  for (const CommandSpec& command : Commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::vector<std::string_view> SplitChoices(std::string_view choices) {
  std::vector<std::string_view> result;
  while (!choices.empty()) {
    const size_t end = choices.find('|');
    result.push_back(choices.substr(0, end));
    choices.remove_prefix(end == std::string_view::npos ? choices.size() : end + 1);
  }
  return result;
}

std::string JoinChoices(std::string_view choices) {
  const std::vector<std::string_view> all = SplitChoices(choices);
  std::string result;
  for (size_t i = 0; i < all.size(); ++i) {
    if (i > 0) result += i + 1 == all.size() ? " or " : ", ";
    result += all[i];
  }
  return result;
}
