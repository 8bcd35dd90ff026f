#include <deque>
#include <iostream>
#include <mutex>
#include <vector>

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

void ReportAll(const weir::CompileResult& compiled) {
  for (const weir::AppDiagnostic& diagnostic : compiled.diagnostics) ReportDiagnostic(diagnostic);
}

// Runs what was compiled, or says why it cannot be.
int Run(const weir::CompileResult& compiled, RunArguments* arguments) {
  ReportAll(compiled);
  if (compiled.app == nullptr) return Refused(compiled);
  arguments->run.report = Report;
  if (StderrIsTerminal()) {
    arguments->run.progress = ShowProgress;
    arguments->run.replay_progress = ShowReplayProgress;
  }
  return Finish(weir::RunApp(compiled.app, arguments->run));
}

// How far several apps are, in one line.
class JointProgress {
 public:
  explicit JointProgress(size_t apps) : apps_(apps) {}

  void Show(size_t app, uint64_t events, uint64_t bytes, uint64_t elapsed_ms) {
    const std::lock_guard<std::mutex> lock(mutex_);
    apps_[app] = {events, bytes};
    uint64_t all_events = 0, all_bytes = 0;
    for (const auto& [one_events, one_bytes] : apps_) {
      all_events += one_events;
      all_bytes += one_bytes;
    }
    ShowProgress(all_events, all_bytes, elapsed_ms);
  }

 private:
  std::mutex mutex_;
  std::vector<std::pair<uint64_t, uint64_t>> apps_;  // events and bytes of each
};

// The same with several apps; none runs unless all can.
int RunAll(const std::vector<weir::CompileResult>& compiled, std::deque<RunArguments>* arguments) {
  std::vector<weir::NamedRun> runs;
  JointProgress progress(compiled.size());
  int refused = 0;
  for (size_t i = 0; i < compiled.size(); ++i) {
    ReportAll(compiled[i]);
    if (compiled[i].app == nullptr && refused == 0) refused = Refused(compiled[i]);
    RunArguments& one = (*arguments)[i];
    one.run.report = [name = one.name](std::string_view line) {
      Report(name + ": " + std::string(line));
    };
    if (StderrIsTerminal()) {
      one.run.progress = [&progress, i](uint64_t events, uint64_t bytes, uint64_t elapsed_ms) {
        progress.Show(i, events, bytes, elapsed_ms);
      };
    }
    runs.push_back({compiled[i].app, one.run});
  }
  return refused != 0 ? refused : Finish(weir::RunApps(runs));
}

// The app as its file is now; null after saying why it cannot be. One of several apps at a time.
std::shared_ptr<const weir::App> ReadAgain(const RunArguments& arguments) {
  static std::mutex reading;
  const std::lock_guard<std::mutex> lock(reading);
  std::string text;
  const weir::Outcome read = ReadTextFile(arguments.app_path, &text);
  weir::CompileResult compiled;
  if (read.ok()) {
    compiled = weir::CompileApp(text, arguments.compile);
    ReportAll(compiled);
  }
  if (compiled.app == nullptr) {
    Report((arguments.name.empty() ? "weir" : arguments.name) +
           ": not reloaded, the app goes on as it was" + (read.ok() ? "" : ": " + read.message()));
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
  std::deque<RunArguments> apps;
  const weir::Outcome taken = TakeRun(settings, &apps);
  if (!taken.ok()) return UsageError(taken.message());
  weir::UseHugePages();
  weir::StopRequest& stop = StopOnSignals();
  std::deque<weir::StopRequest>& reload = ReloadOnSignal(apps.size());
  std::vector<weir::CompileResult> compiled;
  for (size_t i = 0; i < apps.size(); ++i) {
    RunArguments& one = apps[i];
    std::string text;
    const weir::Outcome read = ReadTextFile(one.app_path, &text);
    if (!read.ok()) return Finish(read);
    one.compile.file_name = one.app_path;
    one.run.stop = &stop;
    one.run.reload = &reload[i];
    one.run.reloaded_app = [&one] { return ReadAgain(one); };
    compiled.push_back(weir::CompileApp(text, one.compile));
  }
  return apps.size() == 1 ? Run(compiled[0], &apps[0]) : RunAll(compiled, &apps);
}

int OneLinerCommand(const Settings& settings) {
  RunArguments parsed;
  const weir::Outcome taken = TakeOneLiner(settings, &parsed);
  if (!taken.ok()) return UsageError(taken.message());
  weir::StopRequest& stop = StopOnSignals();
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
