// weir log, weir snapshot, weir replay, weir deadletters: what a state directory holds.

#include <csignal>
#include <iostream>

#include "arguments.h"
#include "command_line.h"
#include "commands.h"
#include "console.h"
#include "standard_output.h"
#include "stop_signals.h"
#include "text_file.h"
#include "weir/state.h"

namespace {

using weir::ExitCode;
using weir::Outcome;
using weir::OutcomeCode;

int Finish(const Outcome& outcome) {
  if (!outcome.ok()) Report("weir: " + outcome.message());
  return ExitCode(outcome.code());
}

// Prints the lines that `look` gives.
template <class Look>
int Print(const Look& look) {
  std::signal(SIGPIPE, SIG_IGN);  // seen as a failed write
  StandardOutput output;
  const Outcome looked = look([&](std::string_view line) { return output.Write(line); });
  const Outcome written = output.Flush();
  return Finish(looked.ok() ? written : looked);
}

// The app whose state it is, or that of the file, if one is named.
weir::CompileResult CompileFor(const weir::StateLocation& state, const std::string& path,
                               Outcome* outcome) {
  weir::StoredApp stored;
  if (!state.directory.empty()) *outcome = weir::ReadStoredApp(state, &stored);
  if (outcome->ok() && !path.empty()) {
    stored.options.file_name = path;
    stored.options.time.clear();  // timestamps were logged
    stored.options.playback = stored.event_time;
    stored.text.clear();
    *outcome = ReadTextFile(path, &stored.text);
  }
  if (!outcome->ok()) return {};
  return weir::CompileApp(stored.text, stored.options);
}

int ReplayLetters(DeadLettersArguments* arguments) {
  const weir::DeadLetterLocation& location = arguments->options.location;
  weir::StateLocation state;
  if (arguments->app_path.empty()) {
    state = {location.state_directory, location.key_file, location.key_variable};
  }
  weir::StopRequest& stop = StopOnSignals();
  arguments->options.stop = &stop;
  arguments->options.report = Report;
  Outcome outcome;
  const weir::CompileResult compiled = CompileFor(state, arguments->app_path, &outcome);
  if (!outcome.ok()) return Finish(outcome);
  for (const weir::AppDiagnostic& diagnostic : compiled.diagnostics) ReportDiagnostic(diagnostic);
  if (compiled.app == nullptr) return ExitCode(OutcomeCode::kAppRefused);
  return Print([&](const weir::LineSink& out) {
    return weir::ReplayDeadLetters(compiled.app, arguments->options, out);
  });
}

}  // namespace

int LogCommand(const Settings& settings) {
  LogArguments arguments;
  const Outcome taken = TakeLog(settings, &arguments);
  if (!taken.ok()) return UsageError(taken.message());
  return Print([&](const weir::LineSink& out) {
    if (arguments.action == "ls") return weir::ListLog(arguments.state, arguments.span, out);
    if (arguments.action == "verify") {
      return weir::VerifyLog(arguments.state, arguments.span, out);
    }
    return weir::ShowLog(arguments.state, arguments.span, arguments.numbers, out);
  });
}

int SnapshotCommand(const Settings& settings) {
  SnapshotArguments arguments;
  const Outcome taken = TakeSnapshot(settings, &arguments);
  if (!taken.ok()) return UsageError(taken.message());
  return Print([&](const weir::LineSink& out) {
    if (arguments.action == "ls") return weir::ListSnapshots(arguments.state, out);
    if (arguments.action == "verify") return weir::VerifySnapshots(arguments.state, out);
    return weir::ShowSnapshot(arguments.state, arguments.number, out);
  });
}

int ReplayCommand(const Settings& settings) {
  ReplayArguments arguments;
  const Outcome taken = TakeReplay(settings, &arguments);
  if (!taken.ok()) return UsageError(taken.message());
  weir::StopRequest& stop = StopOnSignals();
  arguments.replay.stop = &stop;
  arguments.replay.report = Report;
  Outcome outcome;
  const weir::CompileResult compiled =
      CompileFor(arguments.replay.state, arguments.app_path, &outcome);
  if (!outcome.ok()) return Finish(outcome);
  for (const weir::AppDiagnostic& diagnostic : compiled.diagnostics) ReportDiagnostic(diagnostic);
  if (compiled.app == nullptr) return ExitCode(OutcomeCode::kAppRefused);
  return Finish(weir::ReplayLog(compiled.app, arguments.replay));
}

int DeadLettersCommand(const Settings& settings) {
  DeadLettersArguments arguments;
  const Outcome taken = TakeDeadLetters(settings, &arguments);
  if (!taken.ok()) return UsageError(taken.message());
  if (arguments.action == "replay") return ReplayLetters(&arguments);
  const weir::DeadLetterLocation& location = arguments.options.location;
  const weir::DeadLetterRange& range = arguments.options.range;
  return Print([&](const weir::LineSink& out) {
    if (arguments.action == "ls") return weir::ListDeadLetters(location, range, out);
    if (arguments.action == "drop") return weir::DropDeadLetters(location, range, out);
    return weir::ShowDeadLetters(location, range, arguments.events, out);
  });
}
