#include "exec/disk_tables.h"

#include <utility>

namespace weir {

DiskTables::DiskTables(std::shared_ptr<TablePlace> place) : place_(std::move(place)) {}

// What cannot be removed goes when the place is prepared the next time.
DiskTables::~DiskTables() {
  database_.reset();
  if (!path_.empty()) (void)place_->fs()->RemoveTree(path_);
}

std::shared_ptr<DiskTable> DiskTables::Add(std::string name, SchemaPtr schema,
                                           std::vector<uint32_t> primary_key,
                                           uint64_t cache_bytes) {
  CHECK(database_ == nullptr);
  maps_.push_back({std::move(name), cache_bytes});
  tables_.push_back(
      std::make_unique<DiskTable>(this, tables_.size(), std::move(schema), std::move(primary_key)));
  return {shared_from_this(), tables_.back().get()};
}

bool DiskTables::IsOpen() {
  if (database_ == nullptr && status_.ok()) {
    const Result<std::string> live = place_->NewLive();
    Note(live.status());
    if (live.ok()) Open(live.value());
  }
  return status_.ok();
}

void DiskTables::Open(const std::string& path) {
  path_ = path;
  auto opened = TableDatabase::Open(place_->fs(), path, maps_, place_->full_disk());
  Note(opened.status());
  if (!opened.ok()) return;
  database_ = std::move(opened).value();
  for (const auto& table : tables_) table->FindIndexes();
  if (status_.ok()) Note(database_->Commit());
}

void DiskTables::EndEpoch() {
  if (database_ == nullptr) return;
  for (const auto& table : tables_) changed_since_ = table->EndEpoch() || changed_since_;
  if (status_.ok()) Note(database_->Commit());
}

Status DiskTables::Checkpoint() {
  if (place_->self_contained() || tables_.empty()) return Status::Ok();
  if (!IsOpen()) return status_;
  std::string directory;
  const Result<uint64_t> number = place_->NewCheckpoint(&directory);
  if (!number.ok()) return number.status();
  Status made = database_->Checkpoint(directory);
  if (made.ok()) made = place_->SyncNames();
  if (!made.ok()) return made;
  checkpoint_ = number.value();
  changed_since_ = false;
  return made;
}

Status DiskTables::SettleCheckpoint() {
  return checkpoint_ == 0 ? Status::Ok() : place_->Settle(checkpoint_);
}

void DiskTables::Save(StateWriter& out) const {
  CHECK(place_->self_contained() || !changed_since_);  // of a checkpoint that is not that state
  out.Write(place_->self_contained() ? uint64_t{0} : checkpoint_);
}

void DiskTables::Load(StateReader& in) {
  const auto checkpoint = in.Get<uint64_t>();
  if (!in.ok() || checkpoint == 0 || !in.Check(database_ == nullptr, "the tables are in use")) {
    return;
  }
  const Result<std::string> live = place_->NewLive();
  Status status = live.status();
  if (status.ok()) {
    path_ = live.value();
    status = TableDatabase::Restore(place_->fs(), place_->CheckpointPath(checkpoint), path_);
  }
  if (status.ok()) {
    Open(path_);
  } else {
    Note(status);
  }
  if (!status_.ok()) in.Fail(status_.message());
}

void DiskTables::FinishLoad() {
  if (database_ == nullptr) return;
  for (const auto& table : tables_) {
    if (!table->is_loaded_) table->Clear();
  }
  if (status_.ok()) Note(database_->Commit());
}

}  // namespace weir
