#include "json/line_parser.h"

#include "json/text_scan.h"
#include "json/value_reader.h"

namespace weir {
namespace {

namespace od = simdjson::ondemand;

static_assert(kTextPadding >= simdjson::SIMDJSON_PADDING);

// The keys that make a line something else than a bare event.
struct EnvelopeKeys {
  int count = 0;  // of all keys
  bool stream = false, event = false, data = false, timestamp = false, query = false;
  bool repeated = false;  // one of the five
};

std::string Quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

}  // namespace

class LineParser::Impl {
 public:
  Impl(const StreamFormats& formats, LineRules rules)
      : formats_(formats), rules_(std::move(rules)) {
    for (const StreamFormat& format : formats) {
      indexes_.emplace_back(format.schema);
      followers_.emplace_back(format.schema->size() + 1, 0);
      for (uint32_t i = 0; i <= format.schema->size(); ++i) followers_.back()[i] = i;
    }
  }

  Kind Parse(std::string_view line, MessageBatch* batch);
  bool ParseRow(std::string_view text, uint32_t stream, TimeMs time, MessageBatch* batch);

  const StreamFormats& formats_;
  LineRules rules_;
  std::vector<AttributeIndex> indexes_;
  ValueReader reader_;
  std::string query_;
  std::optional<RowShape> learnable_;
  uint32_t stream_ = 0;

 private:
  bool Open(std::string_view text);
  bool ParseLine(MessageBatch* batch);
  bool ReadKeys(EnvelopeKeys* keys);
  bool ReadEnvelopeField(std::string_view key, od::value value, EnvelopeKeys* keys);
  bool ReadTimestamps(od::value value);
  bool ParseClockStep(MessageBatch* batch);
  bool ParseBare(MessageBatch* batch);
  bool ParseEnvelope(const EnvelopeKeys& keys, MessageBatch* batch);
  bool FindStream();
  bool ReadRows(bool event, od::value value);
  bool ReadEventList(od::array events);
  bool ReadData(od::array data);
  bool ReadDataRow(od::array values, int depth);
  bool ReadEvent(od::object event, int depth);
  std::optional<uint32_t> FindColumn(od::field& field, uint32_t expected, bool* ok);
  bool AppendColumn(uint32_t column, od::value value, int depth);
  void FinishRow();
  bool FinishMessage(size_t rows_before, MessageBatch* batch);
  bool AtEnd();

  od::parser parser_;
  od::document document_;
  od::object top_;
  MessageBatch* batch_ = nullptr;
  StreamRows* rows_ = nullptr;
  std::string stream_name_;
  bool stream_is_string_ = false;
  bool query_is_string_ = false;
  bool timestamps_ok_ = true;  // of the envelope; judged only if the line is one
  bool timestamp_list_ = false;
  std::vector<TimeMs> timestamps_;
  size_t row_ = 0;  // of the stream, being read
  TimeMs attribute_time_ = kNoTime;
  // followers_[stream][c]: the attribute that followed attribute c - 1 in the last event.
  std::vector<std::vector<uint32_t>> followers_;
};

bool LineParser::Impl::Open(std::string_view text) {
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + kTextPadding);
  if (const auto error = parser_.iterate(padded).get(document_)) return reader_.FailJson(error);
  return true;
}

bool LineParser::Impl::AtEnd() {
  if (document_.current_location().error()) return true;  // nothing is left
  return reader_.Fail(BadRecordKind::kSyntax, "more than one JSON value on the line");
}

LineParser::Kind LineParser::Impl::Parse(std::string_view line, MessageBatch* batch) {
  query_.clear();
  learnable_.reset();
  batch_ = batch;
  if (!Open(line)) return Kind::kBad;
  if (const auto error = document_.get_object().get(top_)) {
    if (error == simdjson::INCORRECT_TYPE) {
      reader_.Fail(BadRecordKind::kShape, "not a JSON object");
    } else {
      reader_.FailJson(error);
    }
    return Kind::kBad;
  }
  if (!ParseLine(batch)) return Kind::kBad;
  return query_is_string_ && !query_.empty() ? Kind::kQuery : Kind::kMessage;
}

