#include "testing/sim_file_system.h"

#include <algorithm>
#include <cerrno>

namespace weir {
namespace {

constexpr uint64_t kSectorBytes = 512;

void WriteAt(uint64_t offset, std::string_view bytes, std::string* content) {
  if (content->size() < offset + bytes.size()) content->resize(offset + bytes.size(), '\0');
  content->replace(offset, bytes.size(), bytes);
}

}  // namespace

class SimWritableFile : public WritableFile {
 public:
  SimWritableFile(SimFileSystem* fs, SimFileSystem::NodePtr node, std::string path)
      : fs_(fs),
        node_(std::move(node)),
        path_(std::move(path)),
        life_(fs->lives_),
        size_(node_->content.size()) {}

  Status Append(std::string_view bytes) override {
    const std::lock_guard lock(fs_->mutex_);
    if (life_ != fs_->lives_) return FileError(path_, "write", EIO);
    const Status status = fs_->AppendTo(node_.get(), path_, size_, bytes);
    if (status.ok()) size_ += bytes.size();
    return status;
  }
  Status Sync() override {
    const std::lock_guard lock(fs_->mutex_);
    if (life_ != fs_->lives_) return FileError(path_, "sync", EIO);
    return fs_->SyncNode(node_.get(), path_);
  }
  Status Truncate(uint64_t size) override {
    const std::lock_guard lock(fs_->mutex_);
    if (life_ != fs_->lives_) return FileError(path_, "truncate", EIO);
    const Status status = fs_->TruncateNode(node_.get(), path_, size);
    if (status.ok()) size_ = size;
    return status;
  }
  Status Close() override { return Status::Ok(); }
  uint64_t size() const override {
    const std::lock_guard lock(fs_->mutex_);
    return size_;
  }

 private:
  SimFileSystem* const fs_;
  const SimFileSystem::NodePtr node_;
  const std::string path_;
  const uint64_t life_;
  uint64_t size_;
};

class SimRandomAccessFile : public RandomAccessFile {
 public:
  SimRandomAccessFile(SimFileSystem* fs, SimFileSystem::NodePtr node, std::string path)
      : fs_(fs), node_(std::move(node)), path_(std::move(path)) {}

  Result<size_t> ReadAt(uint64_t offset, size_t size, char* to) const override {
    const std::lock_guard lock(fs_->mutex_);
    if (Status status = fs_->Enter(SimFileSystem::Call::kRead, path_); !status.ok()) return status;
    if (offset >= node_->content.size()) return size_t{0};
    return node_->content.copy(to, size, offset);
  }

 private:
  SimFileSystem* const fs_;
  const SimFileSystem::NodePtr node_;
  const std::string path_;
};

class SimFileLock : public FileLock {
 public:
  SimFileLock(SimFileSystem* fs, std::string path)
      : fs_(fs), path_(std::move(path)), life_(fs->lives_) {}
  SimFileLock(const SimFileLock&) = delete;
  SimFileLock& operator=(const SimFileLock&) = delete;
  ~SimFileLock() override {
    const std::lock_guard lock(fs_->mutex_);
    if (life_ == fs_->lives_) fs_->locks_.erase(path_);
  }

