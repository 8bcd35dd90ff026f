#include "io/row_appender.h"

#include "json/number.h"
#include "json/scalar_text.h"
#include "types/value.h"

namespace weir {
namespace {

// Shows a piece of a record in a message.
std::string Shown(std::string_view text) {
  constexpr size_t kShownMax = 40;
  if (text.size() <= kShownMax) return "'" + std::string(text) + "'";
  return "'" + std::string(text.substr(0, kShownMax)) + "...'";
}

std::string Typed(const Attribute& attribute) {
  return "'" + attribute.name + "' (" + std::string(TypeName(attribute.type)) + ")";
}

// The text of a scalar; false for lists and maps.
bool ScalarText(const Object& object, std::string* text) {
  if (const auto* string = std::get_if<std::string>(&object.value)) {
    *text = *string;
    return true;
  }
  if (std::holds_alternative<Object::List>(object.value) ||
      std::holds_alternative<Object::Map>(object.value) ||
      std::holds_alternative<Object::Set>(object.value)) {
    return false;
  }
  text->clear();
  AppendJson(std::make_shared<const Object>(object), text);
  return true;
}

}  // namespace

RowAppender::RowAppender(const StreamFormats& formats, uint32_t stream,
                         std::vector<GivenValue> given)
    : format_(formats[stream]), stream_(stream), given_(std::move(given)) {}

void RowAppender::BeginMessage(MessageBatch* batch) {
  batch_ = batch;
  rows_ = &batch->streams[stream_];
  begin_ = row_ = rows_->size();
  time_ = own_time_ = kNoTime;
}

ColumnBuilder* RowAppender::Builder(uint32_t column) {
  ColumnBuilder* builder = &rows_->columns[column];
  if (builder->size() > row_) builder->Truncate(row_);  // of a value that is repeated, the last
  return builder;
}

bool RowAppender::FailText(const Attribute& attribute, std::string_view text) {
  return Fail(BadRecordKind::kWrongType,
              "attribute " + Typed(attribute) + " does not take " + Shown(text));
}

bool RowAppender::AppendText(uint32_t column, std::string_view text) {
  const Attribute& attribute = schema()[column];
  ColumnBuilder* to = Builder(column);
  switch (attribute.type) {
    case Type::kString:
      if (!IsUtf8(text.data(), text.size())) {
        return Fail(BadRecordKind::kEncoding, "not valid UTF-8");
      }
      to->AppendString(text);
      return true;
    case Type::kBool:
      if (text != "true" && text != "false") return FailText(attribute, text);
      to->Append<uint8_t>(text == "true");
      return true;
    case Type::kObject:
      if (!IsUtf8(text.data(), text.size())) {
        return Fail(BadRecordKind::kEncoding, "not valid UTF-8");
      }
      to->AppendObject(std::make_shared<const Object>(Object{std::string(text)}));
      return true;
    default:
      return AppendNumber(attribute, text, to);
  }
}

bool RowAppender::AppendNumber(const Attribute& attribute, std::string_view text,
                               ColumnBuilder* to) {
  padded_.assign(text);
  padded_.append(kTextPadding, '\0');
  ScannedNumber number;
  if (!ScanNumber(padded_.data(), &number) || number.end != padded_.data() + text.size()) {
    return FailText(attribute, text);
  }
  bool fits = false;
  if (attribute.type == Type::kInt) {
    int32_t value = 0;
    if ((fits = ToInt(number, &value))) to->Append(value);
  } else if (attribute.type == Type::kLong) {
    int64_t value = 0;
    if ((fits = ToLong(number, &value))) to->Append(value);
    if (fits && format_.time_attribute && &attribute == &schema()[*format_.time_attribute]) {
      time_ = value;
    }
  } else if (attribute.type == Type::kFloat) {
    float value = 0;
    if ((fits = ToFloat(number, &value))) to->Append(value);
  } else {
    double value = 0;
    if ((fits = ToDouble(number, &value))) to->Append(value);
  }
  return fits || Fail(BadRecordKind::kOutOfRange,
                      "number does not fit attribute " + Typed(attribute) + ": " + Shown(text));
}

bool RowAppender::AppendObject(uint32_t column, const ObjectRef& object) {
  const Attribute& attribute = schema()[column];
  if (object == nullptr) {
    AppendNull(column);
    return true;
  }
  if (attribute.type == Type::kObject) {
    Builder(column)->AppendObject(object);
    return true;
  }
  std::string text;
  if (!ScalarText(*object, &text)) {
    return Fail(BadRecordKind::kWrongType,
                "attribute " + Typed(attribute) + " does not take an array or object");
  }
  return AppendText(column, text);
}

bool RowAppender::AppendValue(uint32_t column, const Value& value) {
  const Attribute& attribute = schema()[column];
  if (value.type() != attribute.type) {
    return Fail(BadRecordKind::kWrongType, "attribute " + Typed(attribute) + " does not take a " +
                                               std::string(TypeName(value.type())));
  }
  Builder(column)->AppendValue(value);
  const bool carries_time = format_.time_attribute && column == *format_.time_attribute;
  if (carries_time && !value.is_null()) time_ = value.long_value();
  return true;
}

void RowAppender::AppendNull(uint32_t column) { Builder(column)->AppendNull(); }

bool RowAppender::FinishRow() {
  for (const GivenValue& value : given_) {
    if (value.text && !AppendText(value.column, *value.text)) return false;
  }
  if (time_ == kNoTime) time_ = own_time_;
  if (time_ != kNoTime && (time_ < -kTimestampMax || time_ > kTimestampMax)) {
    return Fail(BadRecordKind::kTimestamp, "timestamp is out of range: " + std::to_string(time_));
  }
  for (ColumnBuilder& column : rows_->columns) {
    if (column.size() == row_) column.AppendNull();
  }
  rows_->timestamps.push_back(time_);
  ++row_;
  time_ = own_time_ = kNoTime;
  return true;
}

void RowAppender::FinishMessage() {
  const size_t count = row_ - begin_;
  if (count == 0) return;
  batch_->messages.push_back({rows_->timestamps.back(), stream_, static_cast<uint32_t>(count)});
  batch_->rows += count;
}

void RowAppender::Cancel() { rows_->Truncate(begin_); }

}  // namespace weir
