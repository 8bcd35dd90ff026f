#include "state/rocks_file_system.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "state/file_system.h"
#include "state/space_wait.h"
#include "state/sst_check.h"

namespace weir {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus ToRocks(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
      return IOStatus::OK();
    case StatusCode::kNotFound:
      return IOStatus::PathNotFound(status.message());
    case StatusCode::kNoSpace:
      return IOStatus::NoSpace(status.message());
    case StatusCode::kCorrupt:
      return IOStatus::Corruption(status.message());
    default:
      return IOStatus::IOError(status.message());
  }
}

// Counts what fails on the way to the disk and back.
class Failures {
 public:
  Failures(std::atomic<uint64_t>* count, std::shared_ptr<SpaceWait> wait)
      : count_(count), wait_(std::move(wait)) {}

  IOStatus Note(const Status& status) const {
    if (!status.ok() && count_ != nullptr) ++*count_;
    return ToRocks(status);
  }
  // Of a call that takes space.
  template <class Call>
  Status Take(const Call& call) const {
    return wait_ == nullptr ? call() : wait_->Write(call);
  }

 private:
  std::atomic<uint64_t>* const count_;
  const std::shared_ptr<SpaceWait> wait_;
};

std::string_view View(const Slice& slice) { return {slice.data(), slice.size()}; }

class RocksWritableFile : public rocksdb::FSWritableFile {
 public:
  RocksWritableFile(std::unique_ptr<WritableFile> file, Failures failures)
      : file_(std::move(file)), failures_(std::move(failures)) {}

  using FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    return failures_.Note(failures_.Take([&] { return file_->Append(View(data)); }));
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    return size >= file_->size() ? IOStatus::OK() : failures_.Note(file_->Truncate(size));
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override {
    return failures_.Note(file_->Close());
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return failures_.Note(file_->Sync());
  }
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    file_->StartWriteback();
    return IOStatus::OK();
  }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return file_->size(); }

 private:
  const std::unique_ptr<WritableFile> file_;
  const Failures failures_;
};

class RocksRandomAccessFile : public rocksdb::FSRandomAccessFile {
 public:
  RocksRandomAccessFile(std::unique_ptr<RandomAccessFile> file, Failures failures)
      : file_(std::move(file)), failures_(std::move(failures)) {}

  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    const weir::Result<size_t> got = file_->ReadAt(offset, n, scratch);
    *result = Slice(scratch, got.ok() ? got.value() : 0);
    return failures_.Note(got.status());
  }

 private:
  const std::unique_ptr<RandomAccessFile> file_;
  const Failures failures_;
};

class RocksSequentialFile : public rocksdb::FSSequentialFile {
 public:
  RocksSequentialFile(std::unique_ptr<RandomAccessFile> file, Failures failures)
      : file_(std::move(file)), failures_(std::move(failures)) {}

  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    const weir::Result<size_t> got = file_->ReadAt(offset_, n, scratch);
    *result = Slice(scratch, got.ok() ? got.value() : 0);
    offset_ += result->size();
    return failures_.Note(got.status());
  }
  IOStatus Skip(uint64_t n) override {
    offset_ += n;
    return IOStatus::OK();
  }

 private:
  const std::unique_ptr<RandomAccessFile> file_;
  const Failures failures_;
  uint64_t offset_ = 0;
};

class RocksDirectory : public rocksdb::FSDirectory {
 public:
  RocksDirectory(FileSystem* fs, std::string path, Failures failures)
      : fs_(fs), path_(std::move(path)), failures_(std::move(failures)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return failures_.Note(fs_->SyncDirectory(path_));
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  FileSystem* const fs_;
  const std::string path_;
  const Failures failures_;
};

class RocksLock : public rocksdb::FileLock {
 public:
  explicit RocksLock(std::unique_ptr<weir::FileLock> lock) : lock_(std::move(lock)) {}

 private:
  const std::unique_ptr<weir::FileLock> lock_;
};

// RocksDB writes its diary nowhere: what matters comes back as a status.
class NoLogger : public rocksdb::Logger {
 public:
  NoLogger() : Logger(rocksdb::HEADER_LEVEL) {}
  using Logger::Logv;
  void Logv(const char*, va_list) override {}

 protected:
  rocksdb::Status CloseImpl() override { return rocksdb::Status::OK(); }
};

// Paths come with doubled or trailing slashes at times.
std::string Clean(const std::string& path) {
  std::string clean;
  for (const char c : path) {
    if (c != '/' || clean.empty() || clean.back() != '/') clean += c;
  }
  if (clean.size() > 1 && clean.back() == '/') clean.pop_back();
  return clean;
}

class RocksFileSystem : public rocksdb::FileSystem {
 public:
  RocksFileSystem(weir::FileSystem* fs, Failures failures)
      : fs_(fs), failures_(std::move(failures)) {}

