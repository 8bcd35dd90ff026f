// Any bytes as a segment of a log: no crash, and what recovery leaves can be read and is left alone
// by a second recovery. A damaged log yields no payload that was never written.

#include <cstdint>
#include <string>

#include "base/check.h"
#include "testing/sim_file_system.h"
#include "unit/state/log_cases.h"

namespace {

constexpr char kLog[] = "/log";

// All of a log that was recovered can be read, unless it is sealed or packed wrongly.
void RecoverAndRead(weir::SimFileSystem* fs, bool is_ours) {
  const auto recovery = weir::RecoverLog(fs, kLog, {});
  (void)weir::ListLogSegments(fs, kLog).ok();
  const auto read = weir::ReadLog(fs, kLog, 1);
  if (!recovery.ok()) return;
  const auto again = weir::RecoverLog(fs, kLog, {});
  CHECK(again.ok() && again.value().notes.empty());
  CHECK_EQ(again.value().next_number, recovery.value().next_number);
  if (!is_ours) return;
  CHECK(read.ok());
  CHECK(read.value() == weir::Payloads(1, recovery.value().next_number - 1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string path = weir::JoinPath(kLog, weir::LogSegmentName(1));
  weir::SimFileSystem foreign;
  CHECK(foreign.MakeDirectory(kLog).ok() && foreign.Publish(path, bytes).ok());
  RecoverAndRead(&foreign, false);
  // The input says which bytes of a good log change: an offset of two bytes and what to flip.
  weir::SimFileSystem damaged;
  weir::WriteLog(&damaged, kLog, weir::SmallLog(), 1, 6);
  const uint64_t log_bytes = damaged.SizeOf(path).value();
  for (size_t i = 0; i + 2 < size && i < 30; i += 3) {
    const uint64_t offset = (data[i] * uint64_t{256} + data[i + 1]) % log_bytes;
    damaged.FlipBit(path, 8 * offset + data[i + 2] % 8);
  }
  RecoverAndRead(&damaged, true);
  return 0;
}
