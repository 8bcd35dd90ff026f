#include "state/log_segment.h"

#include <algorithm>
#include <cstring>

#include "state/fixed_bytes.h"
#include "state/kill_point.h"

namespace weir {
namespace {

constexpr uint64_t kReadAheadBytes = uint64_t{1} << 18;

}  // namespace

Result<const char*> LogSegmentReader::Fetch(uint64_t offset, uint64_t size) {
  const bool is_here = offset >= buffer_offset_ && offset + size <= buffer_offset_ + buffer_.size();
  if (!is_here) {
    const uint64_t wanted = std::min(std::max(size, kReadAheadBytes), file_bytes_ - offset);
    buffer_.resize(wanted);
    buffer_offset_ = offset;
    const Result<size_t> got = file_->ReadAt(offset, wanted, buffer_.data());
    if (!got.ok() || got.value() < wanted) buffer_.clear();
    if (!got.ok()) return got.status();
    if (got.value() < wanted) {
      return Status(StatusCode::kIoError, path_ + ": read: the file got shorter meanwhile");
    }
  }
  return buffer_.data() + (offset - buffer_offset_);
}

Result<std::unique_ptr<LogSegmentReader>> LogSegmentReader::Open(FileSystem* fs,
                                                                 const std::string& path) {
  Result<uint64_t> size = fs->SizeOf(path);
  if (!size.ok()) return size.status();
  Result<std::unique_ptr<RandomAccessFile>> file = fs->OpenRandomAccess(path);
  if (!file.ok()) return file.status();
  std::unique_ptr<LogSegmentReader> reader(
      new LogSegmentReader(path, std::move(file).value(), size.value()));
  uint64_t seen = 0;
  uint64_t needed = 0;
  do {
    seen = needed;
    const Result<const char*> bytes = reader->Fetch(0, seen);
    if (!bytes.ok()) return bytes.status();
    const Status status =
        ParseLogSegmentHead({bytes.value(), seen}, size.value(), path, &reader->head_, &needed);
    if (!status.ok()) return status;
  } while (needed > seen);
  if (LogSegmentName(reader->head_.first_number) != path.substr(path.rfind('/') + 1)) {
    return Status(StatusCode::kCorrupt, path + ": its first record is number " +
                                            std::to_string(reader->head_.first_number));
  }
  reader->next_offset_ = reader->head_.stored_bytes;
  return reader;
}

Result<LogSegmentReader::Found> LogSegmentReader::Next() {
  offset_ = next_offset_;
  const uint64_t left = file_bytes_ - offset_;
  if (left == 0) return Found::kEnd;
  is_cut_off_ = left < kLogRecordHeadBytes;
  if (is_cut_off_) return Found::kBad;
  Result<const char*> bytes = Fetch(offset_, kLogRecordHeadBytes);
  if (!bytes.ok()) return bytes.status();
  record_head_ = LogRecordHead();
  if (!ReadLogRecordHead(bytes.value(), left, &record_head_)) {
    is_cut_off_ = record_head_.stored_bytes > left - kLogRecordHeadBytes;
    return Found::kBad;
  }
  const uint64_t size = kLogRecordHeadBytes + record_head_.stored_bytes;
  bytes = Fetch(offset_, size);
  if (!bytes.ok()) return bytes.status();
  record_ = {bytes.value(), size};
  if (!CheckLogRecord(record_, head_.salt)) return Found::kBad;
  next_offset_ = offset_ + size;
  return Found::kRecord;
}

Result<uint64_t> LogSegmentReader::SyncedBehind(uint64_t number) {
  const uint64_t size = file_bytes_ - offset_;
  const Result<const char*> bytes = Fetch(offset_, size);
  if (!bytes.ok()) return bytes.status();
  const std::string_view rest(bytes.value(), size);
  std::string marker;
  AppendFixed(kLogRecordMarker, &marker);
  uint64_t synced = 0;
  for (size_t at = rest.find(marker); at != std::string_view::npos;
       at = rest.find(marker, at + 1)) {
    if (at < kLogMarkerOffset) continue;
    const std::string_view from = rest.substr(at - kLogMarkerOffset);
    LogRecordHead head;
    if (from.size() < kLogRecordHeadBytes || !ReadLogRecordHead(from.data(), from.size(), &head) ||
        head.number <= number || head.synced_through <= synced) {
      continue;
    }
    if (CheckLogRecord(from.substr(0, kLogRecordHeadBytes + head.stored_bytes), head_.salt)) {
      synced = head.synced_through;
    }
  }
  return synced;
}

Result<bool> LogSegmentReader::PassDamage() {
  const uint64_t begin = offset_ + 1;
  if (begin >= file_bytes_) return false;
  const Result<const char*> bytes = Fetch(begin, file_bytes_ - begin);
  if (!bytes.ok()) return bytes.status();
  const std::string_view rest(bytes.value(), file_bytes_ - begin);
  std::string marker;
  AppendFixed(kLogRecordMarker, &marker);
  for (size_t at = rest.find(marker); at != std::string_view::npos;
       at = rest.find(marker, at + 1)) {
    if (at < kLogMarkerOffset) continue;
    const std::string_view from = rest.substr(at - kLogMarkerOffset);
    LogRecordHead head;
    if (from.size() < kLogRecordHeadBytes || !ReadLogRecordHead(from.data(), from.size(), &head) ||
        !CheckLogRecord(from.substr(0, kLogRecordHeadBytes + head.stored_bytes), head_.salt)) {
      continue;
    }
    next_offset_ = begin + at - kLogMarkerOffset;
    return true;
  }
  return false;
}

// --- segments of a directory

Result<std::vector<LogSegmentFile>> FindLogSegments(FileSystem* fs, const std::string& directory) {
  std::vector<LogSegmentFile> segments;
  const Result<std::vector<std::string>> names = fs->List(directory);
  if (!names.ok()) {
    if (names.status().code() == StatusCode::kNotFound) return segments;
    return names.status();
  }
  for (const std::string& name : names.value()) {  // sorted, so by number
    const uint64_t first = ParseLogSegmentName(name);
    if (first != 0) segments.push_back({first, JoinPath(directory, name)});
  }
  return segments;
}

namespace {

// The last record's number, and what is wrong behind it.
Status ReadTail(FileSystem* fs, LogSegmentInfo* info) {
  Result<std::unique_ptr<LogSegmentReader>> reader = LogSegmentReader::Open(fs, info->path);
  if (!reader.ok()) return reader.status();
  while (true) {
    const Result<LogSegmentReader::Found> found = reader.value()->Next();
    if (!found.ok()) return found.status();
    if (found.value() == LogSegmentReader::Found::kRecord) {
      info->last_number = reader.value()->record_head().number;
      continue;
    }
    if (found.value() == LogSegmentReader::Found::kBad) {
      info->problem = "no whole record at offset " + std::to_string(reader.value()->offset());
    }
    return Status::Ok();
  }
}

bool IsAboutContent(const Status& status) {
  return status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kNotSupported;
}

}  // namespace

Result<std::vector<LogSegmentInfo>> ListLogSegments(FileSystem* fs, const std::string& directory) {
  const Result<std::vector<LogSegmentFile>> files = FindLogSegments(fs, directory);
  if (!files.ok()) return files.status();
  std::vector<LogSegmentInfo> segments;
  for (size_t i = 0; i < files.value().size(); ++i) {
    LogSegmentInfo info;
    info.path = files.value()[i].path;
    info.first_number = files.value()[i].first_number;
    info.last_number = info.first_number - 1;
    const Result<uint64_t> bytes = fs->SizeOf(info.path);
    if (!bytes.ok()) return bytes.status();
    info.bytes = bytes.value();
    const Result<int64_t> modified = fs->ModifiedMs(info.path);
    if (!modified.ok()) return modified.status();
    info.modified_ms = modified.value();
    const Result<std::unique_ptr<LogSegmentReader>> reader = LogSegmentReader::Open(fs, info.path);
    Status status = reader.status();
    if (reader.ok()) info.key_id = reader.value()->head().key_id;
    if (status.ok() && i + 1 == files.value().size()) status = ReadTail(fs, &info);
    if (status.ok() && i + 1 < files.value().size()) {
      info.last_number = files.value()[i + 1].first_number - 1;
    }
    if (!status.ok() && !IsAboutContent(status)) return status;
    if (!status.ok()) info.problem = status.message();
    segments.push_back(std::move(info));
  }
  return segments;
}

Result<uint64_t> CutLog(FileSystem* fs, const std::string& directory, uint64_t before,
                        const LogRetention& retention) {
  const Result<std::vector<LogSegmentFile>> files = FindLogSegments(fs, directory);
  if (!files.ok()) return files.status();
  uint64_t total = 0;
  for (const LogSegmentFile& file : files.value()) {
    const Result<uint64_t> bytes = fs->SizeOf(file.path);
    if (!bytes.ok()) return bytes.status();
    total += bytes.value();
  }
  uint64_t removed = 0;
  for (size_t i = 0; i + 1 < files.value().size(); ++i) {
    const std::string& path = files.value()[i].path;
    if (files.value()[i + 1].first_number > before) break;
    const Result<uint64_t> bytes = fs->SizeOf(path);
    if (!bytes.ok()) return bytes.status();
    const Result<int64_t> modified = fs->ModifiedMs(path);
    if (!modified.ok()) return modified.status();
    const bool is_young =
        retention.age_ms < 0 || retention.now_ms - modified.value() <= retention.age_ms;
    if (total <= retention.bytes && is_young) break;
    if (Status status = fs->Remove(path); !status.ok()) return status;
    KILL_POINT("log.cut_segment");
    total -= bytes.value();
    ++removed;
  }
  if (removed == 0) return removed;
  if (Status status = fs->SyncDirectory(directory); !status.ok()) return status;
  return removed;
}

}  // namespace weir
