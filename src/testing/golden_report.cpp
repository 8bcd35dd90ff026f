#include "testing/golden_report.h"

#include "testing/golden_text.h"

namespace weir {
namespace {

// For attributes and text; control characters have no place in XML.
std::string XmlText(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
      result += "?";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

GoldenReport::GoldenReport(GoldenFormat format, size_t files,
                           const std::function<void(std::string_view)>& print)
    : format_(format), print_(print) {
  if (format == GoldenFormat::kText) {
    printer_ = print;
  } else {
    printer_ = [this](std::string_view text) { said_ += text; };
  }
  if (format == GoldenFormat::kTap) print_("TAP version 13\n1.." + std::to_string(files) + "\n");
}

void GoldenReport::Add(const std::string& path, bool passed) {
  (passed ? passed_ : failed_) += 1;
  if (format_ == GoldenFormat::kTap) {
    print_((passed ? "ok " : "not ok ") + std::to_string(passed_ + failed_) + " - " + path + "\n");
    for (const std::string& line : SplitLines(said_)) print_("# " + line + "\n");
  } else if (format_ == GoldenFormat::kJunit) {
    body_ += "  <testcase classname=\"weir\" name=\"" + XmlText(path) + "\"";
    if (passed) {
      body_ += "/>\n";
    } else {
      const std::string first = said_.substr(0, said_.find('\n'));
      body_ += ">\n    <failure message=\"" + XmlText(first) + "\">" + XmlText(said_) +
               "</failure>\n  </testcase>\n";
    }
  }
  said_.clear();
}

std::string GoldenReport::Finish(size_t skipped) {
  std::string summary = std::to_string(passed_) + " passed, " + std::to_string(failed_) + " failed";
  if (skipped > 0) summary += ", " + std::to_string(skipped) + " modes skipped";
  if (format_ == GoldenFormat::kText) print_(summary + "\n");
  if (format_ == GoldenFormat::kTap) print_("# " + summary + "\n");
  if (format_ == GoldenFormat::kJunit) {
    print_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"weir\" tests=\"" +
           std::to_string(passed_ + failed_) + "\" failures=\"" + std::to_string(failed_) +
           "\">\n" + body_ + "</testsuite>\n");
  }
  return summary;
}

}  // namespace weir
