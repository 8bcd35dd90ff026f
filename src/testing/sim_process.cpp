#include <cerrno>

#include "testing/sim_file_system.h"

namespace weir {

// RocksDB's threads go on for a while after the power loss that a test simulates, until it closes:
// they must not write to the disk that the next process finds.
class SimProcess : public FileSystem {
 public:
  explicit SimProcess(SimFileSystem* fs) : fs_(fs), life_(fs->lives_) {}

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    return Do(path, [&] { return fs_->Create(path); });
  }
  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path) override {
    return Do(path, [&] { return fs_->OpenForAppend(path); });
  }
  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    return Do(path, [&] { return fs_->OpenRandomAccess(path); });
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return Do(from, [&] { return fs_->Rename(from, to); });
  }
  Status Link(const std::string& from, const std::string& to) override {
    return Do(from, [&] { return fs_->Link(from, to); });
  }
  Status Remove(const std::string& path) override {
    return Do(path, [&] { return fs_->Remove(path); });
  }
  Status RemoveDirectory(const std::string& path) override {
    return Do(path, [&] { return fs_->RemoveDirectory(path); });
  }
  Status MakeDirectory(const std::string& path) override {
    return Do(path, [&] { return fs_->MakeDirectory(path); });
  }
  Status SyncDirectory(const std::string& path) override {
    return Do(path, [&] { return fs_->SyncDirectory(path); });
  }
  Status Truncate(const std::string& path, uint64_t size) override {
    return Do(path, [&] { return fs_->Truncate(path, size); });
  }
  Result<std::vector<std::string>> List(const std::string& path) override {
    return Do(path, [&] { return fs_->List(path); });
  }
  Result<uint64_t> SizeOf(const std::string& path) override {
    return Do(path, [&] { return fs_->SizeOf(path); });
  }
  Result<int64_t> ModifiedMs(const std::string& path) override {
    return Do(path, [&] { return fs_->ModifiedMs(path); });
  }
  Result<bool> Exists(const std::string& path) override {
    return Do(path, [&] { return fs_->Exists(path); });
  }
  Result<bool> IsDirectory(const std::string& path) override {
    return Do(path, [&] { return fs_->IsDirectory(path); });
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return Do(path, [&] { return fs_->Lock(path); });
  }

 private:
  template <class Call>
  auto Do(const std::string& path, Call call) -> decltype(call()) {
    const std::lock_guard lock(fs_->mutex_);
    if (life_ != fs_->lives_) return FileError(path, "a process that is gone", EIO);
    return call();
  }

  SimFileSystem* const fs_;
  const uint64_t life_;
};

std::unique_ptr<FileSystem> SimFileSystem::NewProcess() {
  const std::lock_guard lock(mutex_);
  return std::make_unique<SimProcess>(this);
}

}  // namespace weir
