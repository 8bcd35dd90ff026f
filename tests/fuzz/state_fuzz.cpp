// Any bytes where a state directory has passed its checksums: the app's file, the description of
// the log's streams and an entry of the log, what is known of a snapshot. Nothing may crash, and
// what is not as it was written is refused. The first byte chooses which.

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/hash.h"
#include "runtime/batch_codec.h"
#include "runtime/stored_app.h"
#include "state/snapshot_format.h"

namespace {

weir::StreamFormats Formats() {
  using weir::Type;
  weir::StreamFormats formats(2);
  formats[0].name = "S";
  formats[0].schema = std::make_shared<const weir::Schema>(std::vector<weir::Attribute>{
      {"ts", Type::kLong}, {"k", Type::kString}, {"b", Type::kBool}, {"i", Type::kInt}});
  formats[0].time_attribute = 0;
  formats[1].name = "T";
  formats[1].schema = std::make_shared<const weir::Schema>(std::vector<weir::Attribute>{
      {"f", Type::kFloat}, {"d", Type::kDouble}, {"o", Type::kObject}});
  return formats;
}

void DecodeEntry(std::string_view described, std::string_view entry) {
  const weir::StreamFormats formats = Formats();
  const auto decoder = weir::EntryDecoder::Make(described, formats, true);
  if (!decoder.ok()) return;
  weir::EntryDecoder::Entry decoded;
  (void)decoder.value().DecodePositions(entry, &decoded).ok();
  weir::MessageBatch batch(formats);
  if (!decoder.value().Decode(entry, &decoded, &batch).ok()) return;
  uint64_t rows = 0;
  for (const weir::BatchMessage& message : batch.messages) {
    CHECK(message.stream == weir::BatchMessage::kClockStep || message.stream < formats.size());
    rows += message.rows;
  }
  CHECK_EQ(rows, batch.rows);
  // What was decoded is encoded and decoded to the same.
  std::string again, once_more;
  weir::EncodeBatch(formats, batch, decoded.positions, &again);
  const auto own = weir::EntryDecoder::Make(weir::DescribeFormats(formats), formats, true);
  weir::MessageBatch second(formats);
  CHECK(own.ok());
  if (decoded.kind == weir::LogEntryKind::kQuery) return;
  CHECK(own.value().Decode(again, &decoded, &second).ok());
  weir::EncodeBatch(formats, second, decoded.positions, &once_more);
  CHECK(once_more == again);
}

void ReadApp(const std::string& bytes) {
  (void)weir::DecodeStoredApp(bytes, "app").ok();
  const std::string signed_bytes =
      "weir app 1\n" + fmt::format("sum {:016x}\n", weir::HashString(bytes)) + bytes;
  (void)weir::DecodeStoredApp(signed_bytes, "app").ok();
}

void ReadMeta(std::string_view bytes) {
  weir::SnapshotMeta meta;
  weir::KeyId key{};
  (void)weir::DecodeSnapshotMeta(bytes, nullptr, "snapshot", &meta, &key).ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      ReadApp(bytes);
      break;
    case 1: {  // a description of streams, then an entry
      const size_t end = std::min(bytes.find('\xff'), bytes.size());
      DecodeEntry(bytes.substr(0, end), bytes.substr(std::min(end + 1, bytes.size())));
      break;
    }
    case 2:
      DecodeEntry(weir::DescribeFormats(Formats()), bytes);
      break;
    default:
      ReadMeta(bytes);
  }
  return 0;
}
