#include <iostream>

#include "arguments.h"
#include "commands.h"
#include "console.h"
#include "text_file.h"

int ExplainCommand(const Settings& settings) {
  using weir::ExitCode;
  using weir::OutcomeCode;
  ExplainArguments parsed = TakeExplain(settings);
  std::string text;
  weir::Outcome outcome = ReadTextFile(parsed.path, &text);
  if (outcome.ok()) {
    parsed.compile.file_name = parsed.path;
    const weir::CompileResult compiled = weir::CompileApp(text, parsed.compile);
    for (const weir::AppDiagnostic& diagnostic : compiled.diagnostics) ReportDiagnostic(diagnostic);
    if (compiled.app == nullptr) return ExitCode(OutcomeCode::kAppRefused);
    std::string plan;
    outcome = compiled.app->Explain(parsed.format, &plan);
    if (outcome.ok()) {
      std::cout << plan;
      if (!plan.empty() && plan.back() != '\n') std::cout << "\n";
      return 0;
    }
  }
  Report("weir: " + outcome.message());
  return ExitCode(outcome.code());
}
