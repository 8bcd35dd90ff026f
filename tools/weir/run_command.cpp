#include <iostream>

#include "arguments.h"
#include "command_line.h"
#include "commands.h"
#include "console.h"
#include "stop_signals.h"
#include "text_file.h"
#include "weir/huge_pages.h"

namespace {

using weir::ExitCode;
using weir::OutcomeCode;

int Finish(const weir::Outcome& outcome) {
  ClearProgress();
  if (!outcome.ok()) Report("weir: " + outcome.message());
  if (outcome.code() == OutcomeCode::kUsage) std::cerr << "Try 'weir help run'.\n";
  return ExitCode(outcome.code());
}

int Refused(const weir::CompileResult& compiled) {
  for (const weir::AppDiagnostic& diagnostic : compiled.diagnostics) {
    if (diagnostic.kind == weir::DiagnosticKind::kUsage) return ExitCode(OutcomeCode::kUsage);
  }
  return ExitCode(OutcomeCode::kAppRefused);
}

// Runs what was compiled, or says why it cannot be.
int Run(const weir::CompileResult& compiled, RunArguments* arguments) {
  for (const weir::AppDiagnostic& diagnostic : compiled.diagnostics) ReportDiagnostic(diagnostic);
  if (compiled.app == nullptr) return Refused(compiled);
  arguments->run.report = Report;
  if (StderrIsTerminal()) {
    arguments->run.progress = ShowProgress;
    arguments->run.replay_progress = ShowReplayProgress;
  }
  return Finish(weir::RunApp(compiled.app, arguments->run));
}

// The app as its file is now; null after saying why it cannot be.
std::shared_ptr<const weir::App> ReadAgain(const RunArguments& arguments) {
  std::string text;
  const weir::Outcome read = ReadTextFile(arguments.app_path, &text);
  weir::CompileResult compiled;
  if (read.ok()) {
    compiled = weir::CompileApp(text, arguments.compile);
    for (const weir::AppDiagnostic& diagnostic : compiled.diagnostics) {
      ReportDiagnostic(diagnostic);
    }
  }
  if (compiled.app == nullptr) {
    Report("weir: not reloaded, the app goes on as it was" +
           (read.ok() ? "" : ": " + read.message()));
  }
  return compiled.app;
}

bool OnlyBindingErrors(const weir::CompileResult& compiled) {
  for (const weir::AppDiagnostic& diagnostic : compiled.diagnostics) {
    if (diagnostic.kind == weir::DiagnosticKind::kSyntax) return false;
  }
  return true;
}

}  // namespace

int RunCommand(const Settings& settings) {
  RunArguments parsed;
  const weir::Outcome taken = TakeRun(settings, &parsed);
  if (!taken.ok()) return UsageError(taken.message());
  weir::UseHugePages();
  weir::StopRequest stop;
  HandleStopSignals(&stop);
  parsed.run.stop = &stop;
  std::string text;
  const weir::Outcome read = ReadTextFile(parsed.app_path, &text);
  if (!read.ok()) return Finish(read);
  parsed.compile.file_name = parsed.app_path;
  weir::StopRequest reload;
  HandleReloadSignal(&reload);
  parsed.run.reload = &reload;
  parsed.run.reloaded_app = [&parsed] { return ReadAgain(parsed); };
  return Run(weir::CompileApp(text, parsed.compile), &parsed);
}

int OneLinerCommand(const Settings& settings) {
  RunArguments parsed;
  const weir::Outcome taken = TakeOneLiner(settings, &parsed);
  if (!taken.ok()) return UsageError(taken.message());
  weir::StopRequest stop;
  HandleStopSignals(&stop);
  parsed.run.stop = &stop;
  if (parsed.run.inputs.empty()) parsed.run.inputs.push_back({"", "-"});
  std::string& path = parsed.run.inputs[0].path;
  TakePipeAsStdin(&path);  // the lines that tell the schema are not there a second time
  weir::StreamShape shape;
  const weir::Outcome inferred =
      weir::InferStream(path, "stdin", &stop, &shape, &parsed.run.stdin_prefix);
  if (!inferred.ok()) return Finish(inferred);
  parsed.compile.file_name = "query";
  if (!shape.attributes.empty()) parsed.compile.streams.push_back(shape);
  const weir::CompileResult compiled = weir::CompileApp(parsed.query, parsed.compile);
  // Without events nothing is known about their attributes, and there is nothing to do.
  const bool nothing_to_do =
      compiled.app == nullptr && shape.attributes.empty() && OnlyBindingErrors(compiled);
  return nothing_to_do ? 0 : Run(compiled, &parsed);
}
