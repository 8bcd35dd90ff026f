#include "io/file_reader.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace weir {

std::string FileReader::identity() const {
  struct stat about;
  if (fstat(file_.fd(), &about) != 0 || !S_ISREG(about.st_mode)) return "";
  return std::to_string(about.st_dev) + ":" + std::to_string(about.st_ino);
}

uint64_t FileReader::size() const {
  struct stat about;
  return fstat(file_.fd(), &about) == 0 ? static_cast<uint64_t>(about.st_size) : 0;
}

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
