#include "runtime/file_input.h"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <locale>
#include <sstream>

namespace weir {
namespace {

bool IsRegularFile(int fd) {
  struct stat about;
  return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

// Tells one file from another that has its name.
std::string FileIdentity(int fd) {
  struct stat about;
  if (fstat(fd, &about) != 0) return "";
  return std::to_string(about.st_dev) + ":" + std::to_string(about.st_ino);
}

// A position is text: the file's identity, then bytes, lines and messages, separated by spaces.
struct FilePosition {
  std::string identity;
  uint64_t bytes = 0;
  uint64_t lines = 0;
  uint64_t skip = 0;
};

bool ParsePosition(const std::string& text, FilePosition* position) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  return static_cast<bool>(in >> position->identity >> position->bytes >> position->lines >>
                           position->skip);
}

}  // namespace

FileInput::FileInput(std::string path, FileHandle file, const StreamFormats& formats,
                     LineRules rules, ReaderLimits limits, bool stop_at_bad_record,
                     BadRecordLog* bad_records)
    : path_(std::move(path)),
      file_(std::move(file)),
      is_regular_(IsRegularFile(file_.fd())),
      formats_(formats),
      identity_(is_regular_ ? FileIdentity(file_.fd()) : ""),
      stop_at_bad_record_(stop_at_bad_record),
      bad_records_(bad_records),
      reader_(formats, std::move(rules), limits, this) {}

void FileInput::Prepend(std::string_view bytes) {
  while (!bytes.empty()) {
    const NdjsonReader::Space space = reader_.Reserve();
    const size_t size = std::min(space.size, bytes.size());
    std::copy_n(bytes.data(), size, space.data);
    reader_.Commit(size);
    bytes_ += size;
    bytes.remove_prefix(size);
  }
}

Status FileInput::Fill() {
  const NdjsonReader::Space space = reader_.Reserve();
  for (;;) {
    const ssize_t size = read(file_.fd(), space.data, space.size);
    if (size > 0) {
      reader_.Commit(static_cast<size_t>(size));
      bytes_ += static_cast<uint64_t>(size);
      return Status::Ok();
    }
    if (size == 0) {
      ended_ = true;
      reader_.Finish();
      file_.Close();
      return Status::Ok();
    }
    if (errno == EAGAIN) {
      pollfd wait{file_.fd(), POLLIN, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return Status(StatusCode::kIoError, SystemError(path_, errno));
    }
  }
}

std::string FileInput::PositionBehind(uint64_t bytes, uint64_t lines, uint64_t skip) const {
  if (identity_.empty()) return "";
  return identity_ + " " + std::to_string(bytes) + " " + std::to_string(lines) + " " +
         std::to_string(skip);
}

std::string FileInput::Position() const {
  return PositionBehind(reader_.bytes_read(), reader_.lines_read(), 0);
}

Result<bool> FileInput::Resume(const std::string& text) {
  FilePosition position;
  struct stat about;
  if (!is_regular_ || !ParsePosition(text, &position) || position.identity != identity_ ||
      fstat(file_.fd(), &about) != 0 || static_cast<uint64_t>(about.st_size) < position.bytes) {
    return false;
  }
  if (lseek(file_.fd(), static_cast<off_t>(position.bytes), SEEK_SET) < 0) {
    return Status(StatusCode::kIoError, SystemError(path_, errno));
  }
  reader_.StartAt(position.bytes, position.lines);
  MessageBatch skipped(formats_);
  while (skipped.messages.size() < position.skip && !ended_) {
    if (reader_.Read(position.skip, SIZE_MAX, &skipped) != NdjsonReader::State::kNeedBytes) break;
    const Status filled = Fill();
    if (!filled.ok()) return filled;
  }
  return true;
}

bool FileInput::OnBadRecord(uint64_t line, const BadRecord& bad) {
  bad_records_->Add(path_, line, bad);
  return !stop_at_bad_record_;
}

void FileInput::OnRawBytes(std::string_view piece, bool last) { bad_records_->AddRaw(piece, last); }

}  // namespace weir
