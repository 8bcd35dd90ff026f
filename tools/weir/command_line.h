#pragma once

#include <string>
#include <vector>

#include "testing/golden_runner.h"
#include "weir/app.h"
#include "weir/run.h"

// What the user typed, checked as far as that needs no app.

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
  std::string format = "text";
  weir::CompileOptions compile;
};

enum class Parsed {
  kOk,
  kHelp,   // --help was asked for and printed
  kUsage,  // the fault was reported on stderr
};

using Arguments = std::vector<std::string>;  // without the program's and the command's name

Parsed ParseRun(const Arguments& arguments, RunArguments* result);
Parsed ParseOneLiner(const Arguments& arguments, RunArguments* result);
Parsed ParseCheck(const Arguments& arguments, CheckArguments* result);
Parsed ParseTest(const Arguments& arguments, weir::GoldenOptions* result);
Parsed ParseExplain(const Arguments& arguments, ExplainArguments* result);

// Reports a fault of the command line; returns the exit code.
int UsageError(const std::string& message);
