#include "io/record_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <locale>
#include <sstream>

namespace weir {

Status RecordFile::Open(std::string_view head) {
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC |
                    (append_      ? O_APPEND
                     : goes_back_ ? 0
                                  : O_TRUNC);
  const std::lock_guard lock(replaced_);
  const int fd = open(open_path().c_str(), flags, 0666);
  if (fd < 0) return Status(StatusCode::kCannotCreate, SystemError(open_path(), errno));
  file_ = FileHandle(fd);
  open_ = true;
  names_changed_ = true;
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
  Status status = Flush();
  if (status.ok() && goes_back_) status = Sync();
  if (!status.ok()) return status;
  const std::lock_guard lock(replaced_);
  open_ = false;
  names_changed_ = true;
  const bool closed = file_.Close();
  if (closed && (path == open_path() || std::rename(open_path().c_str(), path.c_str()) == 0)) {
    return Status::Ok();
  }
  return Status(StatusCode::kIoError, SystemError(path, errno));
}

Status RecordFile::Close() { return CloseAs(path_); }

Status RecordFile::MoveAside() { return CloseAs(Aside(NextAside())); }

// Numbers grow, so that a place tells which files were moved aside since.
uint64_t RecordFile::NextAside() const {
  const std::filesystem::path path(path_);
  const std::string begin = path.filename().string() + ".";
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  uint64_t last = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(begin)) continue;
    uint64_t number = 0;
    const char* end = name.data() + name.size();
    const auto read = std::from_chars(name.data() + begin.size(), end, number);
    if (read.ec == std::errc() && read.ptr == end) last = std::max(last, number);
  }
  return last + 1;
}

std::string RecordFile::Place() const {
  return std::to_string(size_) + " " + std::to_string(NextAside());
}

Status RecordFile::CutTo(uint64_t size) {
  if (ftruncate(file_.fd(), static_cast<off_t>(size)) != 0 ||
      (!append_ && lseek(file_.fd(), static_cast<off_t>(size), SEEK_SET) < 0)) {
    return Status(StatusCode::kIoError, SystemError(open_path(), errno));
  }
  size_ = size;
  return Status::Ok();
}

Result<bool> RecordFile::GoBackTo(const std::string& place, std::string_view head) {
  buffer_.clear();
  struct stat about;
  const bool regular = fstat(file_.fd(), &about) == 0 && S_ISREG(about.st_mode);
  uint64_t size = append_ && regular ? static_cast<uint64_t>(about.st_size) : 0;
  uint64_t aside = 0;
  std::istringstream in(place);
  in.imbue(std::locale::classic());
  if (!place.empty() && !(in >> size >> aside)) {
    return Status(StatusCode::kDataError, path_ + ": its place cannot be read");
  }
  if (!regular) return true;
  if (aside > 0 && lstat(Aside(aside).c_str(), &about) == 0) {
    // The file that was written to then has moved aside: it gets its name back.
    const std::lock_guard lock(replaced_);
    if (std::rename(Aside(aside).c_str(), path_.c_str()) != 0) {
      return Status(StatusCode::kIoError, SystemError(path_, errno));
    }
    const int fd = open(path_.c_str(), O_WRONLY | O_CLOEXEC | (append_ ? O_APPEND : 0));
    if (fd < 0) return Status(StatusCode::kIoError, SystemError(path_, errno));
    file_ = FileHandle(fd);
    names_changed_ = true;
  }
  // What came behind it is written once more.
  for (uint64_t last = NextAside(); aside > 0 && last > aside + 1; --last) {
    std::remove(Aside(last - 1).c_str());
  }
  if (fstat(file_.fd(), &about) != 0) {
    return Status(StatusCode::kIoError, SystemError(path_, errno));
  }
  const auto there = static_cast<uint64_t>(about.st_size);
  const Status cut = CutTo(std::min(size, there));
  if (!cut.ok()) return cut;
  if (size_ == 0) buffer_.Append(head);
  return there >= size;
}

// Else a power cut may give the files other names than their places say.
Status RecordFile::SyncFolder() {
  const std::filesystem::path path(path_);
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  const FileHandle handle(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.fd() < 0 || fsync(handle.fd()) != 0) {
    return Status(StatusCode::kIoError, SystemError(folder, errno));
  }
  names_changed_ = false;
  return Status::Ok();
}

Status RecordFile::Sync() {
  const std::lock_guard lock(replaced_);
  if (names_changed_) {
    const Status synced = SyncFolder();
    if (!synced.ok()) return synced;
  }
  struct stat about;
  if (!open_ || fstat(file_.fd(), &about) != 0 || !S_ISREG(about.st_mode)) return Status::Ok();
  if (fdatasync(file_.fd()) == 0) return Status::Ok();
  return Status(StatusCode::kIoError, SystemError(open_path(), errno));
}

}  // namespace weir
