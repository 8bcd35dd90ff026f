#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "state/sealing.h"

namespace weir {

// The records of a snapshot as they lie in RocksDB: docs/formats/snapshot.md.

// A sum over records that does not depend on their order: of the XXH3-128 of each.
struct RecordSum {
  uint64_t low = 0;
  uint64_t high = 0;

  void Add(const RecordSum& other);
  void Subtract(const RecordSum& other);
  bool operator==(const RecordSum&) const = default;
};
RecordSum SumOfRecord(std::string_view key, std::string_view value);

// What is known of a snapshot.
struct SnapshotMeta {
  uint64_t number = 0;      // counts up from 1; 0: there is no snapshot
  uint64_t log_number = 0;  // the last record of the log whose effect it holds
  uint64_t record_count = 0;
  RecordSum sum;        // of all its records
  std::string payload;  // the caller's
};

constexpr uint32_t kSnapshotVersion = 1;
constexpr std::string_view kSnapshotMetaKey = "m";

// Turns records and metas into what is stored, sealed with one key or not at all.
class SnapshotCodec {
 public:
  SnapshotCodec(Sealing* sealing, KeyId key) : sealing_(sealing), key_(key) {}

  bool is_sealed() const { return key_ != KeyId{}; }
  const KeyId& key() const { return key_; }

  // Appends the stored key: as it is, or where sealed what is before the first NUL (the owner) as
  // it is and the rest hidden.
  void AppendKey(std::string_view key, std::string* out) const;
  // Appends the value, sealed together with the key for its place.
  void AppendSealedValue(std::string_view stored_key, std::string_view key, std::string_view value,
                         std::string* out) const;
  // kCorrupt if the value was not stored under this key.
  Status Open(std::string_view stored_key, std::string_view stored_value, std::string* key,
              std::string* value) const;
  std::string EncodeMeta(const SnapshotMeta& meta) const;

 private:
  Sealing* sealing_;
  KeyId key_;
};

// Reads a meta; `sealing` is null or has the key, else the Status says which one is missing.
// `key` is the one that seals the database.
Status DecodeSnapshotMeta(std::string_view bytes, const Sealing* sealing, const std::string& path,
                          SnapshotMeta* meta, KeyId* key);

// Changed records in memory, in stored form.
class SnapshotRun {
 public:
  struct Entry {
    uint64_t order;  // 8 bytes of the key behind what all keys share, for sorting
    uint32_t offset;
    uint32_t key_bytes;
    uint32_t value_bytes;
    bool is_delete;
  };

  explicit SnapshotRun(const SnapshotCodec* codec) : codec_(codec) {}

  void Clear();
  void Put(std::string_view key, std::string_view value);
  void Delete(std::string_view key);
  size_t bytes() const { return bytes_.size(); }
  // Sorts by key and leaves the last change of each.
  void Sort();

  const std::vector<Entry>& entries() const { return entries_; }
  std::string_view KeyOf(const Entry& entry) const {
    return {bytes_.data() + entry.offset, entry.key_bytes};
  }
  std::string_view ValueOf(const Entry& entry) const {
    return {bytes_.data() + entry.offset + entry.key_bytes, entry.value_bytes};
  }

 private:
  using Entries = std::span<Entry>;
  void AddKey(std::string_view key);
  void SortByPieces(Entries entries);
  void SortWhole(Entries entries);

  const SnapshotCodec* codec_;
  std::string bytes_;
  std::vector<Entry> entries_;
  bool is_sorted_ = true;
};

}  // namespace weir
