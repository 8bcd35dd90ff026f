#include "state/log_format.h"

#include <lz4.h>
#include <xxhash.h>

#include <charconv>
#include <cstring>

#include "base/check.h"
#include "state/fixed_bytes.h"

namespace weir {
namespace {

constexpr uint32_t kPacked = 1;  // with LZ4
constexpr uint32_t kSealed = 2;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kNameDigits = 20;
constexpr std::string_view kNameEnd = ".wlog";
// Packing must save an eighth; smaller payloads are not tried.
constexpr size_t kPackBytesMin = 64;

// What a sealed text of a segment is bound to, so that none can stand for another.
std::string Identity(std::string_view kind, std::string_view head, uint64_t salt) {
  std::string identity(kind);
  identity += head;
  AppendFixed(salt, &identity);
  return identity;
}

std::string_view RecordIdentityHead(const char* record) {
  return {record + kChecksumBytes, kLogRecordHeadBytes - kChecksumBytes};
}

}  // namespace

std::string LogSegmentName(uint64_t first_number) {
  const std::string digits = std::to_string(first_number);
  return std::string(kNameDigits - digits.size(), '0').append(digits).append(kNameEnd);
}

uint64_t ParseLogSegmentName(std::string_view name) {
  if (name.size() != kNameDigits + kNameEnd.size() || !name.ends_with(kNameEnd)) return 0;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kNameDigits, number);
  return error == std::errc() && end == name.data() + kNameDigits ? number : 0;
}

// --- heads of segments

void AppendLogSegmentHead(const LogSegmentHead& head, Sealing* sealing, std::string* out) {
  const size_t begin = out->size();
  const size_t overhead = sealing == nullptr ? 0 : Sealing::kOverhead;
  const uint64_t bytes = kLogSegmentHeadBytes + head.schema.size() + overhead + kChecksumBytes;
  out->append(kLogMagic, 8);
  AppendFixed(kLogVersion, out);
  AppendFixed(static_cast<uint32_t>(bytes), out);
  AppendFixed(head.first_number, out);
  AppendFixed(head.synced_through, out);
  AppendFixed(head.salt, out);
  out->append(head.key_id.data(), head.key_id.size());
  if (sealing == nullptr) {
    *out += head.schema;
  } else {
    const std::string identity =
        Identity("weir log schema", std::string_view(*out).substr(begin), head.salt);
    sealing->Seal(head.key_id, identity, head.schema, out);
  }
  AppendFixed(uint64_t{XXH3_64bits(out->data() + begin, out->size() - begin)}, out);
}

Status ParseLogSegmentHead(std::string_view bytes, uint64_t file_bytes, const std::string& path,
                           LogSegmentHead* head, uint64_t* needed) {
  *needed = kLogSegmentHeadBytes;
  const Status bad(StatusCode::kCorrupt, path + ": its head is damaged");
  if (file_bytes < kLogSegmentHeadBytes) return bad;
  if (bytes.size() < *needed) return Status::Ok();
  if (bytes.substr(0, 8) != std::string_view(kLogMagic, 8)) return bad;
  const auto version = ReadFixed<uint32_t>(bytes.data() + 8);
  if (version != kLogVersion) {
    return Status::NotSupported(path + ": log format version " + std::to_string(version) +
                                "; this program reads version " + std::to_string(kLogVersion));
  }
  head->stored_bytes = ReadFixed<uint32_t>(bytes.data() + 12);
  if (head->stored_bytes < kLogSegmentHeadBytes + kChecksumBytes ||
      head->stored_bytes > file_bytes) {
    return bad;
  }
  *needed = head->stored_bytes;
  if (bytes.size() < *needed) return Status::Ok();
  const size_t checked = head->stored_bytes - kChecksumBytes;
  if (ReadFixed<uint64_t>(bytes.data() + checked) != XXH3_64bits(bytes.data(), checked)) return bad;
  head->first_number = ReadFixed<uint64_t>(bytes.data() + 16);
  head->synced_through = ReadFixed<uint64_t>(bytes.data() + 24);
  head->salt = ReadFixed<uint64_t>(bytes.data() + 32);
  std::memcpy(head->key_id.data(), bytes.data() + 40, head->key_id.size());
  head->schema = bytes.substr(kLogSegmentHeadBytes, checked - kLogSegmentHeadBytes);
  return Status::Ok();
}

Result<std::string> OpenLogSchema(const LogSegmentHead& head, const Sealing* sealing,
                                  const std::string& path) {
  if (!head.is_sealed()) return head.schema;
  if (sealing == nullptr) {
    return Status::Invalid(path + ": sealed: needs key " + KeyIdText(head.key_id));
  }
  if (Status status = sealing->CheckKey(head.key_id, path); !status.ok()) return status;
  std::string fixed(kLogMagic, 8);
  AppendFixed(kLogVersion, &fixed);
  AppendFixed(static_cast<uint32_t>(head.stored_bytes), &fixed);
  AppendFixed(head.first_number, &fixed);
  AppendFixed(head.synced_through, &fixed);
  AppendFixed(head.salt, &fixed);
  fixed.append(head.key_id.data(), head.key_id.size());
  std::string schema;
  if (sealing->Open(head.key_id, Identity("weir log schema", fixed, head.salt), head.schema,
                    &schema)) {
    return schema;
  }
  return Status(StatusCode::kCorrupt, path + ": its head was not sealed with key " +
                                          KeyIdText(head.key_id) + ", or was changed since");
}

