#include "io/file_reader.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace weir {

Result<std::string_view> FileReader::Read() {
  for (;;) {
    const ssize_t size = read(file_.fd(), buffer_.data(), buffer_.size());
    if (size >= 0) return std::string_view(buffer_.data(), static_cast<size_t>(size));
    if (errno == EAGAIN) {
      pollfd wait{file_.fd(), POLLIN, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return Status(StatusCode::kIoError, SystemError(path_, errno));
    }
  }
}

}  // namespace weir