  const char* Name() const override { return "WeirFileSystem"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext*) override {
    return Opened<RocksSequentialFile>(fs_->OpenRandomAccess(Clean(path)), result);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext*) override {
    const std::string name = Clean(path);
    auto file = fs_->OpenRandomAccess(name);
    if (file.ok() && name.ends_with(".sst")) {
      const Result<uint64_t> size = fs_->SizeOf(name);
      const Status checked =
          size.ok() ? CheckSst(*file.value(), size.value(), name) : size.status();
      if (!checked.ok()) return failures_.Note(checked);
    }
    return Opened<RocksRandomAccessFile>(std::move(file), result);
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext*) override {
    const std::string name = Clean(path);
    std::unique_ptr<WritableFile> file;
    const Status made = failures_.Take([&] { return Taken(fs_->Create(name), &file); });
    if (!made.ok()) return failures_.Note(made);
    *result = std::make_unique<RocksWritableFile>(std::move(file), failures_);
    return IOStatus::OK();
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                              IODebugContext*) override {
    return Opened<RocksWritableFile>(fs_->OpenForAppend(Clean(path)), result);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext*) override {
    *result = std::make_unique<RocksDirectory>(fs_, Clean(path), failures_);
    return IOStatus::OK();
  }

  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    const Result<bool> exists = fs_->Exists(Clean(path));
    if (!exists.ok()) return ToRocks(exists.status());
    return exists.value() ? IOStatus::OK() : IOStatus::NotFound(path);
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* result,
                       IODebugContext*) override {
    return Given(fs_->List(Clean(path)), result);
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return ToRocks(fs_->Remove(Clean(path)));
  }
  IOStatus Truncate(const std::string& path, size_t size, const IOOptions&,
                    IODebugContext*) override {
    return ToRocks(fs_->Truncate(Clean(path), size));
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return ToRocks(fs_->MakeDirectory(Clean(path)));
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    return ToRocks(fs_->MakeDirectory(Clean(path)));
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return ToRocks(fs_->RemoveDirectory(Clean(path)));
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, uint64_t* size,
                       IODebugContext*) override {
    return Given(fs_->SizeOf(Clean(path)), size);
  }
  IOStatus GetFileModificationTime(const std::string& path, const IOOptions&, uint64_t* seconds,
                                   IODebugContext*) override {
    int64_t ms = 0;
    IOStatus status = Given(fs_->ModifiedMs(Clean(path)), &ms);
    *seconds = static_cast<uint64_t>(ms / 1000);
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    return failures_.Note(failures_.Take([&] { return fs_->Rename(Clean(from), Clean(to)); }));
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions&,
                    IODebugContext*) override {
    return failures_.Note(failures_.Take([&] { return fs_->Link(Clean(from), Clean(to)); }));
  }
  IOStatus LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** lock,
                    IODebugContext*) override {
    Result<std::unique_ptr<weir::FileLock>> held = fs_->Lock(Clean(path));
    if (!held.ok()) return ToRocks(held.status());
    *lock = new RocksLock(std::move(held).value());
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    delete lock;
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string*, IODebugContext*) override {
    return IOStatus::NotSupported("no directory for tests");
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* result,
                     IODebugContext*) override {
    *result = std::make_shared<NoLogger>();
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* result,
                           IODebugContext*) override {
    *result = Clean(path);
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is_directory,
                       IODebugContext*) override {
    return Given(fs_->IsDirectory(Clean(path)), is_directory);
  }

 private:
  // That a file is not there is no failure: RocksDB looks for some.
  template <class File, class From, class To>
  IOStatus Opened(Result<std::unique_ptr<From>> file, std::unique_ptr<To>* result) const {
    if (!file.ok()) {
      const bool is_missing = file.status().code() == StatusCode::kNotFound;
      return is_missing ? ToRocks(file.status()) : failures_.Note(file.status());
    }
    *result = std::make_unique<File>(std::move(file).value(), failures_);
    return IOStatus::OK();
  }
  template <class T>
  static Status Taken(Result<T> value, T* result) {
    if (!value.ok()) return value.status();
    *result = std::move(value).value();
    return Status::Ok();
  }
  template <class T>
  static IOStatus Given(Result<T> value, T* result) {
    if (!value.ok()) return ToRocks(value.status());
    *result = std::move(value).value();
    return IOStatus::OK();
  }

  weir::FileSystem* const fs_;
  const Failures failures_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> MakeRocksEnv(FileSystem* fs, std::atomic<uint64_t>* failures,
                                           std::shared_ptr<SpaceWait> wait) {
  return rocksdb::NewCompositeEnv(
      std::make_shared<RocksFileSystem>(fs, Failures(failures, std::move(wait))));
}

Status FromRocks(const rocksdb::Status& status, const std::string& path) {
  if (status.ok()) return Status::Ok();
  StatusCode code = StatusCode::kIoError;
  if (status.IsNoSpace()) code = StatusCode::kNoSpace;
  if (status.IsCorruption()) code = StatusCode::kCorrupt;
  return Status(code, path + ": " + status.ToString());
}

}  // namespace weir