 private:
  SimFileSystem* const fs_;
  const std::string path_;
  const uint64_t life_;
};

SimFileSystem::SimFileSystem() {
  auto top = std::make_shared<Node>();
  top->is_directory = true;
  names_["/"] = durable_names_["/"] = top;
}

// --- faults

Status SimFileSystem::Enter(Call call, const std::string& path, bool* short_write) {
  if (fault_in_ == 0) return Status::Ok();
  const bool hit =
      fault_ == Fault::kError ||
      (fault_ == Fault::kNoSpace && (call == Call::kTakesSpace || call == Call::kAppend)) ||
      (fault_ == Fault::kShortWrite && call == Call::kAppend) ||
      (fault_ == Fault::kFailedSync && call == Call::kSync);
  if (!hit) return Status::Ok();
  if (fault_in_ > 1) {
    --fault_in_;
    return Status::Ok();
  }
  fault_fired_ = true;
  if (!fault_for_ever_) fault_in_ = 0;
  if (fault_ == Fault::kShortWrite) {
    *short_write = true;
    return Status::Ok();
  }
  return FileError(path, "simulated fault", fault_ == Fault::kNoSpace ? ENOSPC : EIO);
}

void SimFileSystem::FailAt(uint64_t n, Fault fault, bool for_ever) {
  const std::lock_guard lock(mutex_);
  fault_in_ = n;
  fault_ = fault;
  fault_for_ever_ = for_ever;
  fault_fired_ = false;
}

bool SimFileSystem::fault_fired() const {
  const std::lock_guard lock(mutex_);
  return fault_fired_;
}

void SimFileSystem::SetCapacity(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

uint64_t SimFileSystem::bytes_used() const {
  const std::lock_guard lock(mutex_);
  return UsedLocked();
}

uint64_t SimFileSystem::UsedLocked() const {
  std::vector<const Node*> seen;
  for (const auto& [path, node] : names_) seen.push_back(node.get());
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  uint64_t used = 0;
  for (const Node* node : seen) used += node->content.size();
  return used;
}

void SimFileSystem::FlipBit(const std::string& path, uint64_t bit) {
  const std::lock_guard lock(mutex_);
  Node& node = *names_.at(path);
  for (std::string* bytes : {&node.content, &node.durable}) {
    if (bit / 8 < bytes->size()) (*bytes)[bit / 8] ^= static_cast<char>(1 << (bit % 8));
  }
}

void SimFileSystem::CutFile(const std::string& path, uint64_t size) {
  const std::lock_guard lock(mutex_);
  Node& node = *names_.at(path);
  for (std::string* bytes : {&node.content, &node.durable}) {
    if (size < bytes->size()) bytes->resize(size);
  }
}

void SimFileSystem::SetModifiedMs(const std::string& path, int64_t ms) {
  const std::lock_guard lock(mutex_);
  names_.at(path)->modified_ms = ms;
}

std::vector<std::string> SimFileSystem::Files() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> files;
  for (const auto& [path, node] : names_) {
    if (!node->is_directory) files.push_back(path);
  }
  return files;
}

// --- power loss

void SimFileSystem::Apply(const NameChange& change, Names* names) {
  if (!change.removed.empty()) names->erase(change.removed);
  if (!change.added.empty()) (*names)[change.added] = change.node;
}

void SimFileSystem::Note(NameChange change) {
  Apply(change, &names_);
  name_changes_.push_back(std::move(change));
}

// Decides which of the changes since the last sync reached the disk: all in order up to some place
// (the last one torn), or any of them in any order, by sector.
void SimFileSystem::LoseContent(Node* node, Random* random) const {
  const std::vector<Change> changes = std::move(node->changes);
  node->changes.clear();
  std::string disk = std::move(node->durable);
  const bool in_order = random->OneIn(2);
  const bool by_sector = random->OneIn(2);
  const uint64_t kept = random->Below(changes.size() + 1);
  for (size_t i = 0; i < changes.size() && (!in_order || i <= kept); ++i) {
    const Change& change = changes[i];
    const bool is_torn = in_order && i == kept;
    if (change.is_truncate) {
      if (in_order ? !is_torn : random->OneIn(2)) disk.resize(change.offset, '\0');
      continue;
    }
    if (in_order) {
      uint64_t size = change.bytes.size();
      if (is_torn) size = random->Below(size + 1);
      if (is_torn && by_sector) size -= std::min(size, (change.offset + size) % kSectorBytes);
      WriteAt(change.offset, std::string_view(change.bytes).substr(0, size), &disk);
      continue;
    }
    // The file may have got its size though the bytes did not arrive.
    if (random->OneIn(2))
      disk.resize(std::max(disk.size(), change.offset + change.bytes.size()), 0);
    for (uint64_t at = 0; at < change.bytes.size();) {
      uint64_t size = kSectorBytes - (change.offset + at) % kSectorBytes;
      if (!by_sector) size = 1 + random->Below(2 * kSectorBytes);
      if (random->OneIn(2)) {
        WriteAt(change.offset + at, std::string_view(change.bytes).substr(at, size), &disk);
      }
      at += size;
    }
  }
  node->content = disk;
  node->durable = std::move(disk);
}

void SimFileSystem::PowerLoss(uint64_t seed) {
  const std::lock_guard lock(mutex_);
  Random random(seed);
  ++lives_;
  locks_.clear();
  fault_in_ = 0;
  const bool in_order = random.OneIn(2);
  const uint64_t kept = random.Below(name_changes_.size() + 1);
  for (size_t i = 0; i < name_changes_.size(); ++i) {
    if (in_order ? i < kept : random.OneIn(2)) Apply(name_changes_[i], &durable_names_);
  }
  name_changes_.clear();
  names_.clear();
  for (auto it = durable_names_.begin(); it != durable_names_.end();) {
    // What lies in a directory that was lost is lost too; a directory sorts before its files.
    const bool has_parent = it->first == "/" || names_.count(DirectoryOf(it->first)) != 0;
    if (has_parent) names_.insert(*it);
    it = has_parent ? std::next(it) : durable_names_.erase(it);
  }
  for (auto& [path, node] : names_) {
    LoseContent(node.get(), &random);
    node->sync_failed = false;
  }
}

// --- files

Result<SimFileSystem::NodePtr> SimFileSystem::Find(const std::string& path,
                                                   const char* what) const {
  const auto found = names_.find(path);
  if (found == names_.end()) return FileError(path, what, ENOENT);
  return found->second;
}

Result<SimFileSystem::NodePtr> SimFileSystem::FindOrMake(const std::string& path) {
  if (Status status = Enter(Call::kTakesSpace, path); !status.ok()) return status;
  if (const auto found = names_.find(path); found != names_.end()) {
    if (found->second->is_directory) return FileError(path, "open", EISDIR);
    return found->second;
  }
  const Result<NodePtr> parent = Find(DirectoryOf(path), "open");
  if (!parent.ok()) return FileError(path, "open", ENOENT);
  auto node = std::make_shared<Node>();
  Note({"", path, node});
  return node;
}

Result<std::unique_ptr<WritableFile>> SimFileSystem::Create(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Result<NodePtr> node = FindOrMake(path);
  if (!node.ok()) return node.status();
  if (!node.value()->content.empty()) {
    node.value()->content.clear();
    node.value()->changes.push_back({true, 0, ""});
  }
  return std::unique_ptr<WritableFile>(std::make_unique<SimWritableFile>(this, node.value(), path));
}

Result<std::unique_ptr<WritableFile>> SimFileSystem::OpenForAppend(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Result<NodePtr> node = FindOrMake(path);
  if (!node.ok()) return node.status();
  return std::unique_ptr<WritableFile>(std::make_unique<SimWritableFile>(this, node.value(), path));
}

Result<std::unique_ptr<RandomAccessFile>> SimFileSystem::OpenRandomAccess(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kRead, path); !status.ok()) return status;
  Result<NodePtr> node = Find(path, "open");
  if (!node.ok()) return node.status();
  return std::unique_ptr<RandomAccessFile>(
      std::make_unique<SimRandomAccessFile>(this, node.value(), path));
}

