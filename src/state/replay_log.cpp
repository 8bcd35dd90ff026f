#include "state/replay_log.h"

#include <openssl/rand.h>

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "state/kill_point.h"

namespace weir {
namespace {

// So many full segments may wait for a sync; then Append waits for it.
constexpr size_t kFinishedSegmentsMax = 8;

}  // namespace

Result<std::unique_ptr<LogWriter>> LogWriter::Open(FileSystem* fs, const std::string& directory,
                                                   LogOptions options, uint64_t next_number) {
  CHECK(next_number >= 1);
  const Result<bool> exists = fs->Exists(directory);
  if (!exists.ok()) return exists.status();
  if (!exists.value()) {
    Status status = fs->MakeDirectory(directory);
    if (status.ok()) status = fs->SyncDirectory(DirectoryOf(directory));
    if (!status.ok()) return status;
  }
  return std::unique_ptr<LogWriter>(new LogWriter(fs, directory, std::move(options), next_number));
}

LogWriter::~LogWriter() = default;

Status LogWriter::Fail(Status status) {
  if (failure_.ok()) failure_ = status;
  return status;
}

// The head is durable before the first record, so that a damaged head can be told from one that
// never got to the disk.
Status LogWriter::BeginSegment() {
  head_ = LogSegmentHead();
  head_.first_number = next_number_;
  head_.synced_through = synced_through_;
  head_.salt = options_.salt;
  if (head_.salt == 0) {
    CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&head_.salt), sizeof(head_.salt)) == 1);
  }
  head_.schema = options_.schema;
  if (options_.sealing != nullptr) head_.key_id = options_.sealing->current();
  std::string bytes;
  AppendLogSegmentHead(head_, options_.sealing, &bytes);
  const std::string path = JoinPath(directory_, LogSegmentName(next_number_));
  Result<std::unique_ptr<WritableFile>> file = fs_->Create(path);
  if (!file.ok()) return file.status();
  KILL_POINT("log.created_segment");
  Status status = file.value()->Append(bytes);
  if (status.ok()) status = file.value()->Sync();
  if (status.ok()) status = fs_->SyncDirectory(directory_);
  KILL_POINT("log.synced_segment");
  if (!status.ok()) {
    // A head without records is harmless, should it be impossible to remove.
    file.value().reset();
    (void)fs_->Remove(path).ok();
    return status;
  }
  if (file_ != nullptr) finished_.push_back(std::move(file_));
  file_ = std::move(file).value();
  return Status::Ok();
}

Result<uint64_t> LogWriter::Append(std::string_view payload) {
  if (payload.size() > kLogPayloadBytesMax) {
    return Status(StatusCode::kLimit, "a record of the log has more than 1 GiB: " +
                                          std::to_string(payload.size()) + " bytes");
  }
  bool too_many_finished = false;
  uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    if (file_ == nullptr || file_->size() >= options_.segment_bytes) {
      Status status = BeginSegment();
      if (status.code() == StatusCode::kNoSpace) return status;
      if (!status.ok()) return Fail(status);
    }
    bytes_.clear();
    number = next_number_;
    AppendLogRecord(head_, number, synced_through_, payload, options_.pack, options_.sealing,
                    &bytes_);
    KILL_POINT("log.before_append");
    const Status status = file_->Append(bytes_);
    KILL_POINT("log.after_append");
    if (!status.ok()) {
      // Frees the space of the torn record; if that fails the next one is written over it.
      (void)file_->Truncate(file_->size()).ok();
      return status.code() == StatusCode::kNoSpace ? status : Fail(status);
    }
    ++next_number_;
    too_many_finished = finished_.size() >= kFinishedSegmentsMax;
  }
  if (options_.sync == SyncPolicy::kEpoch || too_many_finished) {
    if (Status status = Sync(); !status.ok()) return status;
  }
  return number;
}

Status LogWriter::Sync() {
  const std::lock_guard one_sync(sync_mutex_);
  std::vector<std::shared_ptr<WritableFile>> files;
  uint64_t through = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    through = next_number_ - 1;
    if (through == synced_through_) return Status::Ok();
    files = finished_;
    if (file_ != nullptr) files.push_back(file_);
  }
  KILL_POINT("log.before_sync");
  const auto begin = std::chrono::steady_clock::now();
  Status status;
  for (const auto& file : files) {
    if (status.ok()) status = file->Sync();
  }
  KILL_POINT("log.after_sync");
  const std::lock_guard lock(mutex_);
  if (!status.ok()) return Fail(status);
  ++sync_costs_.syncs;
  sync_costs_.us += std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::steady_clock::now() - begin)
                        .count();
  synced_through_ = through;
  std::erase_if(finished_, [&](const auto& done) {
    return std::find(files.begin(), files.end(), done) != files.end();
  });
  return Status::Ok();
}