bool LineParser::Impl::ParseLine(MessageBatch* batch) {
  query_is_string_ = false;
  if (rules_.mode == LineMode::kBare) return ParseBare(batch);
  EnvelopeKeys keys;
  if (!ReadKeys(&keys)) return false;
  if (keys.stream && (keys.event || keys.data)) return ParseEnvelope(keys, batch);
  if (keys.count == 1 && keys.timestamp) return ParseClockStep(batch);
  if (keys.count == 1 && keys.query) {
    if (query_is_string_ && !query_.empty()) return true;
    return reader_.Fail(BadRecordKind::kShape, "query is not a text");
  }
  query_is_string_ = false;
  if (rules_.mode == LineMode::kEnvelope) {
    return reader_.Fail(BadRecordKind::kShape, "not an envelope: no stream with event or data");
  }
  document_.rewind();
  if (document_.get_object().get(top_)) return reader_.FailSyntax();
  return ParseBare(batch);
}

// First pass over a line: which keys it has, and the values of the envelope that rows depend on.
bool LineParser::Impl::ReadKeys(EnvelopeKeys* keys) {
  timestamps_.clear();
  timestamps_ok_ = true;
  timestamp_list_ = false;
  stream_is_string_ = false;
  for (auto field : top_) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return reader_.FailJson(error);
    od::value value;
    if (const auto error = field.value().get(value)) return reader_.FailJson(error);
    ++keys->count;
    if (!ReadEnvelopeField(key, value, keys)) return false;
  }
  return AtEnd();
}

bool LineParser::Impl::ReadEnvelopeField(std::string_view key, od::value value,
                                         EnvelopeKeys* keys) {
  const auto mark = [keys](bool* seen) {
    if (*seen) keys->repeated = true;
    *seen = true;
  };
  if (key == "event") {
    mark(&keys->event);
  } else if (key == "data") {
    mark(&keys->data);
  } else if (key == "timestamp") {
    mark(&keys->timestamp);
    timestamps_ok_ = ReadTimestamps(value);
  } else if (key == "stream" || key == "query") {
    const bool is_query = key == "query";
    mark(is_query ? &keys->query : &keys->stream);
    std::string_view text;
    const bool is_string = value.raw_json_token()[0] == '"';
    if (is_string) {
      if (const auto error = value.get_string().get(text)) return reader_.FailJson(error);
    }
    (is_query ? query_is_string_ : stream_is_string_) = is_string;
    (is_query ? query_ : stream_name_) = text;
  }
  return true;
}

bool LineParser::Impl::ReadTimestamps(od::value value) {
  const char first = value.raw_json_token()[0];
  if (first == 'n') return reader_.CheckValue(value, 1);  // null: not given
  if (first != '[') return reader_.ReadTimestamp(value, &timestamps_.emplace_back());
  timestamp_list_ = true;
  od::array array;
  if (const auto error = value.get_array().get(array)) return reader_.FailJson(error);
  for (auto element : array) {
    od::value item;
    if (const auto error = element.get(item)) return reader_.FailJson(error);
    if (!reader_.ReadTimestamp(item, &timestamps_.emplace_back())) return false;
  }
  return true;
}

bool LineParser::Impl::ParseClockStep(MessageBatch* batch) {
  if (!timestamps_ok_) return false;
  if (timestamp_list_ || timestamps_.empty()) {
    return reader_.Fail(BadRecordKind::kTimestamp, "timestamp is not an integer");
  }
  batch->messages.push_back({timestamps_[0], BatchMessage::kClockStep, 0});
  return true;
}

bool LineParser::Impl::ParseBare(MessageBatch* batch) {
  if (!rules_.bare_stream) {
    return reader_.Fail(BadRecordKind::kStream, rules_.no_bare_stream);
  }
  timestamps_.clear();
  timestamp_list_ = false;
  stream_ = *rules_.bare_stream;
  rows_ = &batch->streams[stream_];
  const size_t rows_before = rows_->size();
  if (!ReadEvent(top_, 1) || !AtEnd()) {
    rows_->Truncate(rows_before);
    return false;
  }
  learnable_ = RowShape::kBare;
  return FinishMessage(rows_before, batch);
}

bool LineParser::Impl::FindStream() {
  if (!stream_is_string_) {
    return reader_.Fail(BadRecordKind::kShape, "the stream's name is not a string");
  }
  for (stream_ = 0; stream_ < formats_.size(); ++stream_) {
    if (formats_[stream_].name == stream_name_) return true;
  }
  return reader_.Fail(BadRecordKind::kStream, "no such stream: " + Quoted(stream_name_));
}

