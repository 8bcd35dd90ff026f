#include "runtime/batch_codec.h"

#include <algorithm>
#include <cstring>

#include "base/state_map.h"
#include "types/type_dispatch.h"

namespace weir {
namespace {

// How the times of messages and rows are written.
enum Times : uint8_t {
  kTimesApart = 0,     // each message its time, each row its timestamp
  kTimesOfColumn = 1,  // timestamps are the stream's time attribute, as nearly always in event time
};

void AppendSize(uint64_t size, std::string* out) {
  for (; size >= 0x80; size >>= 7) out->push_back(static_cast<char>(size | 0x80));
  out->push_back(static_cast<char>(size));
}

template <class T>
void AppendRaw(const T* values, size_t count, std::string* out) {
  out->append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

void AppendText(std::string_view text, std::string* out) {
  AppendSize(text.size(), out);
  out->append(text);
}

// One object as the bytes of a state.
class OneRecord final : public StateSink {
 public:
  void Put(std::string_view, std::string_view value) override { bytes = value; }
  std::string bytes;
};

void AppendObject(const ObjectRef& object, std::string* out) {
  OneRecord record;
  StateWriter writer(&record);
  writer.BeginOwner("o");
  writer.Write(object);
  writer.EndOwner();
  AppendText(record.bytes, out);
}

void AppendColumn(const Column& column, std::string* out) {
  const size_t rows = column.size();
  out->push_back(column.has_nulls() ? 1 : 0);
  if (column.has_nulls()) AppendRaw(column.validity(), (rows + 63) / 64, out);
  DispatchType(column.type(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* values = column.values<T>();
    if constexpr (std::is_same_v<T, StringRef>) {
      for (size_t i = 0; i < rows; ++i) {
        AppendText(column.IsValid(i) ? values[i].view() : std::string_view(), out);
      }
    } else if constexpr (std::is_same_v<T, ObjectRef>) {
      for (size_t i = 0; i < rows; ++i) AppendObject(column.IsValid(i) ? values[i] : nullptr, out);
    } else {
      AppendRaw(values, rows, out);
    }
  });
}

// True if the timestamps of the rows can be read off their time attribute.
bool TimesAreColumn(const StreamFormat& format, const StreamRows& rows) {
  if (!format.time_attribute) return false;
  const Column& column = rows.columns[*format.time_attribute].column();
  return !column.has_nulls() && std::memcmp(column.values<int64_t>(), rows.timestamps.data(),
                                            rows.size() * sizeof(TimeMs)) == 0;
}

void AppendPositions(const std::vector<InputPosition>& positions, std::string* entry) {
  AppendSize(positions.size(), entry);
  for (const InputPosition& position : positions) {
    AppendText(position.input, entry);
    AppendText(position.position, entry);
  }
}

}  // namespace

std::string DescribeFormats(const StreamFormats& formats) {
  std::string text;
  AppendSize(formats.size(), &text);
  for (const StreamFormat& format : formats) {
    AppendText(format.name, &text);
    AppendSize(format.time_attribute ? *format.time_attribute + 1 : 0, &text);
    AppendSize(format.schema->size(), &text);
    for (const Attribute& attribute : format.schema->attributes()) {
      AppendText(attribute.name, &text);
      text.push_back(static_cast<char>(attribute.type));
    }
  }
  return text;
}

void EncodeBatch(const StreamFormats& formats, const MessageBatch& batch,
                 const std::vector<InputPosition>& positions, std::string* entry) {
  entry->push_back(static_cast<char>(LogEntryKind::kBatch));
  AppendPositions(positions, entry);
  uint32_t streams = 0;
  for (const StreamRows& rows : batch.streams) streams += rows.size() > 0 ? 1 : 0;
  AppendSize(streams, entry);
  for (uint32_t s = 0; s < batch.streams.size(); ++s) {
    const StreamRows& rows = batch.streams[s];
    if (rows.size() == 0) continue;
    const bool of_column = TimesAreColumn(formats[s], rows);
    AppendSize(s, entry);
    AppendSize(rows.size(), entry);
    entry->push_back(of_column ? kTimesOfColumn : kTimesApart);
    if (!of_column) AppendRaw(rows.timestamps.data(), rows.size(), entry);
    for (const ColumnBuilder& column : rows.columns) AppendColumn(column.column(), entry);
  }
  // Most messages are one row, whose timestamp is the message's.
  AppendSize(batch.messages.size(), entry);
  std::vector<size_t> row(batch.streams.size(), 0);
  for (const BatchMessage& message : batch.messages) {
    const bool step = message.stream == BatchMessage::kClockStep;
    TimeMs last = kNoTime;
    if (!step) row[message.stream] += message.rows;
    if (!step && message.rows > 0) {
      last = batch.streams[message.stream].timestamps[row[message.stream] - 1];
    }
    const bool plain = !step && message.rows == 1 && message.time == last;
    AppendSize(step ? 0 : 2 * (uint64_t{message.stream} + 1) + (plain ? 1 : 0), entry);
    if (!step && !plain) AppendSize(message.rows, entry);
    if (!plain) AppendRaw(&message.time, 1, entry);
  }
}

void EncodeQuery(std::string_view query, const std::vector<InputPosition>& positions,
                 std::string* entry) {
  entry->push_back(static_cast<char>(LogEntryKind::kQuery));
  AppendPositions(positions, entry);
  AppendText(query, entry);
}

// Takes values off the front of bytes; once something is not there, everything is zero.
class EntryCursor {
 public:
  explicit EntryCursor(std::string_view bytes) : left_(bytes) {}
  bool ok() const { return ok_; }
  bool empty() const { return left_.empty(); }

