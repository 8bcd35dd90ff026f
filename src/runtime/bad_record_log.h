#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "json/bad_record.h"
#include "runtime/output_file.h"

namespace weir {

// Tells the user about bad records, without drowning him: of each kind the first few, then one
// whenever their number has grown tenfold, and the sum at the end.
class BadRecordLog {
 public:
  using Report = std::function<void(std::string_view)>;
  explicit BadRecordLog(Report report) : report_(std::move(report)) {}

  // Raw lines go there from now on.
  void WriteTo(std::unique_ptr<OutputFile> file) { file_ = std::move(file); }

  void Add(const std::string& path, uint64_t line, const BadRecord& bad);
  void AddRaw(std::string_view piece, bool last);
  // Flushes the file and tells the sum.
  Status Finish();

  uint64_t count() const { return count_; }
  const Status& status() const { return status_; }

 private:
  static constexpr uint64_t kAlwaysReported = 5;

  Report report_;
  std::unique_ptr<OutputFile> file_;
  std::array<uint64_t, kBadRecordKinds> counts_ = {};
  uint64_t count_ = 0;
  uint64_t unreported_ = 0;
  Status status_;
};

}  // namespace weir