// Second pass over an envelope.
bool LineParser::Impl::ParseEnvelope(const EnvelopeKeys& keys, MessageBatch* batch) {
  if (keys.repeated) {
    return reader_.Fail(BadRecordKind::kShape, "a key of the envelope is there twice");
  }
  if (keys.event && keys.data) {
    return reader_.Fail(BadRecordKind::kShape, "both event and data");
  }
  if (!FindStream() || !timestamps_ok_) return false;
  document_.rewind();
  if (document_.get_object().get(top_)) return reader_.FailSyntax();
  rows_ = &batch->streams[stream_];
  const size_t rows_before = rows_->size();
  bool ok = true;
  for (auto field : top_) {
    std::string_view key;
    od::value value;
    if (field.unescaped_key().get(key) || field.value().get(value)) {
      ok = reader_.FailSyntax();
    } else if (key == "event" || key == "data") {
      ok = ReadRows(keys.event, value);
    } else if (rules_.strict_fields && key != "stream" && key != "timestamp") {
      ok = reader_.Fail(BadRecordKind::kUnknownKey, "unknown key in an envelope: " + Quoted(key));
    } else {
      ok = reader_.CheckValue(value, 1);
    }
    if (!ok) break;
  }
  if (ok) ok = FinishMessage(rows_before, batch);
  if (!ok) {
    rows_->Truncate(rows_before);
    learnable_.reset();
  }
  return ok;
}

bool LineParser::Impl::ReadRows(bool event, od::value value) {
  const char first = value.raw_json_token()[0];
  if (first == '[') {
    od::array array;
    if (const auto error = value.get_array().get(array)) return reader_.FailJson(error);
    return event ? ReadEventList(array) : ReadData(array);
  }
  if (!event) return reader_.Fail(BadRecordKind::kShape, "data is not an array");
  if (first != '{') return reader_.Fail(BadRecordKind::kShape, "event is not an object");
  od::object object;
  if (const auto error = value.get_object().get(object)) return reader_.FailJson(error);
  learnable_ = RowShape::kEvent;
  return ReadEvent(object, 2);
}

bool LineParser::Impl::ReadEventList(od::array events) {
  bool any = false;
  for (auto element : events) {
    any = true;
    od::value item;
    if (const auto error = element.get(item)) return reader_.FailJson(error);
    if (item.raw_json_token()[0] != '{') {
      return reader_.Fail(BadRecordKind::kShape, "event holds something that is not an object");
    }
    od::object object;
    if (const auto error = item.get_object().get(object)) return reader_.FailJson(error);
    if (!ReadEvent(object, 3)) return false;
  }
  return any || reader_.Fail(BadRecordKind::kShape, "a message without rows");
}

// One row, or several if the first value is an array itself.
bool LineParser::Impl::ReadData(od::array data) {
  bool first = true;
  bool several = false;
  uint32_t column = 0;
  row_ = rows_->size();
  attribute_time_ = kNoTime;
  for (auto element : data) {
    od::value item;
    if (const auto error = element.get(item)) return reader_.FailJson(error);
    const bool nested = item.raw_json_token()[0] == '[';
    if (first) several = nested;
    first = false;
    if (!several) {
      if (!AppendColumn(column++, item, 2)) return false;
      continue;
    }
    if (!nested) {
      return reader_.Fail(BadRecordKind::kShape, "data mixes rows with values");
    }
    od::array values;
    if (const auto error = item.get_array().get(values)) return reader_.FailJson(error);
    if (!ReadDataRow(values, 3)) return false;
  }
  if (several) return true;
  learnable_ = RowShape::kData;
  FinishRow();
  return true;
}

bool LineParser::Impl::ReadDataRow(od::array values, int depth) {
  row_ = rows_->size();
  attribute_time_ = kNoTime;
  uint32_t column = 0;
  for (auto element : values) {
    od::value item;
    if (const auto error = element.get(item)) return reader_.FailJson(error);
    if (!AppendColumn(column++, item, depth)) return false;
  }
  FinishRow();
  return true;
}

bool LineParser::Impl::AppendColumn(uint32_t column, od::value value, int depth) {
  const StreamFormat& format = formats_[stream_];
  if (column >= format.schema->size()) {
    return reader_.Fail(BadRecordKind::kTooManyValues,
                        "more values than attributes of stream " + Quoted(format.name));
  }
  const bool any_scalar = !format.takes_any_scalar.empty() && format.takes_any_scalar[column];
  const Attribute& attribute = (*format.schema)[column];
  ColumnBuilder* builder = &rows_->columns[column];
  if (!reader_.AppendValue(value, attribute, any_scalar, depth, builder)) return false;
  if (format.time_attribute == column) {
    attribute_time_ = reader_.last_long();
    if (attribute_time_ != kNoTime &&
        (attribute_time_ < -kTimestampMax || attribute_time_ > kTimestampMax)) {
      return reader_.Fail(BadRecordKind::kTimestamp,
                          "timestamp is out of range: " + std::to_string(attribute_time_));
    }
  }
  return true;
}

