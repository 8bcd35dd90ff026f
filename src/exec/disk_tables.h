#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exec/disk_table.h"
#include "state/table_place.h"

namespace weir {

// The tables on disk of one running app, in one database. One thread at a time.
class DiskTables : public std::enable_shared_from_this<DiskTables> {
 public:
  explicit DiskTables(std::shared_ptr<TablePlace> place);
  ~DiskTables();

  // A further table, before anything runs. It keeps these tables alive.
  std::shared_ptr<DiskTable> Add(std::string name, SchemaPtr schema,
                                 std::vector<uint32_t> primary_key, uint64_t cache_bytes);
  bool empty() const { return tables_.empty(); }

  // Not ok for good once anything failed. What was found since then, or is missing, counts for
  // nothing.
  const Status& status() const { return status_; }
  // Takes over what the epoch changed.
  void EndEpoch();

  // Between epochs: makes a checkpoint, which states that are saved until the next change name.
  // Does nothing if states hold all rows.
  Status Checkpoint();
  // A state that names the last checkpoint is durable.
  Status SettleCheckpoint();
  // Where the rows of a state are: within it, or in a checkpoint.
  void Save(StateWriter& out) const;
  void Load(StateReader& in);
  // Empties the tables for which there was no state.
  void FinishLoad();

 private:
  friend class DiskTable;
  // Opens what is there, or an empty database. False after a failure.
  bool IsOpen();
  void Open(const std::string& path);
  void Note(const Status& status) {
    if (status_.ok()) status_ = status;
  }

  const std::shared_ptr<TablePlace> place_;
  std::vector<TableDatabase::Map> maps_;
  std::vector<std::unique_ptr<DiskTable>> tables_;
  std::string path_;
  std::unique_ptr<TableDatabase> database_;
  Status status_;
  uint64_t checkpoint_ = 0;  // the last one
  bool changed_since_ = true;
};

}  // namespace weir
