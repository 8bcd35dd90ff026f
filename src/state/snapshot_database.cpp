#include "state/snapshot_database.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "state/kill_point.h"
#include "state/rocks_file_system.h"

namespace weir {
namespace {

rocksdb::Slice ToSlice(std::string_view view) { return {view.data(), view.size()}; }
std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

class Reader : public SnapshotReader {
 public:
  Reader(rocksdb::Iterator* iterator, SnapshotCodec codec, SnapshotMeta meta, std::string path)
      : iterator_(iterator), codec_(codec), meta_(std::move(meta)), path_(std::move(path)) {
    iterator_->Seek(ToSlice("r"));
  }

  Result<bool> Next(std::string_view* key, std::string_view* value) override {
    if (!codec_.is_sealed()) return NextPlain(key, value);
    if (next_ == group_.size()) {
      if (Status status = ReadGroup(); !status.ok()) return status;
    }
    if (group_.empty()) return AtEnd();
    *key = group_[next_].first;
    *value = group_[next_].second;
    ++next_;
    Count(*key, *value);
    return true;
  }

 private:
  Result<bool> NextPlain(std::string_view* key, std::string_view* value) {
    if (started_) iterator_->Next();
    started_ = true;
    if (!iterator_->Valid()) return AtEnd();
    *key = View(iterator_->key()).substr(1);
    *value = View(iterator_->value());
    Count(*key, *value);
    return true;
  }

  // Sealed keys lie in another order than their names; those of one owner lie together.
  Status ReadGroup() {
    group_.clear();
    next_ = 0;
    std::string owner;
    for (; iterator_->Valid(); iterator_->Next()) {
      const std::string_view stored = View(iterator_->key());
      std::string key;
      std::string value;
      const Status status = codec_.Open(stored, View(iterator_->value()), &key, &value);
      if (!status.ok()) return Status(status.code(), path_ + ": " + status.message());
      std::string key_owner = key.substr(0, key.find('\0'));
      if (group_.empty()) owner = key_owner;
      if (key_owner != owner) break;
      group_.emplace_back(std::move(key), std::move(value));
    }
    std::sort(group_.begin(), group_.end());
    return FromRocks(iterator_->status(), path_);
  }

  void Count(std::string_view key, std::string_view value) {
    ++count_;
    sum_.Add(SumOfRecord(key, value));
  }

  Result<bool> AtEnd() {
    if (Status status = FromRocks(iterator_->status(), path_); !status.ok()) return status;
    if (count_ == meta_.record_count && sum_ == meta_.sum) return false;
    return Status(StatusCode::kCorrupt,
                  path_ + ": snapshot " + std::to_string(meta_.number) + " is damaged: it has " +
                      std::to_string(count_) + " records, and should have " +
                      std::to_string(meta_.record_count) + " with a certain checksum");
  }

