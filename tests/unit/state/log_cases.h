#pragma once

#include <string>
#include <vector>

#include "base/check.h"
#include "state/replay_log.h"

namespace weir {

// A log whose bytes are the same each time.
inline LogOptions SmallLog(SyncPolicy sync = SyncPolicy::kEpoch) {
  LogOptions options;
  options.sync = sync;
  options.schema = "schema";
  options.salt = 0x5eed;
  return options;
}

// Some are packed, some empty.
inline std::string PayloadOf(uint64_t number) {
  if (number % 4 == 0) return std::string(80 + number, 'p') + std::to_string(number);
  if (number % 7 == 0) return "";
  return "payload " + std::to_string(number * number);
}

inline std::vector<std::string> Payloads(uint64_t first, uint64_t last) {
  std::vector<std::string> payloads;
  for (uint64_t i = first; i <= last; ++i) payloads.push_back(PayloadOf(i));
  return payloads;
}

// Appends the records from first to last, and leaves without Close.
inline void WriteLog(FileSystem* fs, const std::string& directory, const LogOptions& options,
                     uint64_t first, uint64_t last) {
  const auto writer = std::move(LogWriter::Open(fs, directory, options, first)).value();
  for (uint64_t i = first; i <= last; ++i) CHECK(writer->Append(PayloadOf(i)).ok());
}

inline Result<std::vector<std::string>> ReadLog(FileSystem* fs, const std::string& directory,
                                                uint64_t from, const Sealing* sealing = nullptr) {
  Result<std::unique_ptr<LogReader>> reader = LogReader::Open(fs, directory, sealing, from);
  if (!reader.ok()) return reader.status();
  std::vector<std::string> payloads;
  while (true) {
    LogReader::Record record;
    const Result<bool> found = reader.value()->Next(&record);
    if (!found.ok()) return found.status();
    if (!found.value()) return payloads;
    CHECK_EQ(record.number, from + payloads.size());
    payloads.emplace_back(record.payload);
  }
}

}  // namespace weir
