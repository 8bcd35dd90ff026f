// An app: text compiled to something that can be explained, printed and run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/outcome.h"

namespace weir {

// `--time STREAM=ATTR`: events of the stream carry their timestamp in a long attribute.
struct TimeAttribute {
  std::string stream;
  std::string attribute;
};

// A stream that is defined beside the app's text (the inferred `stdin` of a one-liner).
struct StreamShape {
  struct Attribute {
    std::string name;
    std::string type;  // bool, int, long, float, double, string or object
    // A string attribute that takes any scalar as its JSON text.
    bool takes_any_scalar = false;
  };
  std::string name;
  std::vector<Attribute> attributes;
};

struct CompileOptions {
  std::string file_name = "app";  // for messages
  bool optimize = true;
  // Print the parsed app, parse what was printed, and go on with that (a test of both).
  bool print_parse = false;
  // Report also what runs but may not be meant: state without end, conditions that never change.
  bool lint = false;
  bool playback = false;            // event time, whatever the app says
  bool tables_on_disk = false;      // tables without an @store are kept on disk
  std::vector<TimeAttribute> time;  // implies playback
  std::vector<StreamShape> streams;
};

enum class DiagnosticKind {
  kSyntax,
  kBinding,
  kNotSupported,
  kUsage,  // of CompileOptions, not of the text
  kLint,   // only if CompileOptions::lint
};

// One finding about the text of an app.
struct AppDiagnostic {
  bool is_error = true;  // else a warning
  DiagnosticKind kind = DiagnosticKind::kBinding;
  uint32_t line = 0;  // 1-based; 0: no place known
  uint32_t column = 0;
  std::string message;   // one line, as in the text below
  std::string help;      // may be empty
  std::string rendered;  // file:line:column, source line, caret, help; ends with a newline
};

struct StreamInfo {
  std::string name;
  std::vector<StreamShape::Attribute> attributes;
  bool is_defined = false;  // by `define stream`; else made by an insert
  bool is_written = false;  // some query inserts into it
  bool is_read = false;     // some query reads it
};

// A compiled app. Immutable; any number of sessions may run it. Any thread may use it.
class App {
 public:
  struct Impl;
  explicit App(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  std::string name() const;
  bool playback() const;
  std::vector<StreamInfo> streams() const;
  std::vector<std::string> queries() const;
  // What is shown when nothing is asked for: streams written by a query, read by none.
  std::vector<std::string> default_outputs() const;

  // The plan as `text`, `dot`, `mermaid` or `json`; kUsage for another format.
  Outcome Explain(const std::string& format, std::string* out) const;
  // The app as text again.
  std::string Print() const;

  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

struct CompileResult {
  std::shared_ptr<const App> app;  // null if there is an error
  std::vector<AppDiagnostic> diagnostics;
};

// Parses, binds and checks `text`; reports everything found in one go.
CompileResult CompileApp(std::string_view text, const CompileOptions& options);

}  // namespace weir
