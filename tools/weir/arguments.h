#pragma once

#include <string>
#include <vector>

#include "settings.h"
#include "testing/golden_runner.h"
#include "weir/app.h"
#include "weir/outcome.h"
#include "weir/run.h"

// What commands are asked to do, checked as far as that needs no app.

// `weir run` and `weir -q`.
struct RunArguments {
  std::string app_path;  // run
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

// kUsage says what is wrong.
weir::Outcome TakeRun(const Settings& settings, RunArguments* result);
weir::Outcome TakeOneLiner(const Settings& settings, RunArguments* result);
weir::Outcome TakeTest(const Settings& settings, weir::GoldenOptions* result);
CheckArguments TakeCheck(const Settings& settings);
ExplainArguments TakeExplain(const Settings& settings);
