#include "exec/disk_row.h"

#include <cstring>

#include "base/state_map.h"

namespace weir {
namespace {

constexpr uint32_t kNumberBytes = 8;
constexpr uint32_t kTimeBytes = 8;

bool IsFixed(Type type) { return type != Type::kString && type != Type::kObject; }

void AppendRaw(const void* bytes, size_t size, std::string* out) {
  out->append(static_cast<const char*>(bytes), size);
}

void AppendText(std::string_view text, std::string* out) {
  const auto size = static_cast<uint32_t>(text.size());
  AppendRaw(&size, sizeof(size), out);
  out->append(text);
}

// Objects lie as they do in a state.
std::string ObjectBytes(const ObjectRef& object) {
  StateMap map;
  StateWriter out(&map);
  out.BeginOwner("o");
  out.Write(object);
  out.EndOwner();
  return map.records().begin()->second;
}

bool ReadObject(std::string_view bytes, ObjectRef* object) {
  StateMap map;
  map.Put(std::string_view("o\0", 2), bytes);
  StateMap::Source source(map);
  StateReader in(&source);
  if (!in.BeginOwner("o")) return false;
  in.Read(*object);
  in.EndOwner();
  return in.ok();
}

}  // namespace

void AppendBigEndian(uint64_t number, size_t bytes, std::string* out) {
  for (size_t i = bytes; i-- > 0;) out->push_back(static_cast<char>(number >> (8 * i)));
}

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

DiskRowFormat::DiskRowFormat(SchemaPtr schema) : schema_(std::move(schema)) {
  const size_t attributes = schema_->size() - 1;
  uint32_t offset = kNumberBytes + kTimeBytes + static_cast<uint32_t>((attributes + 7) / 8);
  for (size_t c = 0; c < attributes; ++c) {
    const Type type = (*schema_)[c].type;
    if (IsFixed(type)) {
      places_.push_back({type, true, offset});
      offset += static_cast<uint32_t>(StorageSize(type));
    } else {
      places_.push_back({type, false, text_count_++});
    }
  }
  fixed_bytes_ = offset;
}

template <class Row>
void DiskRowFormat::Encode(const Row& row, std::string* bytes) const {
  const size_t attributes = places_.size();
  const int64_t number = row.template Get<int64_t>(attributes);
  const TimeMs timestamp = row.timestamp();
  AppendRaw(&number, sizeof(number), bytes);
  AppendRaw(&timestamp, sizeof(timestamp), bytes);
  const size_t nulls = bytes->size();
  bytes->append((attributes + 7) / 8, '\0');
  for (size_t c = 0; c < attributes; ++c) {
    if (!row.IsValid(c)) (*bytes)[nulls + c / 8] |= static_cast<char>(1 << (c % 8));
  }
  for (const bool fixed : {true, false}) {
    for (size_t c = 0; c < attributes; ++c) {
      if (places_[c].fixed != fixed) continue;
      const bool valid = row.IsValid(c);
      DispatchType(places_[c].type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (std::is_same_v<T, StringRef>) {
          AppendText(valid ? row.template Get<T>(c).view() : std::string_view(), bytes);
        } else if constexpr (std::is_same_v<T, ObjectRef>) {
          AppendText(valid ? ObjectBytes(row.template Get<T>(c)) : std::string(), bytes);
        } else {
          const T value = valid ? row.template Get<T>(c) : T();
          AppendRaw(&value, sizeof(value), bytes);
        }
      });
    }
  }
}

template void DiskRowFormat::Encode(const StoredRow& row, std::string* bytes) const;
template void DiskRowFormat::Encode(const ChunkRow& row, std::string* bytes) const;

bool DiskRowFormat::NumberOf(std::string_view bytes, int64_t* number) {
  if (bytes.size() < kNumberBytes) return false;
  std::memcpy(number, bytes.data(), kNumberBytes);
  return *number >= 0;
}

bool DiskRowFormat::FindTexts(std::string_view bytes, std::vector<std::string_view>* texts) const {
  texts->clear();
  size_t at = fixed_bytes_;
  for (uint32_t t = 0; t < text_count_; ++t) {
    uint32_t size = 0;
    if (bytes.size() - at < sizeof(size)) return false;
    std::memcpy(&size, bytes.data() + at, sizeof(size));
    at += sizeof(size);
    if (bytes.size() - at < size) return false;
    texts->push_back(bytes.substr(at, size));
    at += size;
  }
  return at == bytes.size();
}

bool DiskRowFormat::Decode(std::string_view bytes, std::span<const uint32_t> columns,
                           std::vector<ColumnBuilder>* builders, TimeMs* timestamp) const {
  if (bytes.size() < fixed_bytes_ || !FindTexts(bytes, &texts_)) return false;
  std::memcpy(timestamp, bytes.data() + kNumberBytes, kTimeBytes);
  bool whole = true;
  for (size_t i = 0; i < columns.size(); ++i) {
    ColumnBuilder& builder = (*builders)[i];
    const uint32_t c = columns[i];
    if (c == places_.size()) {
      int64_t number = 0;
      whole = NumberOf(bytes, &number) && whole;
      builder.Append<int64_t>(number);
      continue;
    }
    const auto nulls = static_cast<uint8_t>(bytes[kNumberBytes + kTimeBytes + c / 8]);
    if ((nulls >> (c % 8) & 1) != 0) {
      builder.AppendNull();
      continue;
    }
    const Place& place = places_[c];
    DispatchType(place.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_same_v<T, StringRef>) {
        builder.AppendString(texts_[place.offset]);
      } else if constexpr (std::is_same_v<T, ObjectRef>) {
        ObjectRef object;
        whole = ReadObject(texts_[place.offset], &object) && whole;
        builder.AppendObject(std::move(object));
      } else {
        T value;
        std::memcpy(&value, bytes.data() + place.offset, sizeof(value));
        builder.Append<T>(value);
      }
    });
  }
  return whole;
}

}  // namespace weir
