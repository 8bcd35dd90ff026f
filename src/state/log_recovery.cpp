#include <algorithm>

#include "state/fixed_bytes.h"
#include "state/replay_log.h"

namespace weir {
namespace {

// The first place at which the log does not go on as it should.
struct Break {
  size_t segment = 0;   // its index; the number of segments if the log simply ends
  uint64_t offset = 0;  // in that segment; 0: nothing of it is of use
  uint64_t number = 0;  // of the record that should be there
  uint64_t proven = 0;  // records up to this one are proven to have been durable
  std::string reason;
};

class Recovery {
 public:
  Recovery(FileSystem* fs, const std::string& directory, LogNeeds needs)
      : fs_(fs), directory_(directory), needs_(needs) {}

  Result<LogRecovery> Run() {
    Result<std::vector<LogSegmentFile>> files = FindLogSegments(fs_, directory_);
    if (!files.ok()) return files.status();
    files_ = std::move(files).value();
    // Segments that a snapshot covers altogether are not looked at.
    size_t first = 0;
    while (first + 1 < files_.size() && files_[first + 1].first_number <= needs_.from) ++first;
    files_.erase(files_.begin(), files_.begin() + static_cast<ptrdiff_t>(first));
    Status status = Scan();
    if (!status.ok()) return status;
    if (break_.proven >= break_.number) return Corrupt();
    if (break_.segment < files_.size()) status = CutTail();
    if (status.ok()) status = SyncRest();
    if (!status.ok()) return status;
    result_.next_number = std::max(break_.number, needs_.from);
    return std::move(result_);
  }

 private:
  void BreakAt(size_t segment, uint64_t offset, std::string reason) {
    break_.segment = segment;
    break_.offset = offset;
    break_.reason = std::move(reason);
  }

  // Reads segment after segment until the end or the first break, then looks for proof behind it.
  Status Scan() {
    break_.number = needs_.from;
    if (!files_.empty()) break_.number = std::min(needs_.from, files_[0].first_number);
    break_.segment = files_.size();
    for (size_t i = 0; i < files_.size() && break_.segment == files_.size(); ++i) {
      if (files_[i].first_number != break_.number) {
        BreakAt(i, 0,
                "record " + std::to_string(break_.number) + " is missing before this segment");
        break;
      }
      Result<std::unique_ptr<LogSegmentReader>> opened =
          LogSegmentReader::Open(fs_, files_[i].path);
      if (!opened.ok() && opened.status().code() != StatusCode::kCorrupt) return opened.status();
      if (!opened.ok()) {
        BreakAt(i, 0, "its head is damaged");
        const Result<bool> has_record = HasRecord(files_[i]);
        if (!has_record.ok()) return has_record.status();
        if (has_record.value()) break_.proven = break_.number;
        break;
      }
      synced_through_ = std::max(synced_through_, opened.value()->head().synced_through);
      if (Status status = ReadSegment(i, opened.value().get()); !status.ok()) return status;
    }
    break_.proven = std::max(break_.proven, needs_.durable_through);
    return FindProof();
  }

  Status ReadSegment(size_t index, LogSegmentReader* reader) {
    while (true) {
      const Result<LogSegmentReader::Found> found = reader->Next();
      if (!found.ok()) return found.status();
      if (found.value() == LogSegmentReader::Found::kEnd) return Status::Ok();
      if (found.value() == LogSegmentReader::Found::kBad ||
          reader->record_head().number != break_.number) {
        BreakAt(index, reader->offset(), "no whole record there");
        return Status::Ok();
      }
      synced_through_ = std::max(synced_through_, reader->record_head().synced_through);
      ++break_.number;
    }
  }

  // Looks at what is left behind the break: heads and whole records tell what was durable.
  Status FindProof() {
    for (size_t i = break_.segment; i < files_.size(); ++i) {
      Result<std::unique_ptr<LogSegmentReader>> later = LogSegmentReader::Open(fs_, files_[i].path);
      if (!later.ok()) {
        if (later.status().code() == StatusCode::kCorrupt) continue;
        return later.status();
      }
      const Result<uint64_t> synced = later.value()->SyncedBehind(break_.number);
      if (!synced.ok()) return synced.status();
      break_.proven =
          std::max({break_.proven, later.value()->head().synced_through, synced.value()});
    }
    return Status::Ok();
  }

  // Heads are durable before their first record is written. So a damaged head that is followed by
  // what looks like a record was whole once.
  Result<bool> HasRecord(const LogSegmentFile& file) {
    const Result<std::string> bytes = fs_->ReadAll(file.path);
    if (!bytes.ok()) return bytes.status();
    std::string pattern;
    AppendFixed(kLogRecordMarker, &pattern);
    const std::string_view view = bytes.value();
    for (size_t at = view.find(pattern); at != std::string_view::npos;
         at = view.find(pattern, at + 1)) {
      if (at < kLogMarkerOffset || view.size() - at < kLogRecordHeadBytes - kLogMarkerOffset) {
        continue;
      }
      const size_t begin = at - kLogMarkerOffset;
      LogRecordHead head;
      ReadLogRecordHead(view.data() + begin, view.size() - begin, &head);
      if (head.number == file.first_number) return true;
    }
    return false;
  }

  Status Corrupt() const {
    if (break_.segment == files_.size()) {
      return Status(StatusCode::kCorrupt,
                    directory_ + ": the log ends before record " + std::to_string(break_.number) +
                        ", but was durable up to record " + std::to_string(break_.proven));
    }
    return Status(StatusCode::kCorrupt, files_[break_.segment].path + ": corrupt at offset " +
                                            std::to_string(break_.offset) + ", record " +
                                            std::to_string(break_.number) +
                                            ", though it was durable: " + break_.reason);
  }

  Status CutTail() {
    // Last first: a crash on the way leaves a log that ends earlier, never one with a hole.
    for (size_t i = files_.size(); i-- > break_.segment;) {
      const std::string& path = files_[i].path;
      const Result<uint64_t> size = fs_->SizeOf(path);
      if (!size.ok()) return size.status();
      const uint64_t kept = i == break_.segment ? break_.offset : 0;
      result_.notes.push_back(path + ": a torn tail was cut at offset " + std::to_string(kept) +
                              " of " + std::to_string(size.value()) + ", from record " +
                              std::to_string(break_.number) + " on: " + break_.reason);
      const Status status = kept == 0 ? fs_->Remove(path) : fs_->Truncate(path, kept);
      if (!status.ok()) return status;
      if (kept == 0) files_.pop_back();
    }
    std::reverse(result_.notes.begin(), result_.notes.end());
    return Status::Ok();
  }

  // What the log is known to hold from here on is durable.
  Status SyncRest() {
    if (files_.empty()) return Status::Ok();
    for (size_t i = 0; i < files_.size(); ++i) {
      const bool is_synced =
          i + 1 < files_.size() && files_[i + 1].first_number <= synced_through_ + 1;
      if (is_synced) continue;
      Result<std::unique_ptr<WritableFile>> file = fs_->OpenForAppend(files_[i].path);
      if (!file.ok()) return file.status();
      if (Status status = file.value()->Sync(); !status.ok()) return status;
    }
    return fs_->SyncDirectory(directory_);
  }

  FileSystem* const fs_;
  const std::string directory_;
  const LogNeeds needs_;
  std::vector<LogSegmentFile> files_;
  Break break_;
  uint64_t synced_through_ = 0;
  LogRecovery result_;
};

}  // namespace

Result<LogRecovery> RecoverLog(FileSystem* fs, const std::string& directory, LogNeeds needs) {
  return Recovery(fs, directory, needs).Run();
}

}  // namespace weir
