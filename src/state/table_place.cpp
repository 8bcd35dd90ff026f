#include "state/table_place.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <utility>

namespace weir {
namespace {

constexpr std::string_view kLive = "live-";

// 0: the name is not that of a checkpoint.
uint64_t CheckpointOf(const std::string& name) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? number : 0;
}

}  // namespace

TablePlace::TablePlace(FileSystem* fs, std::string directory, bool temporary, bool self_contained,
                       std::string checkpoints)
    : fs_(fs),
      directory_(std::move(directory)),
      temporary_(temporary),
      self_contained_(self_contained),
      checkpoints_(std::move(checkpoints)) {}

TablePlace::TablePlace(FileSystem* fs, std::string directory)
    : TablePlace(fs, std::move(directory), false, false, "") {}

std::shared_ptr<TablePlace> TablePlace::Temporary(bool self_contained, std::string checkpoints) {
  return std::shared_ptr<TablePlace>(
      new TablePlace(&PosixFileSystem(), "", true, self_contained, std::move(checkpoints)));
}

// What cannot be removed is left where the system cleans up.
TablePlace::~TablePlace() {
  if (temporary_ && prepared_) (void)fs_->RemoveTree(directory_);
}

// What an earlier process left in use is of no use.
Status TablePlace::Prepare() {
  if (prepared_) return Status::Ok();
  if (temporary_) {
    const char* place = std::getenv("TMPDIR");
    std::string name = JoinPath(place == nullptr || *place == '\0' ? "/tmp" : place, "weir-XXXXXX");
    if (mkdtemp(name.data()) == nullptr) return FileError(name, "cannot be made", errno);
    directory_ = std::move(name);
    prepared_ = true;
    return Status::Ok();
  }
  Status status = fs_->MakeDirectory(directory_);
  if (status.ok()) status = fs_->SyncDirectory(DirectoryOf(directory_));
  if (!status.ok()) return status;
  const Result<std::vector<std::string>> names = fs_->List(directory_);
  if (!names.ok()) return names.status();
  for (const std::string& name : names.value()) {
    if (name.starts_with(kLive)) status = fs_->RemoveTree(JoinPath(directory_, name));
    if (!status.ok()) return status;
    next_checkpoint_ = std::max(next_checkpoint_, CheckpointOf(name) + 1);
  }
  prepared_ = true;
  return status;
}

Result<std::string> TablePlace::NewLive() {
  const Status status = Prepare();
  if (!status.ok()) return status;
  return JoinPath(directory_, std::string(kLive) + std::to_string(next_live_++));
}

Result<uint64_t> TablePlace::NewCheckpoint(std::string* directory) {
  const Status status = Prepare();
  if (!status.ok()) return status;
  const uint64_t number = next_checkpoint_++;
  *directory = JoinPath(directory_, std::to_string(number));
  return number;
}

std::string TablePlace::CheckpointPath(uint64_t checkpoint) const {
  return JoinPath(checkpoints_.empty() ? directory_ : checkpoints_, std::to_string(checkpoint));
}

// One that no snapshot is known to need is kept as long as its neighbours: a snapshot that seemed
// to fail may be there all the same.
Status TablePlace::Settle(uint64_t checkpoint) {
  const uint64_t before = std::exchange(settled_, checkpoint);
  if (before == 0) return Status::Ok();
  const Result<std::vector<std::string>> names = fs_->List(directory_);
  if (!names.ok()) return names.status();
  for (const std::string& name : names.value()) {
    const uint64_t number = CheckpointOf(name);
    if (number == 0 || number >= before) continue;
    const Status removed = fs_->RemoveTree(JoinPath(directory_, name));
    if (!removed.ok()) return removed;
  }
  return Status::Ok();
}

}  // namespace weir
