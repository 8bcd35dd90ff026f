// What the parser and the binder tell the user about an app.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ast/span.h"

namespace weir::ast {

enum class Severity { kError, kWarning, kNote };

// One finding. `message` is one line without a final stop; `help` may be empty.
struct Diagnostic {
  Span span;
  Severity severity = Severity::kError;
  std::string message;
  std::string help;
};

// True if one of the findings is an error.
bool HasErrors(const std::vector<Diagnostic>& diagnostics);

// Shows a finding with the line it is about. Every line ends with a newline:
//
// fraud.sql:12:13: error: unknown attribute 'pric' in stream 'Trades'
// from Trades[pric > 5]
//             ^~~~
// help: did you mean 'price'?
//
// `text` must be the text the span was taken from. Tabs are kept; characters that would disturb a
// terminal are shown as '?', and a line full of them is left out. A span of several lines is marked
// to the end of its first line, and a long line is cut around the span. Without a known place there
// are no source and caret lines.
std::string RenderDiagnostic(const Diagnostic& diagnostic, std::string_view file_name,
                             std::string_view text);

}  // namespace weir::ast
