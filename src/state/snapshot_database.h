#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "state/snapshot_store.h"

namespace rocksdb {
class DB;
class Env;
class Iterator;
class Status;
struct Options;
}  // namespace rocksdb

namespace weir {

// One snapshot in one RocksDB database.
class SnapshotDatabase {
 public:
  SnapshotDatabase(FileSystem* fs, std::string path, const SnapshotOptions& options);
  ~SnapshotDatabase();

  // Opens what is there and reads the meta; a database that is not there is empty.
  Status Open();
  // Removes all and opens an empty database, sealed with the current key.
  Status Wipe();

  const std::string& path() const { return path_; }
  const SnapshotMeta& meta() const { return meta_; }
  const SnapshotCodec& codec() const { return codec_; }
  // Not to be built upon: it must be wiped first.
  bool is_broken() const { return is_broken_; }
  void set_broken() {
    is_broken_ = true;
    meta_ = SnapshotMeta();
  }

  // Commits a small change; with `erase` to a database without any records. A failure leaves the
  // database broken.
  Status Apply(const SnapshotRun& run, const SnapshotMeta& meta, bool erase);
  // Writes a file that takes away all records, to be committed in front of others.
  Status WriteErasure(const std::string& file) const;
  // Writes a sorted run to a file, to be committed later with others.
  Status WriteRun(const SnapshotRun& run, const std::string& file) const;
  Status WriteMeta(const SnapshotMeta& meta, const std::string& file) const;
  // Commits files, later ones over earlier ones. A failure leaves the database broken.
  Status Ingest(const std::vector<std::string>& files, const SnapshotMeta& meta);

  Result<std::unique_ptr<SnapshotReader>> Read() const;
  Result<std::unique_ptr<StateSource>> Source() const;

 private:
  rocksdb::Options MakeOptions() const;
  std::unique_ptr<rocksdb::Iterator> NewIterator() const;
  Status OpenToRead();
  Status Opened(const rocksdb::Status& status, rocksdb::DB* db);
  Status ReadMeta();
  Status Committed(Status status, uint64_t failures_before, const SnapshotMeta& meta);

  FileSystem* const fs_;
  const std::string path_;
  Sealing* const sealing_;
  const bool read_only_;
  std::atomic<uint64_t> failures_ = 0;  // of reads and writes
  const std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  SnapshotCodec codec_;
  SnapshotMeta meta_;
  bool is_broken_ = false;
};

}  // namespace weir
