#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

#include "state/file_system.h"

namespace weir {
namespace {

template <class Call>
auto Retry(Call call) {
  while (true) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

class PosixWritableFile : public WritableFile {
 public:
  PosixWritableFile(std::string path, int fd, uint64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}
  PosixWritableFile(const PosixWritableFile&) = delete;
  PosixWritableFile& operator=(const PosixWritableFile&) = delete;
  ~PosixWritableFile() override {
    if (fd_ >= 0) close(fd_);
  }

  Status Append(std::string_view bytes) override {
    if (failed_) return Refused("write");
    uint64_t offset = size_;
    while (!bytes.empty()) {
      const ssize_t written = Retry(
          [&] { return pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
      if (written < 0) return FileError(path_, "write", errno);
      bytes.remove_prefix(static_cast<size_t>(written));
      offset += static_cast<uint64_t>(written);
    }
    size_ = offset;
    return Status::Ok();
  }

  Status Sync() override {
    if (failed_) return Refused("sync");
    if (Retry([&] { return fdatasync(fd_); }) == 0) return Status::Ok();
    failed_ = true;
    return Status(StatusCode::kIoError, FileError(path_, "sync", errno).message());
  }

  void StartWriteback() override { sync_file_range(fd_, 0, 0, SYNC_FILE_RANGE_WRITE); }

  Status Truncate(uint64_t size) override {
    if (Retry([&] { return ftruncate(fd_, static_cast<off_t>(size)); }) != 0) {
      return FileError(path_, "truncate", errno);
    }
    size_ = size;
    return Status::Ok();
  }

  Status Close() override {
    if (fd_ < 0) return Status::Ok();
    const int fd = fd_;
    fd_ = -1;
    // After EINTR the descriptor is gone all the same.
    if (close(fd) == 0 || errno == EINTR) return Status::Ok();
    return FileError(path_, "close", errno);
  }

  uint64_t size() const override { return size_; }

 private:
  Status Refused(const char* what) const {
    return Status(StatusCode::kIoError, path_ + ": " + what + ": an earlier sync of it failed");
  }

  const std::string path_;
  int fd_;
  uint64_t size_;
  std::atomic<bool> failed_ = false;
};

class PosixRandomAccessFile : public RandomAccessFile {
 public:
  PosixRandomAccessFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  PosixRandomAccessFile(const PosixRandomAccessFile&) = delete;
  PosixRandomAccessFile& operator=(const PosixRandomAccessFile&) = delete;
  ~PosixRandomAccessFile() override { close(fd_); }

  Result<size_t> ReadAt(uint64_t offset, size_t size, char* to) const override {
    size_t done = 0;
    while (done < size) {
      const ssize_t got = Retry(
          [&] { return pread(fd_, to + done, size - done, static_cast<off_t>(offset + done)); });
      if (got < 0) return FileError(path_, "read", errno);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }

 private:
  const std::string path_;
  const int fd_;
};

class PosixFileLock : public FileLock {
 public:
  explicit PosixFileLock(int fd) : fd_(fd) {}
  PosixFileLock(const PosixFileLock&) = delete;
  PosixFileLock& operator=(const PosixFileLock&) = delete;
  ~PosixFileLock() override { close(fd_); }

 private:
  const int fd_;
};

Result<int> OpenFile(const std::string& path, int flags) {
  constexpr mode_t kMode = 0644;
  const int fd = Retry([&] { return open(path.c_str(), flags | O_CLOEXEC, kMode); });
  if (fd < 0) return FileError(path, "open", errno);
  return fd;
}

class Posix : public FileSystem {
 public:
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    return OpenWritable(path, O_TRUNC);
  }
  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path) override {
    return OpenWritable(path, 0);
  }

  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    const Result<int> fd = OpenFile(path, O_RDONLY);
    if (!fd.ok()) return fd.status();
    return std::unique_ptr<RandomAccessFile>(
        std::make_unique<PosixRandomAccessFile>(path, fd.value()));
  }

  Status Rename(const std::string& from, const std::string& to) override {
    return Done(rename(from.c_str(), to.c_str()), from, "rename to " + to);
  }
  Status Link(const std::string& from, const std::string& to) override {
    return Done(link(from.c_str(), to.c_str()), from, "link to " + to);
  }
  Status Remove(const std::string& path) override {
    return Done(unlink(path.c_str()), path, "remove");
  }
  Status RemoveDirectory(const std::string& path) override {
    return Done(rmdir(path.c_str()), path, "remove");
  }

  Status MakeDirectory(const std::string& path) override {
    constexpr mode_t kMode = 0755;
    if (mkdir(path.c_str(), kMode) == 0) return Status::Ok();
    const int error = errno;
    const Result<bool> is_directory = IsDirectory(path);
    if (error == EEXIST && is_directory.ok() && is_directory.value()) return Status::Ok();
    return FileError(path, "make directory", error);
  }

  Status SyncDirectory(const std::string& path) override {
    const Result<int> fd = OpenFile(path, O_RDONLY | O_DIRECTORY);
    if (!fd.ok()) return fd.status();
    const int result = Retry([&] { return fsync(fd.value()); });
    const int error = errno;
    close(fd.value());
    if (result == 0) return Status::Ok();
    return Status(StatusCode::kIoError, FileError(path, "sync", error).message());
  }

  Status Truncate(const std::string& path, uint64_t size) override {
    return Done(Retry([&] { return truncate(path.c_str(), static_cast<off_t>(size)); }), path,
                "truncate");
  }

  Result<std::vector<std::string>> List(const std::string& path) override {
    DIR* directory = opendir(path.c_str());
    if (directory == nullptr) return FileError(path, "list", errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(directory)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    const int error = errno;
    closedir(directory);
    if (error != 0) return FileError(path, "list", error);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<uint64_t> SizeOf(const std::string& path) override {
    const Result<struct stat> found = StatOf(path);
    if (!found.ok()) return found.status();
    return static_cast<uint64_t>(found.value().st_size);
  }
  Result<int64_t> ModifiedMs(const std::string& path) override {
    const Result<struct stat> found = StatOf(path);
    if (!found.ok()) return found.status();
    const timespec& when = found.value().st_mtim;
    return int64_t{when.tv_sec} * 1000 + when.tv_nsec / 1'000'000;
  }
  Result<bool> Exists(const std::string& path) override {
    const Result<struct stat> found = StatOf(path);
    if (!found.ok() && found.status().code() != StatusCode::kNotFound) return found.status();
    return found.ok();
  }
  Result<bool> IsDirectory(const std::string& path) override {
    const Result<struct stat> found = StatOf(path);
    if (!found.ok()) return found.status();
    return S_ISDIR(found.value().st_mode);
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    const Result<int> fd = OpenFile(path, O_RDWR | O_CREAT);
    if (!fd.ok()) return fd.status();
    auto lock = std::make_unique<PosixFileLock>(fd.value());
    if (Retry([&] { return flock(fd.value(), LOCK_EX | LOCK_NB); }) == 0) {
      return std::unique_ptr<FileLock>(std::move(lock));
    }
    if (errno != EWOULDBLOCK) return FileError(path, "lock", errno);
    return Status(StatusCode::kLocked, path + ": lock: another process holds it");
  }

 private:
  static Status Done(int result, const std::string& path, std::string_view what) {
    return result == 0 ? Status::Ok() : FileError(path, what, errno);
  }

  static Result<struct stat> StatOf(const std::string& path) {
    struct stat found;
    if (stat(path.c_str(), &found) != 0) return FileError(path, "look up", errno);
    return found;
  }

  static Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path, int flags) {
    const Result<int> fd = OpenFile(path, O_WRONLY | O_CREAT | flags);
    if (!fd.ok()) return fd.status();
    struct stat found;
    if (fstat(fd.value(), &found) != 0) {
      const int error = errno;
      close(fd.value());
      return FileError(path, "look up", error);
    }
    return std::unique_ptr<WritableFile>(std::make_unique<PosixWritableFile>(
        path, fd.value(), static_cast<uint64_t>(found.st_size)));
  }
};

}  // namespace

FileSystem& PosixFileSystem() {
  static Posix posix;
  return posix;
}

}  // namespace weir
