// Reader of golden tests: `.test` files that hold an app, timed input and the full expected output.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace weir {

// Output that a record expects, and the place that a rewrite gives it in the file.
struct GoldenBlock {
  bool listed = false;     // there is a `----` line; else silence is expected
  bool any_order = false;  // `---- any order`
  std::vector<std::string> lines;
  size_t line = 0;  // of the file, from 1, for messages
  // Lines of the file, counted from 0, that hold it: [begin, end). Not listed: begin == end, where
  // it would stand.
  size_t begin = 0;
  size_t end = 0;
};

// A row to send, as JSON.
struct GoldenRow {
  std::optional<int64_t> time_ms;  // `@1500 [...]`, else that of the last `at`
  std::string json;
  size_t line = 0;  // of the file, from 1
};

// One record that acts on the running app or looks at it.
struct GoldenStep {
  // kRestart: everything is destroyed and made anew from its saved state. The last two only look.
  enum class Kind { kAt, kSend, kRaw, kQuery, kRestart, kPlan, kPrint };
  Kind kind = Kind::kAt;
  size_t line = 0;               // of the file, from 1
  std::optional<int64_t> at_ms;  // the clock goes here first
  std::string stream;
  bool together = false;        // all rows are one message
  std::vector<GoldenRow> rows;  // kSend
  std::string bytes;            // kRaw; kQuery: the query
  std::string codec;            // kRaw
  GoldenBlock expected;
};

// An app and the steps that it is taken through. Independent of the other cases of its file.
struct GoldenCase {
  size_t line = 0;                    // of the file, from 1
  std::string app;                    // its text
  bool lint = false;                  // `app lint`
  std::optional<std::string> oracle;  // `same as`: an app that must give the same output
  std::vector<std::string> watch;
  GoldenBlock diagnostics;  // the `error` and `warning` records, as they are written
  bool refused = false;     // there is an `error` record
  std::vector<GoldenStep> steps;
};

struct GoldenFile {
  std::string path;
  std::vector<std::string> lines;                         // as in the file
  std::map<std::string, std::string, std::less<>> skips;  // by mode: the reason
  std::vector<GoldenCase> cases;
};

// Parses the text of the file at `path`, and reads the apps it names. An error says
// `PATH:LINE: reason`.
Result<GoldenFile> ParseGoldenFile(const std::string& path, const std::string& text);

}  // namespace weir
