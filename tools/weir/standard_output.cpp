#include "standard_output.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace {
constexpr size_t kPieceBytes = size_t{64} << 10;
}  // namespace

bool StandardOutput::Write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kPieceBytes) WriteBuffer();
  return !reader_gone_ && failure_.ok();
}

void StandardOutput::WriteBuffer() {
  std::string_view left = buffer_;
  while (!left.empty() && !reader_gone_ && failure_.ok()) {
    const ssize_t written = write(STDOUT_FILENO, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EPIPE) {
      reader_gone_ = true;
    } else if (errno != EINTR) {
      failure_ = {weir::OutcomeCode::kIo, "-: " + std::generic_category().message(errno)};
    }
  }
  buffer_.clear();
}

weir::Outcome StandardOutput::Flush() {
  WriteBuffer();
  return failure_;
}