Status SimFileSystem::AppendTo(Node* node, const std::string& path, uint64_t offset,
                               std::string_view bytes) {
  if (node->sync_failed) return FileError(path, "write after a failed sync", EIO);
  bool short_write = false;
  if (Status status = Enter(Call::kAppend, path, &short_write); !status.ok()) return status;
  Status status;
  if (short_write) {
    bytes = bytes.substr(0, bytes.size() / 2);
    status = FileError(path, "simulated fault", EIO);
  }
  if (capacity_ != 0 && offset + bytes.size() > node->content.size()) {
    const uint64_t used = UsedLocked() - (node->content.size() - offset);
    const uint64_t room = capacity_ > used ? capacity_ - used : 0;
    if (bytes.size() > room) {
      bytes = bytes.substr(0, room);
      status = FileError(path, "write", ENOSPC);
    }
  }
  WriteAt(offset, bytes, &node->content);
  node->changes.push_back({false, offset, std::string(bytes)});
  return status;
}

Status SimFileSystem::SyncNode(Node* node, const std::string& path) {
  if (node->sync_failed) return FileError(path, "sync after a failed sync", EIO);
  if (Status status = Enter(Call::kSync, path); !status.ok()) {
    node->changes.clear();  // programs still see the bytes, the disk never will
    node->sync_failed = true;
    return status;
  }
  for (const Change& change : node->changes) {
    if (change.is_truncate) {
      node->durable.resize(change.offset, '\0');
    } else {
      WriteAt(change.offset, change.bytes, &node->durable);
    }
  }
  node->changes.clear();
  return Status::Ok();
}

Status SimFileSystem::TruncateNode(Node* node, const std::string& path, uint64_t size) {
  if (Status status = Enter(Call::kOther, path); !status.ok()) return status;
  node->content.resize(size, '\0');
  node->changes.push_back({true, size, ""});
  return Status::Ok();
}

// --- names