  const std::unique_ptr<rocksdb::Iterator> iterator_;
  const SnapshotCodec codec_;
  const SnapshotMeta meta_;
  const std::string path_;
  bool started_ = false;
  std::vector<std::pair<std::string, std::string>> group_;
  size_t next_ = 0;
  uint64_t count_ = 0;
  RecordSum sum_;
};

KeyId CurrentKey(const Sealing* sealing) {
  return sealing == nullptr ? KeyId{} : sealing->current();
}

}  // namespace

SnapshotDatabase::SnapshotDatabase(FileSystem* fs, std::string path, const SnapshotOptions& options)
    : fs_(fs),
      path_(std::move(path)),
      sealing_(options.sealing),
      read_only_(options.read_only),
      env_(MakeRocksEnv(fs, &failures_)),
      codec_(sealing_, CurrentKey(sealing_)) {}

SnapshotDatabase::~SnapshotDatabase() = default;

rocksdb::Options SnapshotDatabase::MakeOptions() const {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = size_t{16} << 10;
  table.block_cache = rocksdb::NewLRUCache(size_t{8} << 20);
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  rocksdb::Options options;
  options.env = env_.get();
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // Sealed values cannot be packed.
  options.compression = sealing_ == nullptr ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  options.write_buffer_size = size_t{16} << 20;
  options.max_background_jobs = 2;
  options.max_open_files = 128;
  options.max_file_opening_threads = 1;
  options.paranoid_checks = true;
  options.avoid_flush_during_shutdown = true;  // RocksDB's log has it
  options.skip_stats_update_on_db_open = true;
  options.skip_checking_sst_file_sizes_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // What a torn log loses is a snapshot that was never reported as made.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  return options;
}

Status SnapshotDatabase::Open() {
  db_.reset();
  meta_ = SnapshotMeta();
  codec_ = SnapshotCodec(sealing_, CurrentKey(sealing_));
  if (read_only_) return OpenToRead();
  // RocksDB makes its directory, but leaves it to chance whether its name survives.
  Status made = fs_->MakeDirectory(path_);
  if (made.ok()) made = fs_->SyncDirectory(DirectoryOf(path_));
  is_broken_ = !made.ok();
  if (!made.ok()) return made;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(MakeOptions(), path_, &db);
  return Opened(status, db);
}

Status SnapshotDatabase::OpenToRead() {
  const Result<bool> there = fs_->Exists(JoinPath(path_, "CURRENT"));
  is_broken_ = !there.ok();
  if (!there.ok()) return there.status();
  if (!there.value()) return Status::Ok();  // never written
  rocksdb::Options options = MakeOptions();
  // A damaged log is told, not passed over.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, path_, &db);
  return Opened(status, db);
}

Status SnapshotDatabase::Opened(const rocksdb::Status& status, rocksdb::DB* db) {
  is_broken_ = !status.ok();
  if (!status.ok()) return FromRocks(status, path_);
  db_.reset(db);
  const Status meta_status = ReadMeta();
  if (!meta_status.ok()) set_broken();
  return meta_status;
}

Status SnapshotDatabase::ReadMeta() {
  rocksdb::ReadOptions read;
  read.verify_checksums = true;
  std::string bytes;
  const rocksdb::Status status = db_->Get(read, ToSlice(kSnapshotMetaKey), &bytes);
  if (status.IsNotFound()) return Status::Ok();
  if (!status.ok()) return FromRocks(status, path_);
  KeyId key;
  Status decoded = DecodeSnapshotMeta(bytes, sealing_, path_, &meta_, &key);
  if (decoded.ok()) codec_ = SnapshotCodec(sealing_, key);
  return decoded;
}

Status SnapshotDatabase::Wipe() {
  db_.reset();
  set_broken();
  Status status = fs_->RemoveTree(path_);
  if (status.ok()) status = fs_->SyncDirectory(DirectoryOf(path_));
  KILL_POINT("snapshot.wiped");
  return status.ok() ? Open() : status;
}

// RocksDB may go on after a failure: when it cannot read where the keys of an ingested file begin,
// it takes the file, and never looks for a key in it. So a commit during which any read or write
// failed is a failed commit.
Status SnapshotDatabase::Committed(Status status, uint64_t failures_before,
                                   const SnapshotMeta& meta) {
  if (status.ok()) status = ReadMeta();
  if (status.ok() && (failures_ != failures_before || meta_.number != meta.number)) {
    status = Status(StatusCode::kIoError, path_ + ": a read or write failed while snapshot " +
                                              std::to_string(meta.number) + " was committed");
  }
  if (!status.ok()) set_broken();
  return status;
}

Status SnapshotDatabase::Apply(const SnapshotRun& run, const SnapshotMeta& meta) {
  rocksdb::WriteBatch batch;
  rocksdb::Status status;
  for (const SnapshotRun::Entry& entry : run.entries()) {
    const rocksdb::Slice key = ToSlice(run.KeyOf(entry));
    status = entry.is_delete ? batch.Delete(key) : batch.Put(key, ToSlice(run.ValueOf(entry)));
    if (!status.ok()) return FromRocks(status, path_);
  }
  status = batch.Put(ToSlice(kSnapshotMetaKey), codec_.EncodeMeta(meta));
  if (!status.ok()) return FromRocks(status, path_);
  rocksdb::WriteOptions write;
  write.sync = true;
  const uint64_t failures_before = failures_;
  KILL_POINT("snapshot.before_batch");
  status = db_->Write(write, &batch);
  KILL_POINT("snapshot.after_batch");
  return Committed(FromRocks(status, path_), failures_before, meta);
}

Status SnapshotDatabase::WriteRun(const SnapshotRun& run, const std::string& file) const {
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), MakeOptions());
  rocksdb::Status status = writer.Open(file);
  constexpr size_t kAhead = 16;  // in the order of keys, records lie anywhere in memory
  for (size_t i = 0; i < run.entries().size() && status.ok(); ++i) {
    if (i + kAhead < run.entries().size()) {
      __builtin_prefetch(run.KeyOf(run.entries()[i + kAhead]).data());
    }
    const SnapshotRun::Entry& entry = run.entries()[i];
    const rocksdb::Slice key = ToSlice(run.KeyOf(entry));
    status = entry.is_delete ? writer.Delete(key) : writer.Put(key, ToSlice(run.ValueOf(entry)));
  }
  if (status.ok()) status = writer.Finish();
  KILL_POINT("snapshot.wrote_run");
  return FromRocks(status, file);
}

Status SnapshotDatabase::WriteMeta(const SnapshotMeta& meta, const std::string& file) const {
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), MakeOptions());
  rocksdb::Status status = writer.Open(file);
  if (status.ok()) status = writer.Put(ToSlice(kSnapshotMetaKey), codec_.EncodeMeta(meta));
  if (status.ok()) status = writer.Finish();
  return FromRocks(status, file);
}

Status SnapshotDatabase::Ingest(const std::vector<std::string>& files, const SnapshotMeta& meta) {
  rocksdb::IngestExternalFileOptions ingest;
  ingest.move_files = true;
  ingest.write_global_seqno = false;
  const uint64_t failures_before = failures_;
  KILL_POINT("snapshot.before_ingest");
  const rocksdb::Status status = db_->IngestExternalFile(files, ingest);
  KILL_POINT("snapshot.after_ingest");
  return Committed(FromRocks(status, path_), failures_before, meta);
}

Result<std::unique_ptr<SnapshotReader>> SnapshotDatabase::Read() const {
  rocksdb::ReadOptions read;
  read.verify_checksums = true;
  read.fill_cache = false;
  read.readahead_size = size_t{1} << 20;
  return std::unique_ptr<SnapshotReader>(
      std::make_unique<Reader>(db_->NewIterator(read), codec_, meta_, path_));
}

}  // namespace weir