LogWriter::SyncCosts LogWriter::sync_costs() const {
  const std::lock_guard lock(mutex_);
  return sync_costs_;
}

Status LogWriter::Close() {
  if (Status status = Sync(); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  Status status;
  if (file_ != nullptr) status = file_->Close();
  file_.reset();
  if (failure_.ok()) failure_ = Status::Invalid(directory_ + ": the log is closed");
  return status;
}

void LogWriter::SetSchema(std::string schema) {
  const std::lock_guard lock(mutex_);
  options_.schema = std::move(schema);
  if (file_ != nullptr) finished_.push_back(std::move(file_));
  file_.reset();
}

uint64_t LogWriter::next_number() const {
  const std::lock_guard lock(mutex_);
  return next_number_;
}

uint64_t LogWriter::synced_through() const {
  const std::lock_guard lock(mutex_);
  return synced_through_;
}

// --- reading

Result<std::unique_ptr<LogReader>> LogReader::Open(FileSystem* fs, const std::string& directory,
                                                   const Sealing* sealing, uint64_t from,
                                                   Tail tail) {
  Result<std::vector<LogSegmentFile>> files = FindLogSegments(fs, directory);
  if (!files.ok()) return files.status();
  size_t first = 0;
  while (first + 1 < files.value().size() && files.value()[first + 1].first_number <= from) ++first;
  if (first < files.value().size() && files.value()[first].first_number > from) {
    return Status(StatusCode::kCorrupt, directory + ": record " + std::to_string(from) +
                                            " is not there: the log begins " + "with record " +
                                            std::to_string(files.value()[first].first_number));
  }
  std::unique_ptr<LogReader> reader(
      new LogReader(fs, sealing, std::move(files).value(), from, tail));
  reader->next_file_ = first;
  if (first < reader->files_.size()) reader->next_number_ = reader->files_[first].first_number;
  return reader;
}

// The last segment was created and nothing written to it.
bool LogReader::IsTornHead() const {
  if (tail_ == Tail::kWhole || next_file_ + 1 != files_.size()) return false;
  const Result<uint64_t> bytes = fs_->SizeOf(files_[next_file_].path);
  return bytes.ok() && bytes.value() == 0;
}

// The segment is the last one, and no record behind the bad bytes proves that they were a record.
Result<bool> LogReader::IsTornTail() const {
  if (tail_ == Tail::kWhole || next_file_ != files_.size()) return false;
  const Result<uint64_t> synced = segment_->SyncedBehind(next_number_);
  if (!synced.ok()) return synced.status();
  return synced.value() < next_number_;
}

Status LogReader::OpenSegment() {
  Result<std::unique_ptr<LogSegmentReader>> segment =
      LogSegmentReader::Open(fs_, files_[next_file_].path);
  if (!segment.ok()) return segment.status();
  segment_ = std::move(segment).value();
  ++next_file_;
  if (segment_->head().first_number != next_number_) {
    return Status(StatusCode::kCorrupt, segment_->path() + ": record " +
                                            std::to_string(next_number_) +
                                            " is missing before this segment");
  }
  Result<std::string> schema = OpenLogSchema(segment_->head(), sealing_, segment_->path());
  if (!schema.ok()) return schema.status();
  if (segment_is_first_ || schema.value() != schema_) schema_is_new_ = true;
  segment_is_first_ = false;
  schema_ = std::move(schema).value();
  return Status::Ok();
}

Result<bool> LogReader::Next(Record* record) {
  while (true) {
    if (segment_ == nullptr) {
      if (next_file_ == files_.size() || IsTornHead()) return false;
      if (Status status = OpenSegment(); !status.ok()) return status;
    }
    const Result<LogSegmentReader::Found> found = segment_->Next();
    if (!found.ok()) return found.status();
    if (found.value() == LogSegmentReader::Found::kEnd) {
      segment_.reset();
      continue;
    }
    const std::string where = segment_->path() + ": record " + std::to_string(next_number_) +
                              " at offset " + std::to_string(segment_->offset());
    if (found.value() == LogSegmentReader::Found::kBad ||
        segment_->record_head().number != next_number_) {
      const Result<bool> torn = IsTornTail();
      if (!torn.ok()) return torn.status();
      if (torn.value()) return false;
      return Status(StatusCode::kCorrupt, where + ": damaged");
    }
    ++next_number_;
    if (next_number_ <= from_) continue;
    const Result<std::string_view> payload =
        OpenLogPayload(segment_->head(), segment_->record(), sealing_, where, &buffer_);
    if (!payload.ok()) return payload.status();
    record->number = next_number_ - 1;
    record->payload = payload.value();
    record->has_new_schema = schema_is_new_;
    schema_is_new_ = false;
    return true;
  }
}

}  // namespace weir
