#include "state/record_index.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/check.h"

namespace weir {
namespace {

constexpr uint64_t kFirstSlots = 1024;
constexpr uint64_t kFirstKeyBytes = 64 << 10;
constexpr uint64_t kHeaderBytes = 4096;

Status OutOfMemory(int error) {
  return Status(StatusCode::kIoError,
                std::string("memory for the index of snapshot records: ") + std::strerror(error));
}

}  // namespace

struct RecordIndex::Header {
  uint64_t slots;       // a power of two
  uint64_t used;        // slots in use
  uint64_t key_bytes;   // of the memory of keys, in use or given up
  uint64_t live_bytes;  // in use
  uint64_t walk;        // number of the walk
};

// A slot is free if both parts of the key's hash are zero.
struct RecordIndex::Slot {
  uint64_t key_high;
  uint64_t key_low;
  uint64_t value[kSides];
  uint64_t key_offset;
  uint32_t key_size;
  uint32_t reserved;
  uint64_t walk;  // the last that saw the record
  bool is_free() const { return key_high == 0 && key_low == 0; }
};

RecordIndex::~RecordIndex() {
  Unmap();
  if (slots_fd_ >= 0) close(slots_fd_);
  if (keys_fd_ >= 0) close(keys_fd_);
}

Status RecordIndex::Create() {
  slots_fd_ = memfd_create("weir-index", MFD_CLOEXEC);
  keys_fd_ = memfd_create("weir-index-keys", MFD_CLOEXEC);
  if (slots_fd_ < 0 || keys_fd_ < 0) return OutOfMemory(errno);
  const uint64_t bytes = kHeaderBytes + kFirstSlots * sizeof(Slot);
  if (ftruncate(slots_fd_, static_cast<off_t>(bytes)) != 0 ||
      ftruncate(keys_fd_, kFirstKeyBytes) != 0) {
    return OutOfMemory(errno);
  }
  const Status mapped = Map();
  if (!mapped.ok()) return mapped;
  header_->slots = kFirstSlots;
  Unmap();
  return Status::Ok();
}

// Maps all of a file, which gets at least so many bytes.
Status RecordIndex::Resize(int fd, uint64_t bytes, void** memory, uint64_t* mapped) {
  struct stat about = {};
  if (fstat(fd, &about) != 0) return OutOfMemory(errno);
  if (static_cast<uint64_t>(about.st_size) < bytes) {
    if (ftruncate(fd, static_cast<off_t>(bytes)) != 0) return OutOfMemory(errno);
    about.st_size = static_cast<off_t>(bytes);
  }
  if (*memory != nullptr) munmap(*memory, *mapped);
  *mapped = static_cast<uint64_t>(about.st_size);
  *memory = mmap(nullptr, *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (*memory != MAP_FAILED) return Status::Ok();
  *memory = nullptr;
  return OutOfMemory(errno);
}

Status RecordIndex::Map() {
  status_ = Resize(slots_fd_, 0, &slots_memory_, &slots_mapped_);
  if (status_.ok()) status_ = Resize(keys_fd_, 0, &keys_memory_, &keys_mapped_);
  if (!status_.ok()) return status_;
  header_ = static_cast<Header*>(slots_memory_);
  slots_ = reinterpret_cast<Slot*>(static_cast<char*>(slots_memory_) + kHeaderBytes);
  return status_;
}

void RecordIndex::Unmap() {
  if (slots_memory_ != nullptr) munmap(slots_memory_, slots_mapped_);
  if (keys_memory_ != nullptr) munmap(keys_memory_, keys_mapped_);
  slots_memory_ = keys_memory_ = nullptr;
  header_ = nullptr;
  slots_ = nullptr;
}

uint64_t RecordIndex::records() const { return header_->used; }

std::string_view RecordIndex::KeyOf(const Slot& slot) const {
  return {static_cast<const char*>(keys_memory_) + slot.key_offset, slot.key_size};
}

void RecordIndex::Begin(int side) {
  CHECK(side >= 0 && side < kSides);
  side_ = side;
  ++header_->walk;
}

RecordIndex::Slot* RecordIndex::Find(const KeyHash& hash) {
  const uint64_t mask = header_->slots - 1;
  uint64_t at = hash.low & mask;
  while (!slots_[at].is_free() &&
         (slots_[at].key_high != hash.high || slots_[at].key_low != hash.low)) {
    at = (at + 1) & mask;
  }
  return &slots_[at];
}

RecordIndex::KeyHash RecordIndex::HashOf(std::string_view key) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  // Zero stands for a free slot.
  return {hash.high64, hash.high64 == 0 && hash.low64 == 0 ? 1 : hash.low64};
}

void RecordIndex::Prefetch(const KeyHash& key_hash) const {
  __builtin_prefetch(&slots_[key_hash.low & (header_->slots - 1)], 1);
}

bool RecordIndex::Note(std::string_view key, const KeyHash& hash, uint64_t value_hash) {
  if (!status_.ok()) return true;
  Slot* slot = Find(hash);
  if (slot->is_free()) {
    if ((header_->used + 1) * 2 > header_->slots) {
      if (!GrowSlots()) return true;
      slot = Find(hash);
    }
    uint64_t offset = 0;
    if (!StoreKey(key, &offset)) return true;
    slot->key_high = hash.high;
    slot->key_low = hash.low;
    slot->value[0] = slot->value[1] = 0;
    slot->key_offset = offset;
    slot->key_size = static_cast<uint32_t>(key.size());
    ++header_->used;
  }
  slot->walk = header_->walk;
  if (value_hash == 0) value_hash = 1;  // 0 stands for a record that a side does not hold
  const bool differs = slot->value[side_] != value_hash;
  slot->value[side_] = value_hash;
  return differs;
}

bool RecordIndex::StoreKey(std::string_view key, uint64_t* offset) {
  const uint64_t end = header_->key_bytes + key.size();
  if (end > keys_mapped_) {
    status_ = Resize(keys_fd_, std::max(end, 2 * keys_mapped_), &keys_memory_, &keys_mapped_);
    if (!status_.ok()) return false;
  }
  *offset = header_->key_bytes;
  std::memcpy(static_cast<char*>(keys_memory_) + *offset, key.data(), key.size());
  header_->key_bytes = end;
  header_->live_bytes += key.size();
  return true;
}

bool RecordIndex::GrowSlots() {
  std::vector<Slot> slots;
  slots.reserve(header_->used);
  for (uint64_t s = 0; s < header_->slots; ++s) {
    if (!slots_[s].is_free()) slots.push_back(slots_[s]);
  }
  const uint64_t count = header_->slots * 2;
  status_ = Resize(slots_fd_, kHeaderBytes + count * sizeof(Slot), &slots_memory_, &slots_mapped_);
  if (!status_.ok()) return false;
  header_ = static_cast<Header*>(slots_memory_);
  slots_ = reinterpret_cast<Slot*>(static_cast<char*>(slots_memory_) + kHeaderBytes);
  header_->slots = count;
  Rehash(slots);
  return true;
}

void RecordIndex::Rehash(const std::vector<Slot>& slots) {
  std::memset(static_cast<void*>(slots_), 0, header_->slots * sizeof(Slot));
  for (const Slot& slot : slots) *Find({slot.key_high, slot.key_low}) = slot;
  header_->used = slots.size();
}

void RecordIndex::End(const std::function<void(std::string_view)>& gone) {
  if (!status_.ok()) return;
  std::vector<Slot> kept;
  bool any_dropped = false;
  for (uint64_t s = 0; s < header_->slots; ++s) {
    Slot& slot = slots_[s];
    if (slot.is_free() || slot.walk == header_->walk) continue;
    if (slot.value[side_] != 0) gone(KeyOf(slot));
    slot.value[side_] = 0;
    any_dropped = any_dropped || slot.value[1 - side_] == 0;
  }
  if (!any_dropped) return;
  for (uint64_t s = 0; s < header_->slots; ++s) {
    if (slots_[s].is_free()) continue;
    if (slots_[s].value[0] != 0 || slots_[s].value[1] != 0) {
      kept.push_back(slots_[s]);
    } else {
      header_->live_bytes -= slots_[s].key_size;
    }
  }
  Rehash(kept);
  if (header_->key_bytes > 2 * header_->live_bytes + kFirstKeyBytes) CompactKeys();
}

// Moves the keys in use to the front.
void RecordIndex::CompactKeys() {
  std::string keys;
  keys.reserve(header_->live_bytes);
  for (uint64_t s = 0; s < header_->slots; ++s) {
    Slot& slot = slots_[s];
    if (slot.is_free()) continue;
    const uint64_t offset = keys.size();
    keys.append(KeyOf(slot));
    slot.key_offset = offset;
  }
  std::memcpy(keys_memory_, keys.data(), keys.size());
  header_->key_bytes = header_->live_bytes = keys.size();
}

void RecordIndex::Forget(int side) {
  for (uint64_t s = 0; s < header_->slots; ++s) slots_[s].value[side] = 0;
}

}  // namespace weir
