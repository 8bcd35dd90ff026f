#include "runtime/output_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "state/kill_point.h"

namespace weir {
namespace {

std::mutex shared_writing;

}  // namespace

Status OutputFile::Flush() {
  std::unique_lock<std::mutex> lock(shared_writing, std::defer_lock);
  if (shared_) lock.lock();
  std::string_view left = buffer_.view();
  if (!left.empty()) KILL_POINT("output.before_write");
  while (!left.empty() && !reader_gone_) {
    const ssize_t written = write(file_.fd(), left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<size_t>(written));
      written_ += static_cast<uint64_t>(written);
      KILL_POINT("output.after_write");
    } else if (errno == EPIPE) {
      reader_gone_ = true;
    } else if (errno == EAGAIN) {  // a terminal or pipe that others made non-blocking
      pollfd wait{file_.fd(), POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return Status(StatusCode::kIoError, SystemError(path_, errno));
    }
  }
  buffer_.clear();
  return Status::Ok();
}

Result<bool> OutputFile::CutTo(uint64_t size) {
  struct stat about;
  if (shared_ || fstat(file_.fd(), &about) != 0 || !S_ISREG(about.st_mode)) return true;
  const auto there = static_cast<uint64_t>(about.st_size);
  written_ = std::min(there, size);
  if (ftruncate(file_.fd(), static_cast<off_t>(written_)) != 0 ||
      lseek(file_.fd(), static_cast<off_t>(written_), SEEK_SET) < 0) {
    return Status(StatusCode::kIoError, SystemError(path_, errno));
  }
  KILL_POINT("output.cut");
  return there >= size;
}

Status OutputFile::Sync() const {
  struct stat about;
  if (fstat(file_.fd(), &about) != 0 || !S_ISREG(about.st_mode)) return Status::Ok();
  if (fdatasync(file_.fd()) == 0) return Status::Ok();
  return Status(StatusCode::kIoError, SystemError(path_, errno));
}

Status OutputFile::Close() {
  const Status flushed = Flush();
  if (!flushed.ok()) return flushed;
  if (!file_.Close()) return Status(StatusCode::kIoError, SystemError(path_, errno));
  return Status::Ok();
}

}  // namespace weir
