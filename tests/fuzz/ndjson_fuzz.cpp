// Any bytes as input lines: no crash, and the same messages and bad records whether they are read
// at once, so that the layouts of lines are learnt, or in small pieces, or line by line.

#include <cstdint>
#include <string>

#include "base/check.h"
#include "unit/json/reader_fixture.h"

namespace {

weir::StreamFormats Formats() {
  using weir::Type;
  weir::StreamFormats formats;
  formats.push_back(weir::ReaderFixture::Format(
      "S", {{"sym", Type::kString}, {"px", Type::kDouble}, {"n", Type::kInt}}));
  formats.push_back(weir::ReaderFixture::Format(
      "T", {{"b", Type::kBool}, {"l", Type::kLong}, {"f", Type::kFloat}, {"o", Type::kObject}}));
  formats[1].time_attribute = 1;
  return formats;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  // A byte order mark counts at the very start only, which is not the same line by line.
  if (bytes.find("\xEF\xBB\xBF") != std::string::npos) return 0;
  const std::string text = bytes + "\n" + bytes + "\n";
  weir::ReaderFixture fixture(Formats());
  fixture.rules.bare_stream = size % 2;
  fixture.limits.record_bytes_max = 500;
  fixture.limits.buffer_bytes = 64;
  const std::string whole = fixture.Read(text);
  CHECK(fixture.Read(text, {3, 1}) == whole);
  CHECK(fixture.ReadLineByLine(text) == whole);
  return 0;
}
