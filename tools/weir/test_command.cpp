#include <iostream>

#include "arguments.h"
#include "command_line.h"
#include "commands.h"

int TestCommand(const Settings& settings) {
  weir::GoldenOptions options;
  const weir::Outcome taken = TakeTest(settings, &options);
  if (!taken.ok()) return UsageError(taken.message());
  const weir::Outcome outcome =
      weir::RunGoldenTests(options, [](std::string_view text) { std::cout << text; });
  if (!outcome.ok() && outcome.code() != weir::OutcomeCode::kFindings) {
    std::cerr << "weir: " << outcome.message() << "\n";
  }
  return weir::ExitCode(outcome.code());
}
