#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "testing/golden_runner.h"

namespace weir {

// Tells the results of golden tests, file by file, in one of the formats.
class GoldenReport {
 public:
  // `print` must outlive the report.
  GoldenReport(GoldenFormat format, size_t files,
               const std::function<void(std::string_view)>& print);
  GoldenReport(const GoldenReport&) = delete;
  GoldenReport& operator=(const GoldenReport&) = delete;

  // Takes what there is to say about the file that runs.
  const std::function<void(std::string_view)>& printer() const { return printer_; }
  // The file that ran is done.
  void Add(const std::string& path, bool passed);
  // Gives the count in words, which text also ends with.
  std::string Finish(size_t skipped);

  size_t failed() const { return failed_; }

 private:
  const GoldenFormat format_;
  const std::function<void(std::string_view)>& print_;
  std::function<void(std::string_view)> printer_;
  std::string said_;  // about the file that runs
  std::string body_;  // JUnit: what stands within the suite
  size_t passed_ = 0;
  size_t failed_ = 0;
};

}  // namespace weir
