#include "state/snapshot_format.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "state/fixed_bytes.h"

namespace weir {
namespace {

constexpr char kRecordPrefix = 'r';
constexpr size_t kHiddenBytes = 16;
constexpr size_t kMetaHeadBytes = 60;
constexpr size_t kChecksumBytes = 8;

std::string Identity(std::string_view kind, std::string_view place) {
  return std::string(kind).append(place);
}

Status Changed(const KeyId& key, std::string_view what) {
  return Status(StatusCode::kCorrupt, std::string(what) + " was not sealed with key " +
                                          KeyIdText(key) + ", or was changed since");
}

}  // namespace

void RecordSum::Add(const RecordSum& other) {
  low += other.low;
  high += other.high + (low < other.low ? 1 : 0);
}

void RecordSum::Subtract(const RecordSum& other) {
  high -= other.high + (low < other.low ? 1 : 0);
  low -= other.low;
}

RecordSum SumOfRecord(std::string_view key, std::string_view value) {
  // The key's size keeps its end apart from the value's begin.
  const XXH64_hash_t seed = XXH3_64bits_withSeed(key.data(), key.size(), key.size());
  const XXH128_hash_t hash = XXH3_128bits_withSeed(value.data(), value.size(), seed);
  return {hash.low64, hash.high64};
}

// --- codec

void SnapshotCodec::AppendKey(std::string_view key, std::string* out) const {
  *out += kRecordPrefix;
  if (!is_sealed()) {
    out->append(key);
    return;
  }
  const size_t nul = key.find('\0');
  const size_t owner_bytes = nul == std::string_view::npos ? 0 : nul + 1;
  out->append(key.substr(0, owner_bytes));
  char hidden[kHiddenBytes];
  sealing_->HideName(key_, key, hidden);
  out->append(hidden, kHiddenBytes);
}

void SnapshotCodec::AppendSealedValue(std::string_view stored_key, std::string_view key,
                                      std::string_view value, std::string* out) const {
  std::string plain;
  plain.reserve(sizeof(uint32_t) + key.size() + value.size());
  AppendFixed(static_cast<uint32_t>(key.size()), &plain);
  plain.append(key).append(value);
  sealing_->Seal(key_, Identity("weir snapshot record", stored_key), plain, out);
}

Status SnapshotCodec::Open(std::string_view stored_key, std::string_view stored_value,
                           std::string* key, std::string* value) const {
  if (stored_key.empty() || stored_key[0] != kRecordPrefix) {
    return Status(StatusCode::kCorrupt, "a record with a strange key");
  }
  if (!is_sealed()) {
    key->assign(stored_key.substr(1));
    value->assign(stored_value);
    return Status::Ok();
  }
  std::string plain;
  if (!sealing_->Open(key_, Identity("weir snapshot record", stored_key), stored_value, &plain) ||
      plain.size() < sizeof(uint32_t)) {
    return Changed(key_, "a record");
  }
  const auto key_bytes = ReadFixed<uint32_t>(plain.data());
  if (key_bytes > plain.size() - sizeof(uint32_t)) return Changed(key_, "a record");
  key->assign(plain, sizeof(uint32_t), key_bytes);
  value->assign(plain, sizeof(uint32_t) + key_bytes);
  return Status::Ok();
}

std::string SnapshotCodec::EncodeMeta(const SnapshotMeta& meta) const {
  std::string bytes;
  AppendFixed(kSnapshotVersion, &bytes);
  bytes.append(key_.data(), key_.size());
  AppendFixed(uint64_t{0}, &bytes);  // reserved
  AppendFixed(meta.number, &bytes);
  AppendFixed(meta.log_number, &bytes);
  AppendFixed(meta.record_count, &bytes);
  AppendFixed(meta.sum.low, &bytes);
  AppendFixed(meta.sum.high, &bytes);
  if (is_sealed()) {
    sealing_->Seal(key_, Identity("weir snapshot meta", bytes), meta.payload, &bytes);
  } else {
    bytes += meta.payload;
  }
  AppendFixed(uint64_t{XXH3_64bits(bytes.data(), bytes.size())}, &bytes);
  return bytes;
}

Status DecodeSnapshotMeta(std::string_view bytes, const Sealing* sealing, const std::string& path,
                          SnapshotMeta* meta, KeyId* key) {
  const Status damaged(StatusCode::kCorrupt, path + ": the snapshot's meta record is damaged");
  if (bytes.size() < kMetaHeadBytes + kChecksumBytes) return damaged;
  const auto version = ReadFixed<uint32_t>(bytes.data());
  if (version != kSnapshotVersion) {
    return Status::NotSupported(path + ": snapshot format version " + std::to_string(version) +
                                "; this program reads version " + std::to_string(kSnapshotVersion));
  }
  const size_t checked = bytes.size() - kChecksumBytes;
  if (ReadFixed<uint64_t>(bytes.data() + checked) != XXH3_64bits(bytes.data(), checked)) {
    return damaged;
  }
  std::memcpy(key->data(), bytes.data() + 4, key->size());
  meta->number = ReadFixed<uint64_t>(bytes.data() + 20);
  meta->log_number = ReadFixed<uint64_t>(bytes.data() + 28);
  meta->record_count = ReadFixed<uint64_t>(bytes.data() + 36);
  meta->sum.low = ReadFixed<uint64_t>(bytes.data() + 44);
  meta->sum.high = ReadFixed<uint64_t>(bytes.data() + 52);
  const std::string_view payload = bytes.substr(kMetaHeadBytes, checked - kMetaHeadBytes);
  meta->payload.clear();
  if (*key == KeyId{}) {
    meta->payload = payload;
    return Status::Ok();
  }
  if (sealing == nullptr) return Status::Invalid(path + ": sealed: needs key " + KeyIdText(*key));
  if (Status status = sealing->CheckKey(*key, path); !status.ok()) return status;
  const std::string_view head = bytes.substr(0, kMetaHeadBytes);
  if (sealing->Open(*key, Identity("weir snapshot meta", head), payload, &meta->payload)) {
    return Status::Ok();
  }
  return Changed(*key, path + ": the snapshot's meta record");
}

// --- runs

void SnapshotRun::Clear() {
  bytes_.clear();
  entries_.clear();
  is_sorted_ = true;
}

void SnapshotRun::AddKey(std::string_view key) {
  Entry entry{0, static_cast<uint32_t>(bytes_.size()), 0, 0, false};
  codec_->AppendKey(key, &bytes_);
  entry.key_bytes = static_cast<uint32_t>(bytes_.size() - entry.offset);
  if (!entries_.empty() && KeyOf(entries_.back()) >= KeyOf(entry)) is_sorted_ = false;
  entries_.push_back(entry);
}

void SnapshotRun::Put(std::string_view key, std::string_view value) {
  AddKey(key);
  Entry& entry = entries_.back();
  const size_t begin = bytes_.size();
  if (codec_->is_sealed()) {
    const std::string stored_key(KeyOf(entry));  // a view would not survive the append
    codec_->AppendSealedValue(stored_key, key, value, &bytes_);
  } else {
    bytes_.append(value);
  }
  entry.value_bytes = static_cast<uint32_t>(bytes_.size() - begin);
}

void SnapshotRun::Delete(std::string_view key) {
  AddKey(key);
  entries_.back().is_delete = true;
}

void SnapshotRun::SortWhole(Entries entries) {
  std::sort(entries.begin(), entries.end(), [this](const Entry& a, const Entry& b) {
    const int by_key = KeyOf(a).compare(KeyOf(b));
    return by_key != 0 ? by_key < 0 : a.offset < b.offset;
  });
}

// What all keys begin with tells nothing; the 8 bytes behind it mostly do. Where they are the same
// (the name of an owner that has many records), those keys are sorted by what comes behind.
void SnapshotRun::SortByPieces(Entries entries) {
  std::string_view shared = KeyOf(entries[0]);
  for (const Entry& entry : entries) {
    const std::string_view key = KeyOf(entry);
    const auto end = std::mismatch(shared.begin(), shared.end(), key.begin(), key.end()).first;
    shared = shared.substr(0, static_cast<size_t>(end - shared.begin()));
  }
  for (Entry& entry : entries) {
    char order[8] = {};
    KeyOf(entry).substr(shared.size()).copy(order, sizeof(order));
    entry.order = __builtin_bswap64(ReadFixed<uint64_t>(order));
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.order < b.order; });
  constexpr size_t kFew = 16;
  for (size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
    while (end < entries.size() && entries[end].order == entries[begin].order) ++end;
    const Entries same = entries.subspan(begin, end - begin);
    if (same.size() > kFew && same.size() < entries.size()) {
      SortByPieces(same);
    } else if (same.size() > 1) {
      SortWhole(same);
    }
  }
}

void SnapshotRun::Sort() {
  if (is_sorted_ || entries_.empty()) return;
  SortByPieces(entries_);
  size_t kept = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    // Equal keys have equal pieces, and most neighbours have not.
    if (i + 1 < entries_.size() && entries_[i].order == entries_[i + 1].order &&
        KeyOf(entries_[i]) == KeyOf(entries_[i + 1])) {
      continue;
    }
    entries_[kept++] = entries_[i];
  }
  entries_.resize(kept);
  is_sorted_ = true;
}

}  // namespace weir
