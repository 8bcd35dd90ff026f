#include "text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace {

weir::Outcome NoInput(const std::string& path, int error) {
  return {weir::OutcomeCode::kNoInput, path + ": " + std::generic_category().message(error)};
}

}  // namespace

weir::Outcome ReadTextFile(const std::string& path, std::string* text) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NoInput(path, errno);
  struct stat about;
  weir::Outcome outcome;
  if (fstat(fd, &about) != 0) {
    outcome = NoInput(path, errno);
  } else if (S_ISDIR(about.st_mode)) {
    outcome = NoInput(path, EISDIR);
  }
  char buffer[16384];
  while (outcome.ok()) {
    const ssize_t size = read(fd, buffer, sizeof(buffer));
    if (size == 0) break;
    if (size > 0) {
      text->append(buffer, static_cast<size_t>(size));
    } else if (errno != EINTR) {
      outcome = {weir::OutcomeCode::kIo, path + ": " + std::generic_category().message(errno)};
    }
  }
  close(fd);
  return outcome;
}

void TakePipeAsStdin(std::string* path) {
  struct stat about;
  if (*path == "-" || stat(path->c_str(), &about) != 0) return;
  if (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) return;
  const int fd = open(path->c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  if (dup2(fd, STDIN_FILENO) >= 0) *path = "-";
  close(fd);
}
