// golden_runner [--mode M] [--only N] [--rewrite] PATH...   runs golden tests
// golden_runner --new-processes PATH...                     each step in a process of its own
#include <cstdio>
#include <string>
#include <vector>

#include "runner/new_process.h"
#include "testing/golden_runner.h"

int main(int argc, char** argv) {
  weir::GoldenOptions options;
  options.program = argv[0];
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::string first = arguments.empty() ? "" : arguments[0];
  if (first == "--new-processes" || first == "--one-step") {
    arguments.erase(arguments.begin());
    return first == "--one-step" ? PlayOneStep(arguments) : PlayInNewProcesses(arguments) ? 0 : 1;
  }
  weir::Outcome outcome = weir::ParseGoldenArguments(arguments, &options);
  if (outcome.ok()) {
    outcome = weir::RunGoldenTests(
        options, [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); });
  }
  if (!outcome.ok() && outcome.code() != weir::OutcomeCode::kFindings) {
    std::fprintf(stderr, "%s\n", outcome.message().c_str());
  }
  return weir::ExitCode(outcome.code());
}
