#include "types/value.h"

#include <charconv>
#include <cmath>

#include "base/check.h"

namespace weir {
namespace {

template <class T>
void AppendNumberJson(T value, std::string* out) {
  if (std::isnan(value)) {
    out->append("\"NaN\"");
    return;
  }
  if (std::isinf(value)) {
    out->append(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    return;
  }
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  const std::string_view text(buffer, end - buffer);
  out->append(text);
  if (text.find_first_of(".e") == std::string_view::npos) out->append(".0");
}

// Java's rule: plain notation in [1e-3, 1e7), else d.dddEn.
template <class T>
std::string JavaText(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  const double magnitude = std::fabs(static_cast<double>(value));
  char buffer[400];
  if (magnitude == 0 || (magnitude >= 1e-3 && magnitude < 1e7)) {
    const auto end =
        std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed).ptr;
    std::string text(buffer, end);
    if (text.find('.') == std::string::npos) text += ".0";
    return text;
  }
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific).ptr;
  const std::string text(buffer, end);
  const size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  const int exponent = std::stoi(text.substr(e + 1));
  return mantissa + "E" + std::to_string(exponent);
}

}  // namespace

int64_t Value::AsLong() const {
  switch (type_) {
    case Type::kInt:
      return int_value();
    case Type::kLong:
      return long_value();
    case Type::kFloat:
      return static_cast<int64_t>(float_value());
    case Type::kDouble:
      return static_cast<int64_t>(double_value());
    default:
      CHECK(false);
  }
}

double Value::AsDouble() const {
  switch (type_) {
    case Type::kInt:
      return int_value();
    case Type::kLong:
      return static_cast<double>(long_value());
    case Type::kFloat:
      return float_value();
    case Type::kDouble:
      return double_value();
    default:
      CHECK(false);
  }
}

std::string Value::ToText() const {
  if (is_null()) return "null";
  switch (type_) {
    case Type::kBool:
      return bool_value() ? "true" : "false";
    case Type::kInt:
      return std::to_string(int_value());
    case Type::kLong:
      return std::to_string(long_value());
    case Type::kFloat:
      return JavaText(float_value());
    case Type::kDouble:
      return JavaText(double_value());
    case Type::kString:
      return string_value();
    case Type::kObject: {
      std::string out;
      AppendJson(object_value(), &out);
      return out;
    }
  }
  __builtin_unreachable();
}

bool operator==(const Value& a, const Value& b) {
  if (a.type_ != b.type_) return false;
  if (a.type_ == Type::kObject && !a.is_null() && !b.is_null()) {
    return ObjectsEqual(a.object_value(), b.object_value());
  }
  return a.data_ == b.data_;
}

void AppendFloatJson(float value, std::string* out) { AppendNumberJson(value, out); }
void AppendDoubleJson(double value, std::string* out) { AppendNumberJson(value, out); }

void AppendStringJson(std::string_view text, std::string* out) {
  static const char kHex[] = "0123456789abcdef";
  out->push_back('"');
  size_t plain = 0;  // start of the run not yet copied
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out->append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      default:
        out->append("\\u00");
        out->push_back(kHex[c >> 4]);
        out->push_back(kHex[c & 15]);
    }
  }
  out->append(text, plain, text.size() - plain);
  out->push_back('"');
}

}  // namespace weir
