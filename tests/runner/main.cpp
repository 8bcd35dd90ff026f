// golden_runner [--mode M] [--only N] [--rewrite] PATH...   runs golden tests
#include <cstdio>
#include <string>
#include <vector>

#include "testing/golden_runner.h"

int main(int argc, char** argv) {
  weir::GoldenOptions options;
  options.program = argv[0];
  const std::vector<std::string> arguments(argv + 1, argv + argc);
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
