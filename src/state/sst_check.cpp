#include "state/sst_check.h"

#include <xxhash.h>

#include <cstring>
#include <optional>
#include <string_view>

#include "state/file_system.h"

namespace weir {
namespace {

// The footer: the kind of checksum (1), handles of metaindex and index (40), version (4), magic
// (8).
constexpr uint64_t kFooterBytes = 53;
constexpr size_t kVersionAt = 41;
constexpr size_t kMagicAt = 45;
constexpr char kXxh3 = 4;
constexpr uint32_t kVersion = 5;
constexpr uint64_t kMagic = 0x88e241b785f4cff7;
// Behind each block: how it is packed (1) and its checksum (4).
constexpr uint64_t kTrailerBytes = 5;
constexpr uint64_t kBlockBytesMax = uint64_t{64} << 20;  // far more than properties ever take
constexpr std::string_view kProperties = "rocksdb.properties";

struct BlockHandle {
  uint64_t offset = 0;
  uint64_t size = 0;
};

template <class T>
T ReadFixed(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

bool TakeVarint(std::string_view* in, uint64_t* value) {
  *value = 0;
  for (unsigned shift = 0; shift < 64 && !in->empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in->front());
    in->remove_prefix(1);
    *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool TakeHandle(std::string_view* in, BlockHandle* handle) {
  return TakeVarint(in, &handle->offset) && TakeVarint(in, &handle->size);
}

// A block whose checksum is right; nothing if it is not. RocksDB folds the byte about packing into
// the hash, which changes nothing here: these blocks are never packed.
Result<std::optional<std::string>> ReadBlock(const RandomAccessFile& file, uint64_t file_size,
                                             const BlockHandle& handle) {
  const uint64_t room = file_size - kFooterBytes;
  if (handle.size > kBlockBytesMax || handle.offset > room ||
      handle.size + kTrailerBytes > room - handle.offset) {
    return std::optional<std::string>();
  }
  std::string bytes(handle.size + kTrailerBytes, '\0');
  const Result<size_t> got = file.ReadAt(handle.offset, bytes.size(), bytes.data());
  if (!got.ok()) return got.status();
  if (got.value() != bytes.size()) return std::optional<std::string>();
  const bool is_packed = bytes[handle.size] != 0;
  const auto checksum = ReadFixed<uint32_t>(bytes.data() + handle.size + 1);
  bytes.resize(handle.size);
  const auto hash = static_cast<uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
  if (is_packed || hash != checksum) return std::optional<std::string>();
  return std::optional<std::string>(std::move(bytes));
}

// Entries of a block are (bytes shared with the key before, bytes of its own, bytes of the value,
// key, value); the list of places where nothing is shared, and its length (4), are at the end.
std::optional<BlockHandle> FindProperties(std::string_view block) {
  if (block.size() < sizeof(uint32_t)) return std::nullopt;
  const uint64_t places = ReadFixed<uint32_t>(block.data() + block.size() - sizeof(uint32_t));
  const uint64_t end_bytes = (places + 1) * sizeof(uint32_t);
  if (end_bytes > block.size()) return std::nullopt;
  block.remove_suffix(end_bytes);
  std::string key;
  uint64_t shared = 0, own = 0, value_bytes = 0;
  while (TakeVarint(&block, &shared) && TakeVarint(&block, &own) &&
         TakeVarint(&block, &value_bytes)) {
    if (shared > key.size() || own > block.size() || value_bytes > block.size() - own) break;
    key.resize(shared);
    key.append(block.substr(0, own));
    std::string_view value = block.substr(own, value_bytes);
    block.remove_prefix(own + value_bytes);
    BlockHandle handle;
    if (key == kProperties && TakeHandle(&value, &handle)) return handle;
  }
  return std::nullopt;
}

}  // namespace

Status CheckSst(const RandomAccessFile& file, uint64_t size, const std::string& path) {
  const Status damaged(StatusCode::kCorrupt, path + ": the file is damaged near its end");
  if (size < kFooterBytes) return damaged;
  char footer[kFooterBytes];
  const Result<size_t> got = file.ReadAt(size - kFooterBytes, kFooterBytes, footer);
  if (!got.ok()) return got.status();
  const bool is_known = got.value() == kFooterBytes && footer[0] == kXxh3 &&
                        ReadFixed<uint32_t>(footer + kVersionAt) == kVersion &&
                        ReadFixed<uint64_t>(footer + kMagicAt) == kMagic;
  std::string_view handles(footer + 1, kVersionAt - 1);
  BlockHandle handle;
  if (!is_known || !TakeHandle(&handles, &handle)) return damaged;
  const auto metaindex = ReadBlock(file, size, handle);
  if (!metaindex.ok()) return metaindex.status();
  if (!metaindex.value()) return damaged;
  const std::optional<BlockHandle> properties = FindProperties(*metaindex.value());
  if (!properties) return damaged;
  const auto block = ReadBlock(file, size, *properties);
  if (!block.ok()) return block.status();
  return block.value() ? Status::Ok() : damaged;
}

}  // namespace weir