// The column of a field; `expected` is tried first. Sets *ok to false if the key is malformed.
std::optional<uint32_t> LineParser::Impl::FindColumn(od::field& field, uint32_t expected,
                                                     bool* ok) {
  const Schema& schema = *formats_[stream_].schema;
  if (expected < schema.size() && field.key().unsafe_is_equal(schema[expected].name)) {
    return expected;
  }
  std::string_view key;
  if (const auto error = field.unescaped_key().get(key)) {
    *ok = reader_.FailJson(error);
    return std::nullopt;
  }
  const std::optional<uint32_t> column = indexes_[stream_].Find(key);
  if (!column && rules_.strict_fields) {
    *ok = reader_.Fail(BadRecordKind::kUnknownKey, "unknown key: " + Quoted(key));
  }
  return column;
}

bool LineParser::Impl::ReadEvent(od::object event, int depth) {
  row_ = rows_->size();
  attribute_time_ = kNoTime;
  uint32_t* follower = &followers_[stream_][0];
  for (auto result : event) {
    od::field field;
    if (const auto error = std::move(result).get(field)) return reader_.FailJson(error);
    bool ok = true;
    const std::optional<uint32_t> column = FindColumn(field, *follower, &ok);
    if (!ok) return false;
    if (!column) {
      if (!reader_.CheckValue(field.value(), depth)) return false;
      continue;
    }
    ColumnBuilder& builder = rows_->columns[*column];
    if (builder.size() > row_) builder.Truncate(row_);  // a repeated key
    if (!AppendColumn(*column, field.value(), depth)) return false;
    *follower = *column;
    follower = &followers_[stream_][*column + 1];
  }
  FinishRow();
  return true;
}

// Completes the row with nulls and its timestamp.
void LineParser::Impl::FinishRow() {
  for (ColumnBuilder& column : rows_->columns) {
    if (column.size() == row_) column.AppendNull();
  }
  rows_->timestamps.push_back(attribute_time_);
}

bool LineParser::Impl::FinishMessage(size_t rows_before, MessageBatch* batch) {
  const size_t count = rows_->size() - rows_before;
  if (timestamp_list_ && timestamps_.size() != count) {
    return reader_.Fail(
        BadRecordKind::kTimestamp,
        std::to_string(timestamps_.size()) + " timestamps for " + std::to_string(count) + " rows");
  }
  for (size_t i = 0; i < count; ++i) {
    TimeMs& time = rows_->timestamps[rows_before + i];
    if (time == kNoTime && !timestamps_.empty()) time = timestamps_[timestamp_list_ ? i : 0];
  }
  if (count != 1 || timestamp_list_) learnable_.reset();
  batch->messages.push_back({rows_->timestamps.back(), stream_, static_cast<uint32_t>(count)});
  batch->rows += count;
  return true;
}

bool LineParser::Impl::ParseRow(std::string_view text, uint32_t stream, TimeMs time,
                                MessageBatch* batch) {
  stream_ = stream;
  rows_ = &batch->streams[stream];
  const size_t row = rows_->size();
  if (!Open(text)) return false;
  bool ok = false;
  od::array values;
  od::object event;
  if (!document_.get_array().get(values)) {
    ok = ReadDataRow(values, 1);
  } else if (!document_.get_object().get(event)) {
    ok = ReadEvent(event, 1);
  } else {
    ok = reader_.Fail(BadRecordKind::kShape, "a row is an array or an object");
  }
  if (!ok || !AtEnd()) {
    rows_->Truncate(row);
    return false;
  }
  if (rows_->timestamps.back() == kNoTime) rows_->timestamps.back() = time;
  return true;
}

LineParser::LineParser(const StreamFormats& formats, LineRules rules)
    : impl_(std::make_unique<Impl>(formats, std::move(rules))) {}
LineParser::~LineParser() = default;

LineParser::Kind LineParser::Parse(std::string_view line, MessageBatch* batch) {
  return impl_->Parse(line, batch);
}

bool LineParser::ParseRow(std::string_view text, uint32_t stream, TimeMs time,
                          MessageBatch* batch) {
  return impl_->ParseRow(text, stream, time, batch);
}

const BadRecord& LineParser::bad_record() const { return impl_->reader_.bad(); }
const std::string& LineParser::query() const { return impl_->query_; }

std::optional<LineTemplate> LineParser::LearnTemplate(std::string_view line) const {
  if (!impl_->learnable_) return std::nullopt;
  const uint32_t stream = impl_->stream_;
  return LineTemplate::Learn(line, *impl_->learnable_, stream, impl_->formats_[stream],
                             impl_->indexes_[stream]);
}

}  // namespace weir
