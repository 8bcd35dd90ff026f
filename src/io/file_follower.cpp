#include "io/file_follower.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

namespace weir {

FileFollower::FileFollower(std::string path) : path_(std::move(path)) {
  const size_t slash = path_.rfind('/');
  folder_ = slash == std::string::npos ? "." : slash == 0 ? "/" : path_.substr(0, slash);
}

FileFollower::~FileFollower() {
  if (watch_ >= 0) close(watch_);
  if (always_ >= 0) close(always_);
}

Status FileFollower::Open() {
  watch_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  always_ = eventfd(1, EFD_CLOEXEC);
  // The folder is watched, which tells of new files, and of writes to those it holds.
  constexpr uint32_t kEvents = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
  if (watch_ < 0 || always_ < 0 || inotify_add_watch(watch_, folder_.c_str(), kEvents) < 0) {
    return Status(StatusCode::kNotFound, SystemError(folder_, errno));
  }
  TryOpen();
  return Status::Ok();
}

int FileFollower::poll_fd() const { return more_ ? always_ : watch_; }

bool FileFollower::TryOpen(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  FileHandle handle(fd);
  struct stat about;
  if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return false;
  device_ = about.st_dev;
  inode_ = about.st_ino;
  offset_ = 0;
  reader_.emplace(path_, std::move(handle));
  return true;
}

Result<bool> FileFollower::GoBackTo(const std::string& identity, uint64_t bytes) {
  std::vector<std::string> paths = {path_};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    if (entry.path().filename().string().starts_with(
            std::filesystem::path(path_).filename().string())) {
      paths.push_back(entry.path().string());
    }
  }
  for (const std::string& path : paths) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    const FileReader candidate(path, FileHandle(fd));
    if (identity.empty() || candidate.identity() != identity) continue;
    return candidate.size() >= bytes && TryOpen(path);
  }
  return false;
}

bool FileFollower::Rotated() const {
  struct stat about;
  if (stat(path_.c_str(), &about) != 0) return false;  // not yet there again
  const bool same = about.st_dev == device_ && about.st_ino == inode_;
  return !same || static_cast<uint64_t>(about.st_size) < offset_;
}

Result<FileFollower::Piece> FileFollower::Read() {
  // Forgotten before looking, so that what happens meanwhile wakes again.
  char events[4096];
  while (read(watch_, events, sizeof(events)) > 0) {
  }
  for (;;) {
    more_ = reader_.has_value();
    if (!reader_ && !(more_ = TryOpen())) return Piece{};
    const Result<std::string_view> bytes = reader_->Read();
    if (!bytes.ok()) return bytes.status();
    if (!bytes.value().empty()) {
      offset_ += bytes.value().size();
      const Piece piece{bytes.value(), new_file_};
      new_file_ = false;
      return piece;
    }
    more_ = false;
    if (!Rotated()) return Piece{};
    reader_.reset();
    new_file_ = true;
  }
}

}  // namespace weir
