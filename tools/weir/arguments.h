#pragma once

#include <deque>
#include <string>
#include <vector>

#include "settings.h"
#include "testing/golden_runner.h"
#include "weir/app.h"
#include "weir/dead_letters.h"
#include "weir/outcome.h"
#include "weir/run.h"
#include "weir/state.h"

// What commands are asked to do, checked as far as that needs no app.

// `weir run` and `weir -q`.
struct RunArguments {
  std::string app_path;  // run
  std::string name;      // of one of several apps; else empty
  std::string query;     // -q
  weir::CompileOptions compile;
  weir::RunOptions run;
};

struct CheckArguments {
  std::vector<std::string> paths;
  bool json = false;
  bool deny_warnings = false;
};

struct ExplainArguments {
  std::string path;
  std::string format;
  weir::CompileOptions compile;
};

struct LogArguments {
  std::string action;  // ls, show or verify
  weir::StateLocation state;
  weir::LogSpan span;
  bool numbers = false;
};

struct SnapshotArguments {
  std::string action;  // ls, show or verify
  weir::StateLocation state;
  uint64_t number = 0;  // 0: the newest
};

struct ReplayArguments {
  std::string app_path;  // empty: the app whose state it is
  weir::ReplayOptions replay;
};

struct DeadLettersArguments {
  std::string action;    // ls, show, replay or drop
  std::string app_path;  // replay; empty: the app whose state it is
  bool events = false;
  weir::ReplayDeadLettersOptions options;
};

// kUsage says what is wrong.
// One or several apps, each with the options that are for it. Several have the names of their
// files, without what is behind the last point.
weir::Outcome TakeRun(const Settings& settings, std::deque<RunArguments>* result);
weir::Outcome TakeOneLiner(const Settings& settings, RunArguments* result);
weir::Outcome TakeLog(const Settings& settings, LogArguments* result);
weir::Outcome TakeSnapshot(const Settings& settings, SnapshotArguments* result);
weir::Outcome TakeReplay(const Settings& settings, ReplayArguments* result);
weir::Outcome TakeDeadLetters(const Settings& settings, DeadLettersArguments* result);
weir::Outcome TakeTest(const Settings& settings, weir::GoldenOptions* result);
CheckArguments TakeCheck(const Settings& settings);
ExplainArguments TakeExplain(const Settings& settings);
