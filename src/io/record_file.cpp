#include "io/record_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

namespace weir {

Status RecordFile::Open(std::string_view head) {
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (append_ ? O_APPEND : O_TRUNC);
  const int fd = open(open_path().c_str(), flags, 0666);
  if (fd < 0) return Status(StatusCode::kCannotCreate, SystemError(open_path(), errno));
  file_ = FileHandle(fd);
  open_ = true;
  struct stat about;
  size_ =
      fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? static_cast<uint64_t>(about.st_size) : 0;
  if (size_ == 0) buffer_.Append(head);
  return Status::Ok();
}

Status RecordFile::Append(std::string_view record) {
  buffer_.Append(record);
  buffer_.Append('\n');
  return buffer_.size() >= kLargeBytes ? Flush() : Status::Ok();
}

Status RecordFile::Flush() {
  std::string_view left = buffer_.view();
  while (!left.empty()) {
    const ssize_t written = write(file_.fd(), left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<size_t>(written));
      size_ += static_cast<uint64_t>(written);
    } else if (errno != EINTR) {
      return Status(StatusCode::kIoError, SystemError(open_path(), errno));
    }
  }
  buffer_.clear();
  return Status::Ok();
}

Status RecordFile::CloseAs(const std::string& path) {
  if (!open_) return Status::Ok();
  const Status flushed = Flush();
  if (!flushed.ok()) return flushed;
  open_ = false;
  const bool closed = file_.Close();
  if (closed && (path == open_path() || std::rename(open_path().c_str(), path.c_str()) == 0)) {
    return Status::Ok();
  }
  return Status(StatusCode::kIoError, SystemError(path, errno));
}

Status RecordFile::Close() { return CloseAs(path_); }

Status RecordFile::MoveAside() {
  std::string aside;
  struct stat about;
  uint64_t number = 0;
  do {
    aside = path_ + "." + std::to_string(++number);
  } while (lstat(aside.c_str(), &about) == 0);
  return CloseAs(aside);
}

}  // namespace weir
