#include "console.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <mutex>

namespace {

constexpr uint64_t kProgressAfterMs = 2000;

std::mutex writing;  // of standard error
bool progress_shown = false;

bool WantsColour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return StderrIsTerminal() && (no_colour == nullptr || *no_colour == '\0');
}

// Wraps the first occurrence of `word` in an escape sequence.
void Paint(const char* word, const char* sequence, std::string* text) {
  const size_t at = text->find(word);
  if (at == std::string::npos) return;
  text->insert(at + std::string_view(word).size(), "\033[0m");
  text->insert(at, sequence);
}

void RemoveProgress() {
  if (progress_shown) std::cerr << "\r\033[K";
  progress_shown = false;
}

// With a comma between groups of three digits.
std::string Grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

}  // namespace

bool StderrIsTerminal() { return isatty(STDERR_FILENO) == 1; }

void Report(std::string_view line) {
  const std::lock_guard<std::mutex> lock(writing);
  RemoveProgress();
  std::cerr << line << "\n";
}

void ReportDiagnostic(const weir::AppDiagnostic& diagnostic) {
  std::string text = diagnostic.rendered;
  if (WantsColour()) {
    Paint(diagnostic.is_error ? "error:" : "warning:",
          diagnostic.is_error ? "\033[1;31m" : "\033[1;35m", &text);
  }
  const std::lock_guard<std::mutex> lock(writing);
  std::cerr << text;
}

void ShowProgress(uint64_t events, uint64_t bytes, uint64_t elapsed_ms) {
  if (elapsed_ms < kProgressAfterMs) return;
  const std::lock_guard<std::mutex> lock(writing);
  std::cerr << "\r" << Grouped(events) << " events, " << Grouped(bytes >> 20) << " MiB, "
            << Grouped(events * 1000 / elapsed_ms) << " events/s\033[K" << std::flush;
  progress_shown = true;
}

void ShowReplayProgress(uint64_t records, uint64_t all_records) {
  const std::lock_guard<std::mutex> lock(writing);
  std::cerr << "\rrecovery: " << Grouped(records) << " of " << Grouped(all_records)
            << " log records replayed\033[K" << std::flush;
  progress_shown = true;
}

void ClearProgress() {
  const std::lock_guard<std::mutex> lock(writing);
  RemoveProgress();
}
