#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace weir {

// What the two kept snapshots hold of each record: its key and a hash of its bytes on either side.
// The index lives in memory files that processes share, so that a forked child which compares a
// state with the last snapshots can note what it found. One process at a time uses it, between
// Map and Unmap. About 60 bytes and the key for each record.
class RecordIndex {
 public:
  static constexpr int kSides = 2;

  RecordIndex() = default;
  ~RecordIndex();
  RecordIndex(const RecordIndex&) = delete;
  RecordIndex& operator=(const RecordIndex&) = delete;

  // Makes the empty memory files.
  Status Create();
  Status Map();
  void Unmap();

  // A walk over all records of a new state for one side: Begin, Note for each, End.
  void Begin(int side);
  struct KeyHash {
    uint64_t high = 0;
    uint64_t low = 0;
  };
  static KeyHash HashOf(std::string_view key);
  // Worth while some records before Note, since they lie anywhere.
  void Prefetch(const KeyHash& key_hash) const;
  // True if the side does not hold the record with this key and hash of its bytes.
  bool Note(std::string_view key, const KeyHash& key_hash, uint64_t hash);
  // Calls gone(key) for each record that the side holds and the state has no more.
  void End(const std::function<void(std::string_view)>& gone);
  // Not ok once memory ran out; then nothing that was noted counts.
  const Status& status() const { return status_; }

  // Nothing is known of a side any more: every record will differ.
  void Forget(int side);
  uint64_t records() const;

 private:
  struct Header;
  struct Slot;

  Slot* Find(const KeyHash& hash);
  bool GrowSlots();
  bool StoreKey(std::string_view key, uint64_t* offset);
  void CompactKeys();
  Status Resize(int fd, uint64_t bytes, void** memory, uint64_t* mapped);
  std::string_view KeyOf(const Slot& slot) const;
  void Rehash(const std::vector<Slot>& slots);

  int slots_fd_ = -1;
  int keys_fd_ = -1;
  void* slots_memory_ = nullptr;
  void* keys_memory_ = nullptr;
  uint64_t slots_mapped_ = 0;
  uint64_t keys_mapped_ = 0;
  Header* header_ = nullptr;
  Slot* slots_ = nullptr;
  int side_ = 0;
  Status status_;
};

}  // namespace weir
