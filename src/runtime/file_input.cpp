#include "runtime/file_input.h"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace weir {
namespace {

bool IsRegularFile(int fd) {
  struct stat about;
  return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

}  // namespace

FileInput::FileInput(std::string path, FileHandle file, const StreamFormats& formats,
                     LineRules rules, ReaderLimits limits, bool stop_at_bad_record,
                     BadRecordLog* bad_records)
    : path_(std::move(path)),
      file_(std::move(file)),
      is_regular_(IsRegularFile(file_.fd())),
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

bool FileInput::OnBadRecord(uint64_t line, const BadRecord& bad) {
  bad_records_->Add(path_, line, bad);
  return !stop_at_bad_record_;
}

void FileInput::OnRawBytes(std::string_view piece, bool last) { bad_records_->AddRaw(piece, last); }

}  // namespace weir
