#include "json/value_reader.h"

#include <algorithm>

#include "json/message_batch.h"
#include "json/number.h"

namespace weir {
namespace {

namespace od = simdjson::ondemand;

// The token of a scalar without the white space behind it.
std::string_view Token(od::value value) {
  std::string_view token = value.raw_json_token();
  while (!token.empty() && (token.back() == ' ' || token.back() == '\t' || token.back() == '\r' ||
                            token.back() == '\n')) {
    token.remove_suffix(1);
  }
  return token;
}

bool ScanWhole(std::string_view token, ScannedNumber* number) {
  return ScanNumber(token.data(), number) && number->end == token.data() + token.size();
}

bool IsNested(std::string_view token) { return token[0] == '{' || token[0] == '['; }

// Shows a piece of a record in a message.
std::string Shown(std::string_view token) {
  constexpr size_t kShownMax = 40;
  if (token.size() <= kShownMax) return std::string(token);
  return std::string(token.substr(0, kShownMax)) + "...";
}

template <class T>
ObjectRef MakeObject(T value) {
  return std::make_shared<const Object>(Object{std::move(value)});
}

using Entries = std::vector<std::pair<std::string, ObjectRef>>;

// Of entries with the same key the last one counts, in the place of the first.
void DropRepeatedKeys(Entries* entries) {
  std::vector<uint32_t> order(entries->size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const int compared = (*entries)[a].first.compare((*entries)[b].first);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::vector<bool> dropped(entries->size(), false);
  bool any = false;
  for (size_t i = 0; i < order.size();) {
    size_t end = i + 1;
    while (end < order.size() && (*entries)[order[end]].first == (*entries)[order[i]].first) ++end;
    if (end > i + 1) (*entries)[order[i]].second = (*entries)[order[end - 1]].second;
    for (size_t k = i + 1; k < end; ++k) {
      dropped[order[k]] = true;
      any = true;
    }
    i = end;
  }
  if (!any) return;
  Entries kept;
  for (size_t i = 0; i < entries->size(); ++i) {
    if (!dropped[i]) kept.push_back(std::move((*entries)[i]));
  }
  *entries = std::move(kept);
}

}  // namespace

bool ValueReader::FailJson(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return Fail(BadRecordKind::kEncoding, "not valid UTF-8");
    case simdjson::DEPTH_ERROR:
      return Fail(BadRecordKind::kDepth,
                  "nested deeper than " + std::to_string(kJsonDepthMax) + " levels");
    default:
      return FailSyntax();
  }
}

bool ValueReader::FailType(const Attribute& attribute, std::string_view what) {
  return Fail(BadRecordKind::kWrongType, "attribute '" + attribute.name + "' (" +
                                             std::string(TypeName(attribute.type)) +
                                             ") does not take " + std::string(what));
}

bool ValueReader::FailRange(const Attribute& attribute, std::string_view token) {
  return Fail(BadRecordKind::kOutOfRange, "number does not fit attribute '" + attribute.name +
                                              "' (" + std::string(TypeName(attribute.type)) +
                                              "): " + Shown(token));
}

bool ValueReader::AppendValue(od::value value, const Attribute& attribute, bool takes_any_scalar,
                              int depth, ColumnBuilder* column) {
  last_long_ = kNoTime;
  const std::string_view token = Token(value);
  if (token.empty()) return FailSyntax();
  if (IsNested(token)) return AppendNested(value, attribute, depth, column);
  if (attribute.type == Type::kObject) {
    ObjectRef object;
    if (!ReadObject(value, depth, &object)) return false;
    column->AppendObject(std::move(object));
    return true;
  }
  if (token[0] == '"') return AppendString(value, attribute, column);
  if (token[0] == '-' || (token[0] >= '0' && token[0] <= '9')) {
    return AppendNumber(token, attribute, takes_any_scalar, column);
  }
  return AppendLiteral(token, attribute, takes_any_scalar, column);
}

bool ValueReader::AppendNested(od::value value, const Attribute& attribute, int depth,
                               ColumnBuilder* column) {
  if (attribute.type != Type::kObject) {
    if (!CheckValue(value, depth)) return false;
    return FailType(attribute, "an array or object");
  }
  ObjectRef object;
  if (!ReadObject(value, depth, &object)) return false;
  column->AppendObject(std::move(object));
  return true;
}

bool ValueReader::AppendString(od::value value, const Attribute& attribute, ColumnBuilder* column) {
  std::string_view text;
  if (const auto error = value.get_string().get(text)) return FailJson(error);
  if (attribute.type != Type::kString) return FailType(attribute, "a string");
  column->AppendString(text);
  return true;
}

bool ValueReader::AppendNumber(std::string_view token, const Attribute& attribute,
                               bool takes_any_scalar, ColumnBuilder* column) {
  ScannedNumber number;
  if (!ScanWhole(token, &number)) return FailSyntax();
  switch (attribute.type) {
    case Type::kInt: {
      int32_t value;
      if (!ToInt(number, &value)) return FailRange(attribute, token);
      column->Append(value);
      return true;
    }
    case Type::kLong:
      if (!ToLong(number, &last_long_)) return FailRange(attribute, token);
      column->Append(last_long_);
      return true;
    case Type::kFloat: {
      float value;
      if (!ToFloat(number, &value)) return FailRange(attribute, token);
      column->Append(value);
      return true;
    }
    case Type::kDouble: {
      double value;
      if (!ToDouble(number, &value)) return FailRange(attribute, token);
      column->Append(value);
      return true;
    }
    default:
      if (!takes_any_scalar) return FailType(attribute, "a number");
      column->AppendString(token);
      return true;
  }
}

bool ValueReader::AppendLiteral(std::string_view token, const Attribute& attribute,
                                bool takes_any_scalar, ColumnBuilder* column) {
  if (token == "null") {
    column->AppendNull();
    return true;
  }
  if (token != "true" && token != "false") return FailSyntax();
  if (attribute.type == Type::kBool) {
    column->Append<uint8_t>(token == "true");
    return true;
  }
  if (!takes_any_scalar) return FailType(attribute, "a bool");
  column->AppendString(token);
  return true;
}

bool ValueReader::CheckValue(od::value value, int depth) {
  const std::string_view token = Token(value);
  if (token.empty()) return FailSyntax();
  if (IsNested(token)) {
    if (depth >= kJsonDepthMax) return FailJson(simdjson::DEPTH_ERROR);
    if (token[0] == '[') {
      od::array array;
      if (const auto error = value.get_array().get(array)) return FailJson(error);
      for (auto element : array) {
        od::value item;
        if (const auto error = element.get(item)) return FailJson(error);
        if (!CheckValue(item, depth + 1)) return false;
      }
      return true;
    }
    od::object object;
    if (const auto error = value.get_object().get(object)) return FailJson(error);
    for (auto field : object) {
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return FailJson(error);
      od::value item;
      if (const auto error = field.value().get(item)) return FailJson(error);
      if (!CheckValue(item, depth + 1)) return false;
    }
    return true;
  }
  if (token[0] == '"') {
    std::string_view text;
    const auto error = value.get_string().get(text);
    return error ? FailJson(error) : true;
  }
  ScannedNumber number;
  if (token == "null" || token == "true" || token == "false" || ScanWhole(token, &number)) {
    return true;
  }
  return FailSyntax();
}

bool ValueReader::ReadTimestamp(od::value value, TimeMs* time) {
  const std::string_view token = Token(value);
  ScannedNumber number;
  if (token.empty() || !ScanWhole(token, &number) || !ToLong(number, time)) {
    return Fail(BadRecordKind::kTimestamp, "timestamp is not an integer");
  }
  if (*time < -kTimestampMax || *time > kTimestampMax) {
    return Fail(BadRecordKind::kTimestamp, "timestamp is out of range: " + Shown(token));
  }
  return true;
}

bool ValueReader::ReadObject(od::value value, int depth, ObjectRef* object) {
  const std::string_view token = Token(value);
  if (token.empty()) return FailSyntax();
  if (IsNested(token) && depth >= kJsonDepthMax) return FailJson(simdjson::DEPTH_ERROR);
  switch (token[0]) {
    case '[': {
      od::array array;
      if (const auto error = value.get_array().get(array)) return FailJson(error);
      return ReadList(array, depth + 1, object);
    }
    case '{': {
      od::object map;
      if (const auto error = value.get_object().get(map)) return FailJson(error);
      return ReadMap(map, depth + 1, object);
    }
    case '"': {
      std::string_view text;
      if (const auto error = value.get_string().get(text)) return FailJson(error);
      *object = MakeObject(std::string(text));
      return true;
    }
    default:
      break;
  }
  if (token == "null") return true;
  if (token == "true" || token == "false") {
    *object = MakeObject(token == "true");
    return true;
  }
  return ReadNumber(token, object);
}

bool ValueReader::ReadNumber(std::string_view token, ObjectRef* object) {
  ScannedNumber number;
  if (!ScanWhole(token, &number)) return FailSyntax();
  int64_t integer;
  if (ToLong(number, &integer)) {
    *object = MakeObject(integer);
    return true;
  }
  double floating;
  if (!ToDouble(number, &floating)) {
    return Fail(BadRecordKind::kOutOfRange, "number does not fit a double: " + Shown(token));
  }
  *object = MakeObject(floating);
  return true;
}

bool ValueReader::ReadList(od::array array, int depth, ObjectRef* object) {
  Object::List list;
  for (auto element : array) {
    od::value item;
    if (const auto error = element.get(item)) return FailJson(error);
    if (!ReadObject(item, depth, &list.items.emplace_back())) return false;
  }
  *object = MakeObject(std::move(list));
  return true;
}

bool ValueReader::ReadMap(od::object map, int depth, ObjectRef* object) {
  Object::Map result;
  for (auto field : map) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return FailJson(error);
    od::value item;
    if (const auto error = field.value().get(item)) return FailJson(error);
    auto& entry = result.entries.emplace_back(std::string(key), nullptr);
    if (!ReadObject(item, depth, &entry.second)) return false;
  }
  DropRepeatedKeys(&result.entries);
  *object = MakeObject(std::move(result));
  return true;
}

}  // namespace weir
