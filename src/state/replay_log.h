#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "state/file_system.h"
#include "state/log_format.h"
#include "state/log_segment.h"

namespace weir {

// When an appended record is made durable.
enum class SyncPolicy {
  kEpoch,     // before Append returns
  kInterval,  // by whoever calls Sync, see IntervalSync
  kNone,      // when the operating system likes, and at Close
};

struct LogOptions {
  SyncPolicy sync = SyncPolicy::kEpoch;
  uint64_t segment_bytes = uint64_t{64} << 20;  // a new segment is begun beyond this
  bool pack = true;                             // with LZ4
  std::string schema;                           // opaque; each segment carries it
  Sealing* sealing = nullptr;                   // null: not sealed
  uint64_t salt = 0;                            // 0: random; tests want the same bytes again
};

// Appends records to the log in a directory, numbered one after the other. One thread appends;
// Sync may be called from others.
class LogWriter {
 public:
  // Makes the directory if need be. What is there has been through RecoverLog; the next record
  // gets `next_number`, at least 1.
  static Result<std::unique_ptr<LogWriter>> Open(FileSystem* fs, const std::string& directory,
                                                 LogOptions options, uint64_t next_number);
  ~LogWriter();  // does not sync

  // Returns the record's number. kNoSpace: nothing was added, the same may be tried again. kLimit:
  // the payload is larger than 1 GiB. Every other failure is final: all later calls give it again.
  Result<uint64_t> Append(std::string_view payload);
  // Makes all records appended before the call durable. A failure is final.
  Status Sync();
  // The log is complete and durable; the writer takes no more.
  Status Close();
  // The schema of the records that follow, in a segment of their own.
  void SetSchema(std::string schema);

  struct SyncCosts {
    uint64_t syncs = 0;
    int64_t us = 0;
  };
  SyncCosts sync_costs() const;

  uint64_t next_number() const;
  uint64_t synced_through() const;  // all records up to this one are durable

 private:
  LogWriter(FileSystem* fs, std::string directory, LogOptions options, uint64_t next_number)
      : fs_(fs),
        directory_(std::move(directory)),
        options_(std::move(options)),
        next_number_(next_number),
        synced_through_(next_number - 1) {}

  Status BeginSegment();
  Status Fail(Status status);

  FileSystem* const fs_;
  const std::string directory_;
  LogOptions options_;
  LogSegmentHead head_;
  std::string bytes_;  // of the record being appended

  mutable std::mutex mutex_;                             // of what follows
  std::mutex sync_mutex_;                                // one sync at a time
  std::shared_ptr<WritableFile> file_;                   // null: the next record begins a segment
  std::vector<std::shared_ptr<WritableFile>> finished_;  // full segments not synced yet
  uint64_t next_number_;
  uint64_t synced_through_;
  SyncCosts sync_costs_;
  Status failure_;
};

// What a log must still hold, and since when it must.
struct LogNeeds {
  uint64_t from = 1;             // records before this one are covered by a snapshot
  uint64_t durable_through = 0;  // up to this one they are known to have been durable; 0: unknown
};

struct LogRecovery {
  uint64_t next_number = 1;        // for LogWriter::Open
  std::vector<std::string> notes;  // what was cut, and where
};

// Makes the log in `directory` whole after a crash. Bytes that are no record are a torn tail if
// nothing proves that the record there was durable: they are cut, with all that follows. Else the
// log is corrupt in its middle and stays as it is: kCorrupt with file and offset. On success all
// that is left is durable. Fine where there is no log.
Result<LogRecovery> RecoverLog(FileSystem* fs, const std::string& directory, LogNeeds needs);

// Reads a log. Not thread-safe.
class LogReader {
 public:
  enum class Tail {
    kWhole,      // the log has been through RecoverLog
    kMayBeTorn,  // it has not, or somebody writes to it: what RecoverLog would cut is not there
  };
  struct Record {
    uint64_t number = 0;
    std::string_view payload;  // valid until the next call
    bool has_new_schema =
        false;  // schema() differs from that of the record before, or is the first
  };

  // Reads from record `from` on; kCorrupt if the log begins later. `sealing` may be null.
  static Result<std::unique_ptr<LogReader>> Open(FileSystem* fs, const std::string& directory,
                                                 const Sealing* sealing, uint64_t from,
                                                 Tail tail = Tail::kWhole);

  // False at the end.
  Result<bool> Next(Record* record);
  const std::string& schema() const { return schema_; }

 private:
  LogReader(FileSystem* fs, const Sealing* sealing, std::vector<LogSegmentFile> files,
            uint64_t from, Tail tail)
      : fs_(fs),
        sealing_(sealing),
        tail_(tail),
        files_(std::move(files)),
        next_number_(from),
        from_(from) {}

  Status OpenSegment();
  bool IsTornHead() const;
  Result<bool> IsTornTail() const;

  FileSystem* const fs_;
  const Sealing* const sealing_;
  const Tail tail_;
  const std::vector<LogSegmentFile> files_;
  size_t next_file_ = 0;
  std::unique_ptr<LogSegmentReader> segment_;
  std::string schema_;
  bool segment_is_first_ = true;
  bool schema_is_new_ = false;
  uint64_t next_number_;
  const uint64_t from_;
  std::string buffer_;
};

}  // namespace weir
