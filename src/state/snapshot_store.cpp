#include "state/snapshot_store.h"

#include "base/check.h"
#include "state/kill_point.h"
#include "state/snapshot_database.h"

namespace weir {

// --- changes

SnapshotChange::SnapshotChange(SnapshotStore* store, SnapshotDatabase* database, bool whole)
    : store_(store),
      database_(database),
      base_(whole ? 0 : database->meta().number),
      erases_(whole && database->meta().number != 0),
      run_(std::make_unique<SnapshotRun>(&database->codec())),
      spills_(store->options_.spills) {}

SnapshotChange::~SnapshotChange() {
  (void)JoinSpills().ok();
  // Left-over files are removed at the next start if not now.
  for (const std::string& file : spilled_) (void)store_->fs_->RemoveTree(file).ok();
}

Status SnapshotChange::Put(std::string_view key, std::string_view value) {
  constexpr size_t kRecordBytesMax = size_t{1} << 30;
  if (key.size() + value.size() > kRecordBytesMax) {
    return failure_ = Status(StatusCode::kLimit, "a record of a snapshot has more than 1 GiB");
  }
  run_->Put(key, value);
  return Added();
}

Status SnapshotChange::Delete(std::string_view key) {
  run_->Delete(key);
  return Added();
}

Status SnapshotChange::Added() {
  if (failure_.ok() && run_->bytes() >= store_->options_.run_bytes) failure_ = SpillRun();
  return failure_;
}

Status SnapshotChange::Spill::Join() {
  if (thread.joinable()) thread.join();
  return status;
}

Status SnapshotChange::JoinSpills() {
  Status first;
  for (Spill& spill : spills_) {
    const Status status = spill.Join();
    if (first.ok()) first = status;
  }
  return first;
}

std::string SnapshotChange::NextFile() {
  spilled_.push_back(database_->path() + "." + std::to_string(spilled_.size()) + ".run");
  return spilled_.back();
}

// Runs are written while the next one is filled.
Status SnapshotChange::SpillRun() {
  Spill& spill = spills_[next_spill_];
  next_spill_ = (next_spill_ + 1) % spills_.size();
  Status status = spill.Join();
  if (status.ok() && erases_ && spilled_.empty()) status = database_->WriteErasure(NextFile());
  if (!status.ok()) return status;
  std::swap(run_, spill.run);
  if (run_ == nullptr) run_ = std::make_unique<SnapshotRun>(&database_->codec());
  run_->Clear();  // its memory serves again
  spill.thread = std::thread([this, &spill, file = NextFile()] {
    spill.run->Sort();
    spill.status = database_->WriteRun(*spill.run, file);
  });
  return Status::Ok();
}

Status SnapshotChange::Commit(const SnapshotMeta& meta) {
  CHECK(meta.number > 0);
  if (!failure_.ok()) return failure_;
  if (spilled_.empty() && run_->bytes() <= store_->options_.batch_bytes_max) {
    run_->Sort();
    const std::lock_guard lock(store_->mutex_);
    return database_->Apply(*run_, meta, erases_);
  }
  Status status;
  if (!run_->entries().empty()) status = SpillRun();
  if (status.ok()) status = JoinSpills();
  if (!status.ok()) return status;
  for (Spill& spill : spills_) spill.run.reset();
  status = database_->WriteMeta(meta, NextFile());
  if (!status.ok()) return status;
  const std::lock_guard lock(store_->mutex_);
  return database_->Ingest(spilled_, meta);
}

// --- the store

SnapshotStore::SnapshotStore(FileSystem* fs, std::string directory, SnapshotOptions options)
    : fs_(fs), directory_(std::move(directory)), options_(options) {
  databases_[0] = std::make_unique<SnapshotDatabase>(fs, JoinPath(directory_, "a"), options);
  databases_[1] = std::make_unique<SnapshotDatabase>(fs, JoinPath(directory_, "b"), options);
}

SnapshotStore::~SnapshotStore() = default;

namespace {

Status MakeReady(FileSystem* fs, const std::string& directory) {
  Status status = fs->MakeDirectory(directory);
  if (status.ok()) status = fs->SyncDirectory(DirectoryOf(directory));
  if (!status.ok()) return status;
  const Result<std::vector<std::string>> names = fs->List(directory);
  if (!names.ok()) return names.status();
  for (const std::string& name : names.value()) {
    if (!name.ends_with(".run")) continue;  // what an interrupted change left
    status = fs->Remove(JoinPath(directory, name));
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

}  // namespace

Result<std::unique_ptr<SnapshotStore>> SnapshotStore::Open(FileSystem* fs,
                                                           const std::string& directory,
                                                           SnapshotOptions options) {
  Status status = options.read_only ? Status::Ok() : MakeReady(fs, directory);
  if (!status.ok()) return status;
  std::unique_ptr<SnapshotStore> store(new SnapshotStore(fs, directory, options));
  for (const auto& database : store->databases_) {
    status = database->Open();
    if (status.code() == StatusCode::kInvalidArgument ||
        status.code() == StatusCode::kNotSupported || status.code() == StatusCode::kNoSpace) {
      return status;
    }
    if (!status.ok()) store->notes_.push_back(status.message());
  }
  return store;
}

SnapshotMeta SnapshotStore::newest() const {
  const std::lock_guard lock(mutex_);
  const SnapshotMeta& a = databases_[0]->meta();
  const SnapshotMeta& b = databases_[1]->meta();
  return a.number > b.number ? a : b;
}

SnapshotMeta SnapshotStore::older() const {
  const std::lock_guard lock(mutex_);
  const SnapshotMeta& a = databases_[0]->meta();
  const SnapshotMeta& b = databases_[1]->meta();
  return a.number > b.number ? b : a;
}

std::vector<std::string> SnapshotStore::notes() const {
  const std::lock_guard lock(mutex_);
  return notes_;
}

std::string SnapshotStore::PathOf(uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const SnapshotDatabase* database = Find(number);
  return database == nullptr ? "" : database->path();
}

SnapshotDatabase* SnapshotStore::Find(uint64_t number) const {
  for (const auto& database : databases_) {
    if (number != 0 && database->meta().number == number) return database.get();
  }
  return nullptr;
}

Result<std::unique_ptr<SnapshotReader>> SnapshotStore::Read(uint64_t number) {
  const std::lock_guard lock(mutex_);
  const SnapshotDatabase* database = Find(number);
  if (database == nullptr) {
    return Status(StatusCode::kNotFound,
                  directory_ + ": there is no snapshot " + std::to_string(number));
  }
  return database->Read();
}

Result<std::unique_ptr<StateSource>> SnapshotStore::Source(uint64_t number) {
  const std::lock_guard lock(mutex_);
  const SnapshotDatabase* database = Find(number);
  if (database != nullptr) return database->Source();
  return Status(StatusCode::kNotFound,
                directory_ + ": there is no snapshot " + std::to_string(number));
}

Status SnapshotStore::Verify(uint64_t number, const SeeRecord& see) {
  Result<std::unique_ptr<SnapshotReader>> reader = Read(number);
  if (!reader.ok()) return reader.status();
  while (true) {
    std::string_view key;
    std::string_view value;
    const Result<bool> found = reader.value()->Next(&key, &value);
    if (!found.ok()) return found.status();
    if (!found.value()) return Status::Ok();
    if (see) see(number, key, value);
  }
}

Result<SnapshotMeta> SnapshotStore::NewestValid(const SeeRecord& see) {
  while (true) {
    SnapshotMeta meta = newest();
    if (meta.number == 0) return meta;
    const Status status = Verify(meta.number, see);
    if (status.ok()) return meta;
    if (status.code() != StatusCode::kCorrupt) return status;
    {
      const std::lock_guard lock(mutex_);
      notes_.push_back(status.message());
    }
    Drop(meta.number);
  }
}

void SnapshotStore::Drop(uint64_t number) {
  const std::lock_guard lock(mutex_);
  if (SnapshotDatabase* database = Find(number); database != nullptr) database->set_broken();
}

Result<std::unique_ptr<SnapshotChange>> SnapshotStore::Begin(bool whole) {
  CHECK(!options_.read_only);
  const std::lock_guard lock(mutex_);
  const bool first_is_newer = databases_[0]->meta().number > databases_[1]->meta().number;
  SnapshotDatabase* const target = databases_[first_is_newer ? 1 : 0].get();
  const KeyId key = options_.sealing == nullptr ? KeyId{} : options_.sealing->current();
  if (target->is_broken() || target->codec().key() != key) {
    if (Status status = target->Wipe(); !status.ok()) return status;
  }
  return std::unique_ptr<SnapshotChange>(new SnapshotChange(this, target, whole));
}

}  // namespace weir
