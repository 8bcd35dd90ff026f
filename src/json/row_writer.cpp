#include "json/row_writer.h"

#include "json/scalar_writer.h"
#include "types/value.h"

namespace weir {
namespace {

constexpr size_t kEnvelopeBytesMax = 96;  // besides head_: two numbers and fixed words

char* CopyText(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// Writes a value at `to`, which has room for kNumberBytesMax more bytes than text of variable
// length; that reserves its own room, and `after` bytes behind it.
char* WriteValue(const Column& column, uint32_t row, size_t after, char* to, TextBuffer* out) {
  if (!column.IsValid(row)) return CopyText("null", to);
  switch (column.type()) {
    case Type::kBool:
      return CopyText(column.values<uint8_t>()[row] != 0 ? "true" : "false", to);
    case Type::kInt:
      return WriteLong(column.values<int32_t>()[row], to);
    case Type::kLong:
      return WriteLong(column.values<int64_t>()[row], to);
    case Type::kFloat:
      return WriteFloat(column.values<float>()[row], to);
    case Type::kDouble:
      return WriteDouble(column.values<double>()[row], to);
    case Type::kString: {
      const std::string_view text = column.values<StringRef>()[row].view();
      out->Advance(to);
      return WriteString(text, out->Reserve(StringBytesMax(text.size()) + after));
    }
    case Type::kObject: {
      std::string json;
      AppendJson(column.values<ObjectRef>()[row], &json);
      out->Advance(to);
      return CopyText(json, out->Reserve(json.size() + after));
    }
  }
  __builtin_unreachable();
}

}  // namespace

RowWriter::RowWriter(SchemaPtr schema, RowFormat format) : format_(std::move(format)) {
  fixed_bytes_ = 4;
  for (const Attribute& attribute : schema->attributes()) {
    std::string key = keys_.empty() ? "{" : ",";
    AppendStringJson(attribute.name, &key);
    key += ':';
    fixed_bytes_ += key.size() + kNumberBytesMax;
    keys_.push_back(std::move(key));
  }
  head_ = "{";
  if (!format_.app.empty()) {
    head_ += "\"app\":";
    AppendStringJson(format_.app, &head_);
    head_ += ',';
  }
  head_ += format_.envelope == RowFormat::Envelope::kQuery ? "\"query\":" : "\"stream\":";
  AppendStringJson(format_.name, &head_);
  head_ += ",\"timestamp\":";
}

void RowWriter::WriteEvent(const Chunk& chunk, uint32_t row, TextBuffer* out) const {
  char* to = out->Reserve(fixed_bytes_);
  if (keys_.empty()) *to++ = '{';
  for (size_t c = 0; c < keys_.size(); ++c) {
    to = CopyText(keys_[c], to);
    to = WriteValue(*chunk.column(c), row, fixed_bytes_, to, out);
  }
  *to++ = '}';
  out->Advance(to);
}

void RowWriter::WriteLine(const Chunk& chunk, uint32_t row, uint64_t sequence,
                          TextBuffer* out) const {
  if (format_.envelope == RowFormat::Envelope::kNone) {
    WriteEvent(chunk, row, out);
    out->Append('\n');
    return;
  }
  char* to = out->Reserve(head_.size() + kEnvelopeBytesMax);
  to = CopyText(head_, to);
  to = WriteLong(chunk.timestamp(row), to);
  if (format_.envelope == RowFormat::Envelope::kQuery) {
    to = CopyText(
        chunk.kind(row) == RowKind::kExpired ? ",\"type\":\"expired\"" : ",\"type\":\"current\"",
        to);
  }
  if (format_.sequence_numbers) {
    to = CopyText(",\"seq\":", to);
    to = WriteLong(static_cast<int64_t>(sequence), to);
  }
  out->Advance(CopyText(",\"event\":", to));
  WriteEvent(chunk, row, out);
  out->Append("}\n");
}

void RowWriter::WriteValues(const Chunk& chunk, uint32_t row, TextBuffer* out) const {
  char* to = out->Reserve(fixed_bytes_ + 2 * keys_.size());
  *to++ = '[';
  for (size_t c = 0; c < keys_.size(); ++c) {
    if (c > 0) to = CopyText(", ", to);
    to = WriteValue(*chunk.column(c), row, fixed_bytes_ + 2 * keys_.size(), to, out);
  }
  *to++ = ']';
  out->Advance(to);
}

}  // namespace weir
