#include "runtime/bad_record_log.h"

namespace weir {
namespace {

bool IsPowerOfTen(uint64_t n) {
  while (n >= 10 && n % 10 == 0) n /= 10;
  return n == 1;
}

// What a terminal might obey is shown as a question mark.
std::string Printable(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return result;
}

}  // namespace

void BadRecordLog::Add(const std::string& path, uint64_t line, const BadRecord& bad) {
  ++count_;
  const uint64_t same = ++counts_[static_cast<size_t>(bad.kind)];
  if (same > kAlwaysReported && !IsPowerOfTen(same)) {
    ++unreported_;
    return;
  }
  if (!report_) return;
  std::string text = path + ":" + std::to_string(line) + ": " + Printable(bad.reason);
  if (same > kAlwaysReported) text += " (number " + std::to_string(same) + " of this kind)";
  report_(text);
}

void BadRecordLog::AddRaw(std::string_view piece, bool last) {
  if (file_ == nullptr || !status_.ok()) return;
  file_->buffer()->Append(piece);
  if (last) file_->buffer()->Append('\n');
  status_ = file_->FlushIfLarge();
}

Status BadRecordLog::Finish() {
  if (file_ != nullptr && status_.ok()) status_ = file_->Close();
  if (count_ > 0 && report_) {
    std::string text = std::to_string(count_) + (count_ == 1 ? " bad record" : " bad records");
    if (unreported_ > 0) text += ", " + std::to_string(unreported_) + " of them not shown";
    report_(text);
  }
  return status_;
}

}  // namespace weir
