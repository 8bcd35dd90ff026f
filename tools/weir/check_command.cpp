#include <algorithm>
#include <iostream>

#include "arguments.h"
#include "commands.h"
#include "console.h"
#include "text_file.h"

namespace {

using weir::ExitCode;
using weir::OutcomeCode;

void AppendJson(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (byte < 0x20) {
      *out += "\\u00";
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

const char* KindName(weir::DiagnosticKind kind) {
  switch (kind) {
    case weir::DiagnosticKind::kSyntax:
      return "syntax";
    case weir::DiagnosticKind::kBinding:
      return "binding";
    case weir::DiagnosticKind::kNotSupported:
      return "not-supported";
    case weir::DiagnosticKind::kUsage:
      return "usage";
    case weir::DiagnosticKind::kLint:
      return "lint";
  }
  return "";
}

void AppendFinding(const std::string& path, const weir::AppDiagnostic& diagnostic,
                   std::string* out) {
  *out += out->empty() ? "[" : ",";
  *out += "\n  {\"file\":";
  AppendJson(path, out);
  *out += ",\"line\":" + std::to_string(diagnostic.line);
  *out += ",\"column\":" + std::to_string(diagnostic.column);
  *out += std::string(",\"severity\":\"") + (diagnostic.is_error ? "error" : "warning") + "\"";
  *out += std::string(",\"kind\":\"") + KindName(diagnostic.kind) + "\",\"message\":";
  AppendJson(diagnostic.message, out);
  if (!diagnostic.help.empty()) {
    *out += ",\"help\":";
    AppendJson(diagnostic.help, out);
  }
  *out += "}";
}

}  // namespace

int CheckCommand(const Settings& settings) {
  const CheckArguments parsed = TakeCheck(settings);
  bool missing = false;
  bool refused = false;
  bool warned = false;
  std::string json;
  for (const std::string& path : parsed.paths) {
    std::string text;
    const weir::Outcome read = ReadTextFile(path, &text);
    if (!read.ok()) {
      Report("weir: " + read.message());
      missing = true;
      continue;
    }
    weir::CompileOptions options;
    options.file_name = path;
    options.lint = true;
    const weir::CompileResult compiled = weir::CompileApp(text, options);
    refused |= compiled.app == nullptr;
    for (const weir::AppDiagnostic& diagnostic : compiled.diagnostics) {
      warned |= !diagnostic.is_error;
      if (parsed.json) {
        AppendFinding(path, diagnostic, &json);
      } else {
        ReportDiagnostic(diagnostic);
      }
    }
  }
  if (parsed.json) std::cout << (json.empty() ? "[]\n" : json + "\n]\n");
  if (missing) return ExitCode(OutcomeCode::kNoInput);
  if (refused) return ExitCode(OutcomeCode::kAppRefused);
  return ExitCode(warned && parsed.deny_warnings ? OutcomeCode::kFindings : OutcomeCode::kOk);
}
