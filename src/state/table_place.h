#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "state/file_system.h"
#include "state/space_wait.h"

namespace weir {

// The directories of the tables on disk of one run: `live-N` holds a database in use, which is gone
// with the process; a number is a checkpoint that belongs to a snapshot. Nothing is made before it
// is needed. One thread at a time.
class TablePlace {
 public:
  // `directory`: made if need be; its parent is there.
  TablePlace(FileSystem* fs, std::string directory);
  // A directory of its own where the system has temporary files ($TMPDIR or /tmp), removed with the
  // object. `self_contained`: states hold all rows, so that they mean something elsewhere.
  // Otherwise checkpoints are read from `checkpoints`, if that is given.
  static std::shared_ptr<TablePlace> Temporary(bool self_contained, std::string checkpoints = "");
  ~TablePlace();

  FileSystem* fs() const { return fs_; }
  bool self_contained() const { return self_contained_; }
  // So many rows are looked at at a time where a find may give many; changes no result.
  uint32_t batch_rows() const { return batch_rows_; }
  void set_batch_rows(uint32_t rows) { batch_rows_ = rows; }

  // Databases wait while the disk is full; nothing, as at first: that is a failure.
  const std::optional<SpaceWait::Terms>& full_disk() const { return full_disk_; }
  void set_full_disk(SpaceWait::Terms terms) { full_disk_ = std::move(terms); }

  // A directory for a database, which is not there yet.
  Result<std::string> NewLive();
  // The number of the next checkpoint, and the directory to put it in.
  Result<uint64_t> NewCheckpoint(std::string* directory);
  // Once that directory is filled: makes its name durable.
  Status SyncNames() { return fs_->SyncDirectory(directory_); }
  std::string CheckpointPath(uint64_t checkpoint) const;
  // A snapshot that needs the checkpoint is durable. Those older than the one before are removed.
  Status Settle(uint64_t checkpoint);

 private:
  TablePlace(FileSystem* fs, std::string directory, bool temporary, bool self_contained,
             std::string checkpoints);
  Status Prepare();

  FileSystem* const fs_;
  std::string directory_;  // empty: temporary, not made yet
  const bool temporary_;
  const bool self_contained_;
  const std::string checkpoints_;  // empty: in directory_
  std::optional<SpaceWait::Terms> full_disk_;
  uint32_t batch_rows_ = 2048;
  bool prepared_ = false;
  uint64_t next_live_ = 1;
  uint64_t next_checkpoint_ = 1;
  uint64_t settled_ = 0;  // the last one; 0: none yet
};

}  // namespace weir
