#pragma once

#include <memory>
#include <string>
#include <vector>

#include "state/file_system.h"
#include "state/log_format.h"

namespace weir {

// Reads the records of one segment from the begin. Not thread-safe.
class LogSegmentReader {
 public:
  enum class Found {
    kRecord,
    kEnd,
    kBad,  // no record begins here, though the file goes on
  };

  // kCorrupt where the file has no head; kNotSupported for another version.
  static Result<std::unique_ptr<LogSegmentReader>> Open(FileSystem* fs, const std::string& path);

  const LogSegmentHead& head() const { return head_; }
  const std::string& path() const { return path_; }

  // Goes to the next record; fails only if the file cannot be read.
  Result<Found> Next();
  // Of the record found; the bytes are valid until Next.
  const LogRecordHead& record_head() const { return record_head_; }
  std::string_view record() const { return record_; }
  // Where the record found, the bad bytes or the end begin.
  uint64_t offset() const { return offset_; }

  // The next Next finds the record found again.
  void StayAtRecord() { next_offset_ = offset_; }
  // After kBad: the file ends before the record that its bytes begin does.
  bool is_cut_off() const { return is_cut_off_; }
  // After kBad: goes to the next whole record in the file, which Next then finds. False if there
  // is none.
  Result<bool> PassDamage();

  // The highest `synced_through` of the whole records from offset() on, however damaged the bytes
  // between them, with a number above `number`; 0 if there are none. Ends the reading.
  Result<uint64_t> SyncedBehind(uint64_t number);

 private:
  LogSegmentReader(std::string path, std::unique_ptr<RandomAccessFile> file, uint64_t file_bytes)
      : path_(std::move(path)), file_(std::move(file)), file_bytes_(file_bytes) {}

  // Makes the bytes [offset, offset + size) of the file, which has them, contiguous in memory.
  Result<const char*> Fetch(uint64_t offset, uint64_t size);

  const std::string path_;
  const std::unique_ptr<RandomAccessFile> file_;
  const uint64_t file_bytes_;
  LogSegmentHead head_;
  LogRecordHead record_head_;
  std::string_view record_;
  uint64_t offset_ = 0;
  uint64_t next_offset_ = 0;
  bool is_cut_off_ = false;
  std::string buffer_;
  uint64_t buffer_offset_ = 0;
};

// A segment as tools show it.
struct LogSegmentInfo {
  std::string path;
  uint64_t first_number = 0;
  uint64_t last_number = 0;  // first_number - 1 if it has no record
  uint64_t bytes = 0;
  int64_t modified_ms = 0;
  KeyId key_id = {};
  std::string problem;  // not empty: what is wrong with the head, or with the last segment's tail
};

// The segments of the log in `directory`, by number; none if there is no such directory. Reads the
// heads, and of the last segment all.
Result<std::vector<LogSegmentInfo>> ListLogSegments(FileSystem* fs, const std::string& directory);

// The paths and first numbers alone, by number.
struct LogSegmentFile {
  uint64_t first_number;
  std::string path;
};
Result<std::vector<LogSegmentFile>> FindLogSegments(FileSystem* fs, const std::string& directory);

// Which segments to keep though a snapshot covers them: those that fit both limits.
struct LogRetention {
  uint64_t bytes = 0;   // of the whole log
  int64_t age_ms = -1;  // since it was last written; -1: any age
  int64_t now_ms = 0;
};

// Removes whole segments, oldest first, all of whose records are numbered below `before` and that
// `retention` does not keep. Returns how many. The last segment always stays.
Result<uint64_t> CutLog(FileSystem* fs, const std::string& directory, uint64_t before,
                        const LogRetention& retention = {});

}  // namespace weir
