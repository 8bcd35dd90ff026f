#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "state/space_wait.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class WriteBatch;
}  // namespace rocksdb

namespace weir {

class FileSystem;

// Ordered maps from bytes to bytes on disk, one for each table of an app. Reads see what was
// committed. Nothing is promised to survive the process but checkpoints. One thread at a time; a
// child after fork() must not touch it.
class TableDatabase {
 public:
  struct Map {
    std::string name;
    uint64_t cache_bytes = 0;  // of blocks kept in memory
  };
  // Changes that are not written yet take up to so much memory for each map.
  static constexpr size_t kUnwrittenBytes = size_t{16} << 20;

  // Opens the database in a directory, or makes an empty one there. Maps that are not among `maps`
  // are dropped. `fs` must outlive it. With `full_disk` changes wait while the disk is full, also
  // those that RocksDB's threads write; otherwise that is a failure.
  static Result<std::unique_ptr<TableDatabase>> Open(
      FileSystem* fs, std::string path, const std::vector<Map>& maps,
      std::optional<SpaceWait::Terms> full_disk = {});
  ~TableDatabase();

  // Collects changes; later ones count.
  void Put(size_t map, std::string_view key, std::string_view value);
  void Delete(size_t map, std::string_view key);
  void DeleteRange(size_t map, std::string_view begin, std::string_view end);
  // Makes the changes, all of them or none. Fails for good once any read or write has failed.
  Status Commit();

  // Calls take(i, value) in ascending order for each keys[i] that is there.
  using Take = std::function<void(size_t i, std::string_view value)>;
  Status Get(size_t map, std::span<const std::string_view> keys, const Take& take) const;

  // Goes through a map in the order of keys, as it was when the cursor was made.
  class Cursor {
   public:
    virtual ~Cursor() = default;
    virtual void Seek(std::string_view key) = 0;
    virtual void Next() = 0;
    virtual bool valid() const = 0;  // false at the end, and after a failure
    virtual std::string_view key() const = 0;
    virtual std::string_view value() const = 0;
    virtual Status status() const = 0;
  };
  std::unique_ptr<Cursor> NewCursor(size_t map) const;

  // Puts what is committed into a directory that is not there yet, as a database of its own that
  // shares files with this one. Durable, but for the name of the directory.
  Status Checkpoint(const std::string& directory);
  // Makes `directory`, which is not there yet, a database from a checkpoint, which stays. kCorrupt
  // if that is not whole.
  static Status Restore(FileSystem* fs, const std::string& checkpoint,
                        const std::string& directory);
  // Reads a whole checkpoint, without opening it. kCorrupt, with the file, if it is damaged.
  static Status Verify(FileSystem* fs, const std::string& checkpoint);

 private:
  TableDatabase(FileSystem* fs, std::string path, std::optional<SpaceWait::Terms> full_disk);
  std::shared_ptr<SpaceWait> MakeWait(std::optional<SpaceWait::Terms> terms);
  Status OpenMaps(const std::vector<Map>& maps);
  Status LinkFiles(const std::vector<std::string>& names, uint64_t manifest_bytes,
                   const std::string& directory);
  Status Health() const;

  FileSystem* const fs_;
  const std::string path_;
  std::atomic<uint64_t> failures_ = 0;  // of reads and writes
  std::atomic<bool> closing_ = false;   // nothing waits any more
  const std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  // by map; the last is RocksDB's own
  std::unique_ptr<rocksdb::WriteBatch> changes_;
};

}  // namespace weir
