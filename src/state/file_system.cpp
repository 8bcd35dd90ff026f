#include "state/file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "state/kill_point.h"

namespace weir {

std::string JoinPath(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.empty() && path.back() != '/') path += '/';
  return path.append(name);
}

std::string DirectoryOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

Status FileError(const std::string& path, std::string_view what, int error) {
  StatusCode code = StatusCode::kIoError;
  if (error == ENOSPC || error == EDQUOT) code = StatusCode::kNoSpace;
  if (error == ENOENT) code = StatusCode::kNotFound;
  return Status(code, path + ": " + std::string(what) + ": " + std::strerror(error));
}

Result<std::string> FileSystem::ReadAll(const std::string& path) {
  Result<std::unique_ptr<RandomAccessFile>> file = OpenRandomAccess(path);
  if (!file.ok()) return file.status();
  constexpr size_t kPiece = size_t{1} << 16;
  std::string bytes;
  while (true) {
    const size_t begin = bytes.size();
    bytes.resize(begin + std::max(kPiece, begin));
    const Result<size_t> got =
        file.value()->ReadAt(begin, bytes.size() - begin, bytes.data() + begin);
    if (!got.ok()) return got.status();
    const bool at_end = got.value() < bytes.size() - begin;
    bytes.resize(begin + got.value());
    if (at_end) return bytes;
  }
}

Status FileSystem::RemoveTree(const std::string& path) {
  const Result<bool> is_directory = IsDirectory(path);
  if (!is_directory.ok()) {
    if (is_directory.status().code() == StatusCode::kNotFound) return Status::Ok();
    return is_directory.status();
  }
  if (!is_directory.value()) return Remove(path);
  const Result<std::vector<std::string>> names = List(path);
  if (!names.ok()) return names.status();
  for (const std::string& name : names.value()) {
    if (Status status = RemoveTree(JoinPath(path, name)); !status.ok()) return status;
  }
  return RemoveDirectory(path);
}

Status FileSystem::Publish(const std::string& path, std::string_view bytes) {
  const std::string draft = path + ".new";
  Result<std::unique_ptr<WritableFile>> file = Create(draft);
  if (!file.ok()) return file.status();
  KILL_POINT("publish.created");
  Status status = file.value()->Append(bytes);
  if (status.ok()) status = file.value()->Sync();
  if (status.ok()) status = file.value()->Close();
  KILL_POINT("publish.synced");
  if (status.ok()) status = Rename(draft, path);
  KILL_POINT("publish.renamed");
  if (status.ok()) return SyncDirectory(DirectoryOf(path));
  // The draft is of no use; that it cannot be removed adds nothing to the failure.
  (void)Remove(draft).ok();
  return status;
}

}  // namespace weir