// --- records

void AppendLogRecord(const LogSegmentHead& segment, uint64_t number, uint64_t synced_through,
                     std::string_view payload, bool pack, Sealing* sealing, std::string* out) {
  const size_t begin = out->size();
  uint32_t flags = 0;
  std::string_view stored = payload;
  thread_local std::string packed;
  if (pack && payload.size() >= kPackBytesMin) {
    packed.resize(payload.size() - payload.size() / 8);
    const int size =
        LZ4_compress_default(payload.data(), packed.data(), static_cast<int>(payload.size()),
                             static_cast<int>(packed.size()));
    if (size > 0) {
      stored = std::string_view(packed).substr(0, static_cast<size_t>(size));
      flags |= kPacked;
    }
  }
  size_t stored_bytes = stored.size();
  if (sealing != nullptr) {
    flags |= kSealed;
    stored_bytes += Sealing::kOverhead;
  }
  AppendFixed(uint64_t{0}, out);  // the checksum's place
  AppendFixed(kLogRecordMarker, out);
  AppendFixed(flags, out);
  AppendFixed(number, out);
  AppendFixed(synced_through, out);
  AppendFixed(static_cast<uint32_t>(stored_bytes), out);
  AppendFixed(static_cast<uint32_t>(payload.size()), out);
  if (sealing == nullptr) {
    out->append(stored);
  } else {
    const std::string identity =
        Identity("weir log record", RecordIdentityHead(out->data() + begin), segment.salt);
    sealing->Seal(segment.key_id, identity, stored, out);
  }
  const uint64_t checksum = XXH3_64bits_withSeed(
      out->data() + begin + kChecksumBytes, out->size() - begin - kChecksumBytes, segment.salt);
  std::memcpy(out->data() + begin, &checksum, sizeof(checksum));
}

bool ReadLogRecordHead(const char* bytes, uint64_t left, LogRecordHead* head) {
  if (ReadFixed<uint32_t>(bytes + kLogMarkerOffset) != kLogRecordMarker) return false;
  head->flags = ReadFixed<uint32_t>(bytes + 12);
  head->number = ReadFixed<uint64_t>(bytes + 16);
  head->synced_through = ReadFixed<uint64_t>(bytes + 24);
  head->stored_bytes = ReadFixed<uint32_t>(bytes + 32);
  head->payload_bytes = ReadFixed<uint32_t>(bytes + 36);
  return head->stored_bytes <= left - kLogRecordHeadBytes &&
         head->payload_bytes <= kLogPayloadBytesMax;
}

bool CheckLogRecord(std::string_view bytes, uint64_t salt) {
  return ReadFixed<uint64_t>(bytes.data()) ==
         XXH3_64bits_withSeed(bytes.data() + kChecksumBytes, bytes.size() - kChecksumBytes, salt);
}

Result<std::string_view> OpenLogPayload(const LogSegmentHead& segment, std::string_view record,
                                        const Sealing* sealing, const std::string& where,
                                        std::string* buffer) {
  LogRecordHead head;
  CHECK(ReadLogRecordHead(record.data(), record.size(), &head));
  std::string_view stored = record.substr(kLogRecordHeadBytes);
  std::string opened;
  if ((head.flags & kSealed) != 0) {
    if (sealing == nullptr) {
      return Status::Invalid(where + ": sealed: needs key " + KeyIdText(segment.key_id));
    }
    if (Status status = sealing->CheckKey(segment.key_id, where); !status.ok()) return status;
    if (!sealing->Open(segment.key_id,
                       Identity("weir log record", RecordIdentityHead(record.data()), segment.salt),
                       stored, &opened)) {
      return Status(StatusCode::kCorrupt, where + ": not sealed with key " +
                                              KeyIdText(segment.key_id) + ", or changed since");
    }
    stored = opened;
  } else if (segment.is_sealed()) {
    return Status(StatusCode::kCorrupt, where + ": a record that is not sealed in a sealed log");
  }
  if ((head.flags & kPacked) == 0) {
    if (stored.size() != head.payload_bytes) {
      return Status(StatusCode::kCorrupt, where + ": the payload has another size than told");
    }
    if (opened.empty()) return stored;
    *buffer = std::move(opened);
    return std::string_view(*buffer);
  }
  buffer->resize(head.payload_bytes);
  const int size =
      LZ4_decompress_safe(stored.data(), buffer->data(), static_cast<int>(stored.size()),
                          static_cast<int>(buffer->size()));
  if (size < 0 || static_cast<uint32_t>(size) != head.payload_bytes) {
    return Status(StatusCode::kCorrupt, where + ": the payload cannot be unpacked");
  }
  return std::string_view(*buffer);
}

}  // namespace weir