Status SimFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kTakesSpace, from); !status.ok()) return status;
  const Result<NodePtr> node = Find(from, "rename");
  if (!node.ok()) return node.status();
  if (node.value()->is_directory) return FileError(from, "rename of a directory", ENOTSUP);
  Note({from, to, node.value()});
  return Status::Ok();
}

Status SimFileSystem::Link(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kTakesSpace, from); !status.ok()) return status;
  const Result<NodePtr> node = Find(from, "link");
  if (!node.ok()) return node.status();
  if (names_.count(to) != 0) return FileError(from, "link to " + to, EEXIST);
  Note({"", to, node.value()});
  return Status::Ok();
}

Status SimFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kOther, path); !status.ok()) return status;
  const Result<NodePtr> node = Find(path, "remove");
  if (!node.ok()) return node.status();
  if (node.value()->is_directory) return FileError(path, "remove", EISDIR);
  Note({path, "", nullptr});
  return Status::Ok();
}

Status SimFileSystem::RemoveDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kOther, path); !status.ok()) return status;
  if (const Result<NodePtr> node = Find(path, "remove"); !node.ok()) return node.status();
  const auto inner = names_.lower_bound(path + "/");
  if (inner != names_.end() && inner->first.starts_with(path + "/")) {
    return FileError(path, "remove", ENOTEMPTY);
  }
  Note({path, "", nullptr});
  return Status::Ok();
}

Status SimFileSystem::MakeDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kTakesSpace, path); !status.ok()) return status;
  if (const auto found = names_.find(path); found != names_.end()) {
    return found->second->is_directory ? Status::Ok() : FileError(path, "make directory", EEXIST);
  }
  if (names_.count(DirectoryOf(path)) == 0) return FileError(path, "make directory", ENOENT);
  auto node = std::make_shared<Node>();
  node->is_directory = true;
  Note({"", path, node});
  return Status::Ok();
}

Status SimFileSystem::SyncDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kSync, path); !status.ok()) return status;
  if (const Result<NodePtr> node = Find(path, "sync"); !node.ok()) return node.status();
  std::vector<NameChange> others;
  for (NameChange& change : name_changes_) {
    const std::string& name = change.added.empty() ? change.removed : change.added;
    if (DirectoryOf(name) == path) {
      Apply(change, &durable_names_);
    } else {
      others.push_back(std::move(change));
    }
  }
  name_changes_ = std::move(others);
  return Status::Ok();
}

Status SimFileSystem::Truncate(const std::string& path, uint64_t size) {
  const std::lock_guard lock(mutex_);
  const Result<NodePtr> node = Find(path, "truncate");
  if (!node.ok()) return node.status();
  return TruncateNode(node.value().get(), path, size);
}

Result<std::vector<std::string>> SimFileSystem::List(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kRead, path); !status.ok()) return status;
  if (const Result<NodePtr> node = Find(path, "list"); !node.ok()) return node.status();
  const std::string prefix = JoinPath(path, "");
  std::vector<std::string> names;
  for (auto it = names_.lower_bound(prefix); it != names_.end(); ++it) {
    if (!it->first.starts_with(prefix)) break;
    const std::string name = it->first.substr(prefix.size());
    if (!name.empty() && name.find('/') == std::string::npos) names.push_back(name);
  }
  return names;
}

Result<uint64_t> SimFileSystem::SizeOf(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kRead, path); !status.ok()) return status;
  const Result<NodePtr> node = Find(path, "look up");
  if (!node.ok()) return node.status();
  return uint64_t{node.value()->content.size()};
}

Result<int64_t> SimFileSystem::ModifiedMs(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const Result<NodePtr> node = Find(path, "look up");
  if (!node.ok()) return node.status();
  return node.value()->modified_ms;
}

Result<bool> SimFileSystem::Exists(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kRead, path); !status.ok()) return status;
  return names_.count(path) != 0;
}

Result<bool> SimFileSystem::IsDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (Status status = Enter(Call::kRead, path); !status.ok()) return status;
  const Result<NodePtr> node = Find(path, "look up");
  if (!node.ok()) return node.status();
  return node.value()->is_directory;
}

Result<std::unique_ptr<FileLock>> SimFileSystem::Lock(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!locks_.emplace(path, true).second) {
    return Status(StatusCode::kLocked, path + ": lock: another process holds it");
  }
  const Result<NodePtr> node = FindOrMake(path);
  if (!node.ok()) {
    locks_.erase(path);
    return node.status();
  }
  return std::unique_ptr<FileLock>(std::make_unique<SimFileLock>(this, path));
}

}  // namespace weir
