#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace weir {

// The one way to durable storage. Everything that must survive a crash goes through it, RocksDB's
// files included, so that tests can put a disk of their own underneath.
//
// Failures are kIoError, kNoSpace (disk full), kNotFound (no such file) or kLocked; the message is
// `PATH: what: reason`. All classes here may be used from several threads, a file handle from one
// thread at a time, except that Sync may run beside Append.

// A file that grows at its end.
class WritableFile {
 public:
  virtual ~WritableFile() = default;  // closes; what was not synced may be lost

  // Writes all of `bytes` at the end. After a failure some of them may be in the file, though
  // size() does not count them: the next Append writes over them.
  virtual Status Append(std::string_view bytes) = 0;
  // Returns once all that was appended is on disk. A failure is always kIoError and final: nobody
  // knows what the disk holds, so the file refuses every later Append and Sync.
  virtual Status Sync() = 0;
  // The disk may begin with what was appended, so that Sync has less to wait for. Only a hint.
  virtual void StartWriteback() {}
  // Cuts the file to `size` bytes, at most size().
  virtual Status Truncate(uint64_t size) = 0;
  virtual Status Close() = 0;
  virtual uint64_t size() const = 0;
};

class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;

  // Reads up to `size` bytes at `offset` into `to`; fewer only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t offset, size_t size, char* to) const = 0;
};

// Held until destroyed. A process that forks keeps it alive in the child too.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Makes an empty file, or empties the one that is there.
  virtual Result<std::unique_ptr<WritableFile>> Create(const std::string& path) = 0;
  // Opens a file to go on at its end, or makes it.
  virtual Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path) = 0;
  virtual Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) = 0;

  // Renames in one step; a file at `to` is replaced. Durable after SyncDirectory, as is all that
  // changes names: creating, linking and removing.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Link(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  virtual Status RemoveDirectory(const std::string& path) = 0;  // it must be empty
  // Makes a directory; fine if it is there. Its parent must be there.
  virtual Status MakeDirectory(const std::string& path) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;
  virtual Status Truncate(const std::string& path, uint64_t size) = 0;

  // The names in a directory, sorted, without `.` and `..`.
  virtual Result<std::vector<std::string>> List(const std::string& path) = 0;
  virtual Result<uint64_t> SizeOf(const std::string& path) = 0;
  // When the file was last written, in ms of the system's clock.
  virtual Result<int64_t> ModifiedMs(const std::string& path) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  virtual Result<bool> IsDirectory(const std::string& path) = 0;

  // Makes the file if need be; kLocked if another process, or this one, holds its lock.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;

  Result<std::string> ReadAll(const std::string& path);
  // Removes a file, or a directory with all in it; fine if there is none.
  Status RemoveTree(const std::string& path);
  // Replaces the file at `path` as a whole: after a crash it holds the old bytes or the new ones.
  // On success it is durable.
  Status Publish(const std::string& path, std::string_view bytes);
};

// The disk of the machine. Files are opened close-on-exec.
FileSystem& PosixFileSystem();

std::string JoinPath(std::string_view directory, std::string_view name);
std::string DirectoryOf(std::string_view path);  // "." where the path has no directory

// The Status for a failed call: `PATH: what: strerror(error)`.
Status FileError(const std::string& path, std::string_view what, int error);

}  // namespace weir
