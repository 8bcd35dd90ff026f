#include "runtime/output_file.h"

#include <poll.h>

#include <cerrno>

namespace weir {

Status OutputFile::Flush() {
  std::string_view left = buffer_.view();
  while (!left.empty() && !reader_gone_) {
    const ssize_t written = write(file_.fd(), left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<size_t>(written));
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

Status OutputFile::Close() {
  const Status flushed = Flush();
  if (!flushed.ok()) return flushed;
  if (!file_.Close()) return Status(StatusCode::kIoError, SystemError(path_, errno));
  return Status::Ok();
}

}  // namespace weir
