// Takes the app of a golden case through its steps, on a virtual clock.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "testing/golden_file.h"

namespace weir {

// A way to run a case. The output is the same in all of them.
struct GoldenMode {
  std::string_view name;
  uint32_t epoch_size;
  bool flush_each_step;  // else all steps are sent before anything is flushed
  bool optimize;
  bool print_parse;
  bool restart_each;   // after each step the state is saved, all is destroyed and made anew from it
  uint32_t disk_rows;  // tables are on disk, looked at in batches of so many rows; 0: as written
};

// The default modes, `plain` first.
std::span<const GoldenMode> GoldenModes();

// What a case gave. One list of lines per step.
struct GoldenPlay {
  std::vector<std::string> diagnostics;  // as `error` and `warning` records
  bool refused = false;
  std::vector<std::vector<std::string>> outputs;
  std::string problem;      // the case cannot be played; empty: it was
  size_t problem_line = 0;  // of the file, from 1
};

// Plays `app` through the steps of `golden`.
GoldenPlay PlayGoldenCase(const GoldenCase& golden, const std::string& app, const GoldenMode& mode);

// Plays one step, from the state behind the steps before it (empty before the first) to the state
// behind it. Only the step's own list of lines is filled.
GoldenPlay PlayGoldenStep(const GoldenCase& golden, size_t step, const std::string& before,
                          std::string* behind);

}  // namespace weir
