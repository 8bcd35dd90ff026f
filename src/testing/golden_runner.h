// Runs golden tests in all their modes and says what differs; what `weir test` does.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/outcome.h"

namespace weir {

// How the results are told: what failed and a count; Test Anything Protocol; JUnit's XML.
enum class GoldenFormat { kText, kTap, kJunit };

struct GoldenOptions {
  std::vector<std::string> paths = {};  // `.test` files, or folders of them
  std::string mode = {};                // empty: every mode
  size_t only = 0;                      // number of the one app of each file to run, from 1; 0: all
  bool rewrite = false;                 // put the actual output into the files first
  GoldenFormat format = GoldenFormat::kText;
  std::string program = "weir test";  // how this command was called
};

// kUsage if an option has no meaning or may not be used here, or no path is named.
Outcome CheckGoldenOptions(const GoldenOptions& options);

// `[--mode M] [--only N] [--rewrite] PATH...`; kUsage says what is wrong.
Outcome ParseGoldenArguments(std::span<const std::string> arguments, GoldenOptions* options);

// Runs all files; `print` takes what there is to say, with its line ends. kFindings if a test
// failed, kNoInput or kIo if a file cannot be read or written.
Outcome RunGoldenTests(const GoldenOptions& options,
                       const std::function<void(std::string_view)>& print);

}  // namespace weir
