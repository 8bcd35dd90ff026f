#include <iostream>

#include "commands.h"

int TestCommand(const Arguments& arguments) {
  weir::GoldenOptions options;
  switch (ParseTest(arguments, &options)) {
    case Parsed::kHelp:
      return 0;
    case Parsed::kUsage:
      return weir::ExitCode(weir::OutcomeCode::kUsage);
    case Parsed::kOk:
      break;
  }
  const weir::Outcome outcome =
      weir::RunGoldenTests(options, [](std::string_view text) { std::cout << text; });
  if (!outcome.ok() && outcome.code() != weir::OutcomeCode::kFindings) {
    std::cerr << "weir: " << outcome.message() << "\n";
  }
  return weir::ExitCode(outcome.code());
}
