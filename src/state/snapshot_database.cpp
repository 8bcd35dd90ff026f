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

// All stored keys of records lie between these two.
constexpr std::string_view kRecordsBegin = "r";
constexpr std::string_view kRecordsEnd = "s";

// Sealed keys lie in another order than their names, but those of one owner together: they are read
// owner by owner.
class Cursor final : public StateSource {
 public:
  Cursor(std::unique_ptr<rocksdb::Iterator> iterator, SnapshotCodec codec, std::string path)
      : iterator_(std::move(iterator)), codec_(codec), path_(std::move(path)) {}

  void Seek(std::string_view key) override {
    const bool sealed = codec_.is_sealed();
    const size_t nul = key.find('\0');
    const bool in_owner = sealed && nul != std::string_view::npos;
    stored_ = std::string(kRecordsBegin).append(in_owner ? key.substr(0, nul + 1) : key);
    iterator_->Seek(ToSlice(stored_));
    if (!sealed) return;
    ReadOwner();
    while (next_ < owned_.size() && owned_[next_].first < key) Next();
  }
  void Next() override {
    if (!codec_.is_sealed()) {
      iterator_->Next();
    } else if (++next_ == owned_.size()) {
      ReadOwner();
    }
  }
  bool valid() const override {
    return codec_.is_sealed() ? next_ < owned_.size() : iterator_->Valid();
  }
  std::string_view key() const override {
    return codec_.is_sealed() ? owned_[next_].first : View(iterator_->key()).substr(1);
  }
  std::string_view value() const override {
    return codec_.is_sealed() ? owned_[next_].second : View(iterator_->value());
  }
  Status status() const override {
    return status_.ok() ? FromRocks(iterator_->status(), path_) : status_;
  }

 private:
  void ReadOwner() {
    owned_.clear();
    next_ = 0;
    std::string owner;
    for (; iterator_->Valid(); iterator_->Next()) {
      std::string key;
      std::string value;
      const Status opened =
          codec_.Open(View(iterator_->key()), View(iterator_->value()), &key, &value);
      if (!opened.ok()) {
        status_ = Status(opened.code(), path_ + ": " + opened.message());
        owned_.clear();
        return;
      }
      std::string key_owner = key.substr(0, key.find('\0'));
      if (owned_.empty()) owner = key_owner;
      if (key_owner != owner) break;
      owned_.emplace_back(std::move(key), std::move(value));
    }
    std::sort(owned_.begin(), owned_.end());
  }

  const std::unique_ptr<rocksdb::Iterator> iterator_;
  const SnapshotCodec codec_;
  const std::string path_;
  std::string stored_;
  Status status_;
  std::vector<std::pair<std::string, std::string>> owned_;
  size_t next_ = 0;
};

class Reader final : public SnapshotReader {
 public:
  Reader(std::unique_ptr<StateSource> records, SnapshotMeta meta, std::string path)
      : records_(std::move(records)), meta_(std::move(meta)), path_(std::move(path)) {
    records_->Seek("");
  }

  Result<bool> Next(std::string_view* key, std::string_view* value) override {
    if (started_) records_->Next();
    started_ = true;
    if (!records_->valid()) return AtEnd();
    *key = records_->key();
    *value = records_->value();
    ++count_;
    sum_.Add(SumOfRecord(*key, *value));
    return true;
  }

 private:
  Result<bool> AtEnd() {
    if (Status status = records_->status(); !status.ok()) return status;
    if (count_ == meta_.record_count && sum_ == meta_.sum) return false;
    return Status(StatusCode::kCorrupt,
                  path_ + ": snapshot " + std::to_string(meta_.number) + " is damaged: it has " +
                      std::to_string(count_) + " records, and should have " +
                      std::to_string(meta_.record_count) + " with a certain checksum");
  }

  const std::unique_ptr<StateSource> records_;
  const SnapshotMeta meta_;
  const std::string path_;
  bool started_ = false;
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

Status SnapshotDatabase::Apply(const SnapshotRun& run, const SnapshotMeta& meta, bool erase) {
  rocksdb::WriteBatch batch;
  rocksdb::Status status;
  if (erase) status = batch.DeleteRange(ToSlice(kRecordsBegin), ToSlice(kRecordsEnd));
  if (!status.ok()) return FromRocks(status, path_);
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
  rocksdb::EnvOptions files;
  files.bytes_per_sync = size_t{4} << 20;
  rocksdb::SstFileWriter writer(files, MakeOptions());
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

Status SnapshotDatabase::WriteErasure(const std::string& file) const {
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), MakeOptions());
  rocksdb::Status status = writer.Open(file);
  if (status.ok()) status = writer.DeleteRange(ToSlice(kRecordsBegin), ToSlice(kRecordsEnd));
  if (status.ok()) status = writer.Finish();
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

std::unique_ptr<rocksdb::Iterator> SnapshotDatabase::NewIterator() const {
  rocksdb::ReadOptions read;
  read.verify_checksums = true;
  read.fill_cache = false;
  read.readahead_size = size_t{1} << 20;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(read));
}

Result<std::unique_ptr<StateSource>> SnapshotDatabase::Source() const {
  return std::unique_ptr<StateSource>(std::make_unique<Cursor>(NewIterator(), codec_, path_));
}

Result<std::unique_ptr<SnapshotReader>> SnapshotDatabase::Read() const {
  return std::unique_ptr<SnapshotReader>(std::make_unique<Reader>(
      std::make_unique<Cursor>(NewIterator(), codec_, path_), meta_, path_));
}

}  // namespace weir
