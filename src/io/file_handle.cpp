#include "io/file_handle.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace weir {

std::string SystemError(const std::string& path, int error) {
  return path + ": " + std::generic_category().message(error);
}

Result<FileHandle> OpenInput(const std::string& path) {
  const int fd = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Status(StatusCode::kNotFound, SystemError(path, errno));
  FileHandle handle(fd);
  struct stat about;
  if (fstat(fd, &about) != 0) return Status(StatusCode::kNotFound, SystemError(path, errno));
  if (S_ISDIR(about.st_mode)) return Status(StatusCode::kNotFound, SystemError(path, EISDIR));
  return handle;
}

namespace {

Result<FileHandle> OpenForWriting(const std::string& path, int flags) {
  if (path == "-") return FileHandle(STDOUT_FILENO);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
  if (fd < 0) return Status(StatusCode::kCannotCreate, SystemError(path, errno));
  return FileHandle(fd);
}

}  // namespace

Result<FileHandle> CreateOutput(const std::string& path) { return OpenForWriting(path, O_TRUNC); }

Result<FileHandle> OpenOutput(const std::string& path) { return OpenForWriting(path, 0); }

}  // namespace weir
