#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/state_reader.h"
#include "state/file_system.h"
#include "state/snapshot_format.h"

namespace weir {

class SnapshotDatabase;
class SnapshotStore;

// Reads all records of one snapshot in the order of their keys. To be gone before its store.
class SnapshotReader {
 public:
  virtual ~SnapshotReader() = default;

  // False at the end. kCorrupt if stored bytes are damaged, or if at the end the records are not
  // those that the snapshot was committed with. The views are valid until the next call.
  virtual Result<bool> Next(std::string_view* key, std::string_view* value) = 0;
};

// The records that are to change from base() to the next snapshot. Fed by one thread, whichever.
// Destroyed without Commit it leaves no trace.
class SnapshotChange {
 public:
  ~SnapshotChange();

  // The snapshot the changes are against; 0: an empty one, so that every record must be put, and
  // those that are not put are gone.
  uint64_t base() const { return base_; }

  // A key that is changed several times keeps the last change. A failure is final.
  Status Put(std::string_view key, std::string_view value);
  Status Delete(std::string_view key);  // fine if there is no such record

  // Makes the snapshot, in one step and durable. Count and sum in `meta` are of all its records,
  // not only of those changed. After a failure the snapshot that was base() may be lost, but not
  // the newest one. Nothing may be called afterwards.
  Status Commit(const SnapshotMeta& meta);

 private:
  friend class SnapshotStore;
  SnapshotChange(SnapshotStore* store, SnapshotDatabase* database, bool whole);

  Status Added();
  Status SpillRun();
  Status JoinSpills();
  std::string NextFile();

  // A run on its way to a file.
  struct Spill {
    std::unique_ptr<SnapshotRun> run;
    std::thread thread;
    Status status;
    Status Join();
  };

  SnapshotStore* const store_;
  SnapshotDatabase* const database_;
  const uint64_t base_;
  const bool erases_;  // the database has records, and the snapshot is made from nothing
  std::unique_ptr<SnapshotRun> run_;
  std::vector<Spill> spills_;
  size_t next_spill_ = 0;
  std::vector<std::string> spilled_;  // files
  Status failure_;
};

struct SnapshotOptions {
  Sealing* sealing = nullptr;  // null: not sealed
  // Changes of up to so many bytes are written through RocksDB's log, larger ones as files.
  size_t batch_bytes_max = size_t{4} << 20;
  size_t run_bytes = size_t{64} << 20;  // of records sorted in memory at a time
  // Runs being written at the same time: packing is slower than most disks. 1 makes the order of
  // all calls the same every time.
  size_t spills = 2;
  // Nothing in the directory is changed; Begin is not called. Nobody else may be writing.
  bool read_only = false;
};

// The two latest snapshots, each in a RocksDB database of its own (`a` and `b` below the
// directory), so that damage to one leaves the other. The next snapshot is made of the older one.
// One thread uses the store; a change may be fed and committed by another. A child after fork()
// must not touch it.
class SnapshotStore {
 public:
  // Makes the directory if need be. A database that is damaged is left alone and told in notes().
  // Fails with kInvalidArgument if a key is missing, kNotSupported for another format version.
  static Result<std::unique_ptr<SnapshotStore>> Open(FileSystem* fs, const std::string& directory,
                                                     SnapshotOptions options);
  ~SnapshotStore();

  SnapshotMeta newest() const;  // number 0: there is none
  SnapshotMeta older() const;
  // The directory of a snapshot's files; empty if there is no such snapshot.
  std::string PathOf(uint64_t number) const;
  // What was found damaged, one line each.
  std::vector<std::string> notes() const;

  // kNotFound if there is no such snapshot (any more).
  Result<std::unique_ptr<SnapshotReader>> Read(uint64_t number);
  // A snapshot's records at any place, for one that was verified. To be gone before its store.
  // kNotFound if there is no such snapshot (any more).
  Result<std::unique_ptr<StateSource>> Source(uint64_t number);
  // Sees each record of snapshot `number` while it is verified.
  using SeeRecord =
      std::function<void(uint64_t number, std::string_view key, std::string_view value)>;
  // Reads everything: kCorrupt if anything is damaged or missing.
  Status Verify(uint64_t number, const SeeRecord& see = nullptr);
  // Verifies the newest snapshot; if it is damaged drops it, with a note, and goes on with the
  // older one. Number 0 if none is left.
  Result<SnapshotMeta> NewestValid(const SeeRecord& see = nullptr);
  // Forgets a damaged snapshot: its database is emptied by the next change.
  void Drop(uint64_t number);

  // Begins the next snapshot; one at a time. `whole` asks for an empty base; the older snapshot
  // stays until the commit all the same. The base is empty too if there is no older snapshot, or if
  // it is sealed with another key than the current one.
  Result<std::unique_ptr<SnapshotChange>> Begin(bool whole = false);

 private:
  friend class SnapshotChange;
  SnapshotStore(FileSystem* fs, std::string directory, SnapshotOptions options);

  SnapshotDatabase* Find(uint64_t number) const;

  FileSystem* const fs_;
  const std::string directory_;
  const SnapshotOptions options_;
  mutable std::mutex mutex_;  // of the databases' metas and the notes
  std::array<std::unique_ptr<SnapshotDatabase>, 2> databases_;
  std::vector<std::string> notes_;
};

}  // namespace weir
