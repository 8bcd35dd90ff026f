#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/random.h"
#include "state/file_system.h"

namespace weir {

// A disk in memory that forgets, tears and fails as real ones do, the same way for the same seed
// and calls. "/" is there from the start. Thread-safe.
class SimFileSystem : public FileSystem {
 public:
  enum class Fault {
    kError,       // any call fails with EIO
    kNoSpace,     // a call that takes space fails with ENOSPC
    kShortWrite,  // an append writes a part of the bytes, then fails with EIO
    kFailedSync,  // a sync of a file fails, and what it should have written never gets there
  };

  SimFileSystem();

  // The disk as one process sees it: with the next power loss the process is gone, and every call
  // that a thread of it still makes fails with EIO and changes nothing.
  std::unique_ptr<FileSystem> NewProcess();
  // All that was not synced may be gone after this: writes in part, torn, in another order or as
  // zeros; created, renamed and removed names. Open handles are of no use any more, locks are free.
  void PowerLoss(uint64_t seed);
  // Lets the n-th call from now (first is 1) that the fault can hit fail; with `for_ever` also all
  // such calls after it. n = 0 takes the fault away.
  void FailAt(uint64_t n, Fault fault, bool for_ever = false);
  bool fault_fired() const;
  // Beyond so many bytes in all files there is no space. 0: no limit.
  void SetCapacity(uint64_t bytes);
  uint64_t bytes_used() const;

  // Bit rot; the change is durable.
  void FlipBit(const std::string& path, uint64_t bit);
  void CutFile(const std::string& path, uint64_t size);
  void SetModifiedMs(const std::string& path, int64_t ms);
  // All files, sorted.
  std::vector<std::string> Files() const;

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path) override;
  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Link(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status RemoveDirectory(const std::string& path) override;
  Status MakeDirectory(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Status Truncate(const std::string& path, uint64_t size) override;
  Result<std::vector<std::string>> List(const std::string& path) override;
  Result<uint64_t> SizeOf(const std::string& path) override;
  Result<int64_t> ModifiedMs(const std::string& path) override;
  Result<bool> Exists(const std::string& path) override;
  Result<bool> IsDirectory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;

 private:
  friend class SimWritableFile;
  friend class SimRandomAccessFile;
  friend class SimFileLock;
  friend class SimProcess;

  // A change of a file since its last sync: bytes at an offset, or a new size.
  struct Change {
    bool is_truncate = false;
    uint64_t offset = 0;  // or the new size
    std::string bytes;
  };
  struct Node {
    bool is_directory = false;
    std::string content;  // as programs see it
    std::string durable;  // as it is after the next power loss, at least
    std::vector<Change> changes;
    bool sync_failed = false;
    int64_t modified_ms = 0;
  };
  using NodePtr = std::shared_ptr<Node>;
  using Names = std::map<std::string, NodePtr>;
  // A change of names: `removed` goes, `added` comes; a rename does both at once.
  struct NameChange {
    std::string removed;
    std::string added;
    NodePtr node;
  };

  // What a call does, to find the faults that can hit it.
  enum class Call { kRead, kTakesSpace, kAppend, kSync, kOther };
  Status Enter(Call call, const std::string& path, bool* short_write = nullptr);
  Result<NodePtr> Find(const std::string& path, const char* what) const;
  Result<NodePtr> FindOrMake(const std::string& path);
  static void Apply(const NameChange& change, Names* names);
  void Note(NameChange change);
  void LoseContent(Node* node, Random* random) const;
  uint64_t UsedLocked() const;

  Status AppendTo(Node* node, const std::string& path, uint64_t offset, std::string_view bytes);
  Status SyncNode(Node* node, const std::string& path);
  Status TruncateNode(Node* node, const std::string& path, uint64_t size);

  mutable std::recursive_mutex mutex_;  // a process takes it around the call itself
  Names names_;
  Names durable_names_;
  std::vector<NameChange> name_changes_;  // not synced, in the order they were made
  std::map<std::string, bool> locks_;
  uint64_t lives_ = 0;  // counts power losses
  uint64_t fault_in_ = 0;
  Fault fault_ = Fault::kError;
  bool fault_for_ever_ = false;
  bool fault_fired_ = false;
  uint64_t capacity_ = 0;
};

}  // namespace weir
