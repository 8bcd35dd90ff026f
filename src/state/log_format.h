#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "state/sealing.h"

namespace weir {

// The bytes of a replay log's segment: docs/formats/replay-log.md.
constexpr char kLogMagic[] = "weir-log";
constexpr uint32_t kLogVersion = 1;
constexpr uint32_t kLogRecordMarker = 0x63655257;  // "WRec"
constexpr size_t kLogRecordHeadBytes = 40;
constexpr size_t kLogMarkerOffset = 8;
constexpr size_t kLogSegmentHeadBytes = 48;  // before the schema
constexpr uint64_t kLogPayloadBytesMax = uint64_t{1} << 30;

// What a segment's file begins with.
struct LogSegmentHead {
  uint64_t first_number = 0;
  uint64_t synced_through = 0;
  uint64_t salt = 0;          // seed of all checksums of the segment
  KeyId key_id = {};          // zeros: not sealed
  std::string schema;         // as stored: sealed where the segment is
  uint64_t stored_bytes = 0;  // of the whole head

  bool is_sealed() const { return key_id != KeyId{}; }
};

struct LogRecordHead {
  uint64_t number = 0;
  uint64_t synced_through = 0;
  uint32_t flags = 0;
  uint32_t stored_bytes = 0;
  uint32_t payload_bytes = 0;
};

std::string LogSegmentName(uint64_t first_number);
// The first record's number from a file's name; 0 for names of other files.
uint64_t ParseLogSegmentName(std::string_view name);

// Appends the bytes of a segment's head; `sealing` seals the schema, or is null.
void AppendLogSegmentHead(const LogSegmentHead& head, Sealing* sealing, std::string* out);
// Reads a head from the first bytes of a file of `file_bytes` bytes. `needed` is set to more than
// bytes.size() if more bytes must be seen. kCorrupt: not a head. kNotSupported: another version.
Status ParseLogSegmentHead(std::string_view bytes, uint64_t file_bytes, const std::string& path,
                           LogSegmentHead* head, uint64_t* needed);
Result<std::string> OpenLogSchema(const LogSegmentHead& head, const Sealing* sealing,
                                  const std::string& path);

// Appends one record. It is packed where that pays, and sealed if there is a `sealing`.
void AppendLogRecord(const LogSegmentHead& segment, uint64_t number, uint64_t synced_through,
                     std::string_view payload, bool pack, Sealing* sealing, std::string* out);
// Reads a head without knowing whether it is right; false if it cannot be. `bytes` has at least
// kLogRecordHeadBytes, `left` is what the file has from the record's begin.
bool ReadLogRecordHead(const char* bytes, uint64_t left, LogRecordHead* head);
// `bytes` is a whole record with its head: true if its checksum holds.
bool CheckLogRecord(std::string_view bytes, uint64_t salt);
// The payload of a record whose checksum holds. `buffer` may be used to keep it.
Result<std::string_view> OpenLogPayload(const LogSegmentHead& segment, std::string_view record,
                                        const Sealing* sealing, const std::string& where,
                                        std::string* buffer);

}  // namespace weir
