#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include "base/status.h"

namespace weir {

// An open file descriptor; standard input and output are not closed.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  ~FileHandle() { Close(); }
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }

  int fd() const { return fd_; }
  // False if the operating system lost something that was written.
  bool Close() {
    const int fd = std::exchange(fd_, -1);
    return fd <= STDERR_FILENO || close(fd) == 0;
  }

 private:
  int fd_ = -1;
};

// Opens for reading; `-` is standard input. Fails (kNotFound) if there is no such input or it is a
// directory.
Result<FileHandle> OpenInput(const std::string& path);
// Creates or empties; `-` is standard output. Fails with kCannotCreate.
Result<FileHandle> CreateOutput(const std::string& path);
// The same, but what is in the file stays.
Result<FileHandle> OpenOutput(const std::string& path);

// `PATH: what the operating system says`.
std::string SystemError(const std::string& path, int error);

}  // namespace weir