  uint64_t Size() {
    uint64_t size = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<uint8_t>(Byte());
      size |= uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) return ok_ ? size : 0;
    }
    ok_ = false;
    return 0;
  }
  char Byte() {
    char byte = 0;
    Copy(&byte, 1);
    return byte;
  }
  std::string_view Bytes(uint64_t size) {
    if (!ok_ || size > left_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    return bytes;
  }
  std::string_view Text() { return Bytes(Size()); }
  template <class T>
  void Copy(T* values, uint64_t count) {
    if (!ok_ || count > left_.size() / sizeof(T)) {
      ok_ = false;
      return;
    }
    if (count == 0) return;  // there may be no place for none
    std::memcpy(values, left_.data(), count * sizeof(T));
    left_.remove_prefix(count * sizeof(T));
  }
  // Whether so many values of at least one byte can be left.
  bool MayHold(uint64_t count) {
    ok_ = ok_ && count <= left_.size();
    return ok_;
  }

 private:
  std::string_view left_;
  bool ok_ = true;
};

namespace {

ObjectRef DecodeObject(std::string_view bytes) {
  StateMap record;
  record.Put(std::string_view("o\0", 2), bytes);
  StateMap::Source source(record);
  StateReader reader(&source);
  if (!reader.BeginOwner("o")) return nullptr;
  ObjectRef object = reader.Get<ObjectRef>();
  reader.EndOwner();
  return reader.ok() ? object : nullptr;
}

Status Damaged() {
  return Status(StatusCode::kDataError, "an entry of the replay log cannot be read");
}

}  // namespace

Result<StreamFormats> ReadFormats(std::string_view described) {
  StreamFormats formats;
  EntryCursor in(described);
  for (uint64_t left = in.Size(); left > 0 && in.ok(); --left) {
    StreamFormat format;
    format.name = in.Text();
    const uint64_t time = in.Size();
    std::vector<Attribute> attributes;
    for (uint64_t count = in.Size(); count > 0 && in.ok(); --count) {
      std::string name(in.Text());
      const auto type = static_cast<uint8_t>(in.Byte());
      if (type > static_cast<uint8_t>(Type::kObject)) return Damaged();
      attributes.push_back({std::move(name), static_cast<Type>(type)});
    }
    if (time > attributes.size()) return Damaged();
    if (time > 0) format.time_attribute = static_cast<uint32_t>(time - 1);
    format.schema = std::make_shared<const Schema>(std::move(attributes));
    formats.push_back(std::move(format));
  }
  if (!in.ok() || !in.empty()) return Damaged();
  return formats;
}

Result<EntryDecoder> EntryDecoder::Make(std::string_view described, const StreamFormats& formats,
                                        bool rows_move_clock) {
  const Result<StreamFormats> logged = ReadFormats(described);
  if (!logged.ok()) return logged.status();
  EntryDecoder decoder;
  decoder.formats_ = formats;
  decoder.rows_move_clock_ = rows_move_clock;
  for (const StreamFormat& format : logged.value()) {
    Stream stream;
    stream.time_attribute = format.time_attribute;
    const auto at = std::find_if(formats.begin(), formats.end(),
                                 [&](const StreamFormat& f) { return f.name == format.name; });
    if (at != formats.end()) stream.target = static_cast<uint32_t>(at - formats.begin());
    for (const Attribute& attribute : format.schema->attributes()) {
      Source source{attribute.type, std::nullopt};
      if (stream.target) source.target = at->schema->Find(attribute.name);
      if (source.target && (*at->schema)[*source.target].type != source.type) {
        return Status(StatusCode::kLimit,
                      "stream " + format.name + ": attribute '" + attribute.name +
                          "' was logged as " + std::string(TypeName(source.type)) + " and is " +
                          std::string(TypeName((*at->schema)[*source.target].type)) + " now");
      }
      stream.attributes.push_back(source);
    }
    decoder.streams_.push_back(std::move(stream));
  }
  return decoder;
}

namespace {

void DecodeHead(EntryCursor* in, EntryDecoder::Entry* entry) {
  entry->kind = static_cast<LogEntryKind>(in->Byte());
  entry->positions.clear();
  for (uint64_t left = in->Size(); left > 0 && in->ok(); --left) {
    std::string input(in->Text());
    entry->positions.push_back({std::move(input), std::string(in->Text())});
  }
}

}  // namespace

Status EntryDecoder::DecodePositions(std::string_view bytes, Entry* entry) const {
  EntryCursor in(bytes);
  DecodeHead(&in, entry);
  return in.ok() ? Status::Ok() : Damaged();
}

Status EntryDecoder::Decode(std::string_view bytes, Entry* entry, MessageBatch* batch) const {
  EntryCursor in(bytes);
  DecodeHead(&in, entry);
  if (entry->kind == LogEntryKind::kQuery) {
    entry->query = in.Text();
  } else if (entry->kind != LogEntryKind::kBatch || !DecodeMessages(&in, batch)) {
    return Damaged();
  }
  return in.ok() && in.empty() ? Status::Ok() : Damaged();
}

bool EntryDecoder::DecodeMessages(EntryCursor* in, MessageBatch* batch) const {
  std::vector<uint64_t> left(streams_.size(), 0);
  std::vector<std::vector<TimeMs>> times(streams_.size());
  for (uint64_t count = in->Size(); count > 0; --count) {
    const uint64_t s = in->Size();
    const uint64_t rows = in->Size();
    if (!in->MayHold(rows) || s >= streams_.size() || left[s] > 0) return false;
    if (!DecodeStream(in, streams_[s], rows, batch, &times[s])) return false;
    left[s] = rows;
  }
  std::vector<uint64_t> row(streams_.size(), 0);
  const uint64_t messages = in->Size();
  if (!in->MayHold(messages)) return false;
  for (uint64_t m = 0; m < messages; ++m) {
    const uint64_t code = in->Size();
    BatchMessage message;
    const bool step = code == 0;
    const bool plain = code % 2 == 1;
    uint64_t rows = plain ? 1 : 0;
    if (!step && !plain) rows = in->Size();
    if (!plain) in->Copy(&message.time, 1);
    const uint64_t s = step ? 0 : code / 2 - 1;
    if (!in->ok() || (!step && (s >= streams_.size() || rows > left[s]))) return false;
    if (plain) message.time = times[s][row[s]];
    if (!step) {
      left[s] -= rows;
      row[s] += rows;
    }
    if (!step && streams_[s].target) {
      message.stream = *streams_[s].target;
      message.rows = static_cast<uint32_t>(rows);
    } else if (!step && !rows_move_clock_) {
      message.time = kNoTime;  // the message stays, for those behind it keep their numbers
    }
    batch->messages.push_back(message);
    batch->rows += message.rows;
  }
  return in->ok() && std::all_of(left.begin(), left.end(), [](uint64_t rows) { return rows == 0; });
}

namespace {

// A column that nobody wants is read all the same, to get past it.
template <class T>
void DecodeValues(const std::vector<uint64_t>& validity, uint64_t rows, ColumnBuilder* column,
                  const std::vector<T>& values) {
  for (uint64_t i = 0; i < rows; ++i) {
    const bool valid = validity.empty() || (validity[i / 64] >> (i % 64) & 1) != 0;
    if (!valid) {
      column->AppendNull();
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      column->AppendString(values[i]);
    } else if constexpr (std::is_same_v<T, ObjectRef>) {
      column->AppendObject(values[i]);
    } else {
      column->Append(values[i]);
    }
  }
}

}  // namespace

bool EntryDecoder::DecodeStream(EntryCursor* in, const Stream& stream, uint64_t rows,
                                MessageBatch* batch, std::vector<TimeMs>* times) const {
  StreamRows* target = stream.target ? &batch->streams[*stream.target] : nullptr;
  const bool of_column = in->Byte() == kTimesOfColumn;
  if (of_column && !stream.time_attribute) return false;
  if (!of_column) {
    times->resize(rows);
    in->Copy(times->data(), rows);
  }
  for (uint32_t a = 0; a < stream.attributes.size() && in->ok(); ++a) {
    const Source& source = stream.attributes[a];
    ColumnBuilder* column =
        source.target && target != nullptr ? &target->columns[*source.target] : nullptr;
    std::vector<uint64_t> validity;
    if (in->Byte() != 0) {
      validity.resize((rows + 63) / 64);
      in->Copy(validity.data(), validity.size());
    }
    DispatchType(source.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_same_v<T, StringRef>) {
        std::vector<std::string_view> texts(rows);
        for (std::string_view& text : texts) text = in->Text();
        if (in->ok() && column != nullptr) DecodeValues(validity, rows, column, texts);
      } else if constexpr (std::is_same_v<T, ObjectRef>) {
        std::vector<ObjectRef> objects(rows);
        for (ObjectRef& object : objects) object = DecodeObject(in->Text());
        if (in->ok() && column != nullptr) DecodeValues(validity, rows, column, objects);
      } else {
        std::vector<T> values(rows);
        in->Copy(values.data(), rows);
        if (!in->ok()) return;
        if (column != nullptr) DecodeValues(validity, rows, column, values);
        if constexpr (std::is_same_v<T, int64_t>) {
          if (of_column && a == *stream.time_attribute) *times = values;
        }
      }
    });
  }
  if (!in->ok() || times->size() != rows) return false;
  if (target == nullptr) return true;
  target->timestamps = *times;
  for (ColumnBuilder& column : target->columns) {
    while (column.size() < rows) column.AppendNull();  // not there when it was logged
  }
  return true;
}

}  // namespace weir
