#include "expr/conversion.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "expr/scalar_function.h"

namespace weir {
namespace {

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != lower[i]) return false;
  }
  return true;
}

// Integer.parseInt: a sign and digits, nothing else.
template <class T>
std::optional<T> ParseInteger(std::string_view text) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return std::nullopt;
  }
  T value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
std::optional<T> ParseDigits(std::string_view text, std::chars_format format) {
  T value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc()) return value;
  if (error != std::errc::result_out_of_range) return std::nullopt;
  // Too large is infinity and too small is zero (or subnormal), which strtod gives.
  const std::string copy = (format == std::chars_format::hex ? "0x" : "") + std::string(text);
  if constexpr (std::is_same_v<T, float>) return std::strtof(copy.c_str(), nullptr);
  return static_cast<T>(std::strtod(copy.c_str(), nullptr));
}

// Double.parseDouble: white space around, a sign, NaN, Infinity, decimal or hexadecimal digits
// and one of the suffixes f, F, d, D.
template <class T>
std::optional<T> ParseFloating(std::string_view text) {
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  std::optional<T> value;
  if (text == "NaN") {
    value = std::numeric_limits<T>::quiet_NaN();
  } else if (text == "Infinity") {
    value = std::numeric_limits<T>::infinity();
  } else {
    const bool hex = text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
    if (hex && text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    if (hex) text.remove_prefix(2);
    if (text.empty()) return std::nullopt;
    const char last = static_cast<char>(text.back() | 0x20);
    if (last == 'f' || last == 'd') text.remove_suffix(1);
    // from_chars would take a second sign and the words inf and nan.
    if (text.empty()) return std::nullopt;
    const bool digit = text[0] == '.' || (text[0] >= '0' && text[0] <= '9') ||
                       (hex && std::isxdigit(static_cast<unsigned char>(text[0])) != 0);
    if (!digit) return std::nullopt;
    value = ParseDigits<T>(text, hex ? std::chars_format::hex : std::chars_format::general);
  }
  if (value.has_value() && negative) value = -*value;
  return value;
}

// Java's narrowing of a floating number: toward zero, ends of the range for what is beyond.
template <class To, class From>
To Truncate(From value) {
  if (std::isnan(value)) return 0;
  constexpr From kLimit = static_cast<From>(std::numeric_limits<To>::min());  // exact, -2^n
  if (value >= -kLimit) return std::numeric_limits<To>::max();
  if (value < kLimit) return std::numeric_limits<To>::min();
  return static_cast<To>(value);
}

std::string TextOf(bool value) { return Value::Bool(value).ToText(); }
std::string TextOf(int32_t value) { return Value::Int(value).ToText(); }
std::string TextOf(int64_t value) { return Value::Long(value).ToText(); }
std::string TextOf(float value) { return Value::Float(value).ToText(); }
std::string TextOf(double value) { return Value::Double(value).ToText(); }
std::string TextOf(std::string_view value) { return std::string(value); }

template <class To, class From>
std::optional<To> Convert(From value) {
  constexpr bool kFromText = std::is_same_v<From, std::string_view>;
  if constexpr (std::is_same_v<To, std::string>) {
    return TextOf(value);
  } else if constexpr (std::is_same_v<To, bool>) {
    if constexpr (kFromText) return EqualsIgnoringCase(value, "true");
    if constexpr (!kFromText) return value == From{1};
  } else if constexpr (kFromText) {
    if constexpr (std::is_integral_v<To>) return ParseInteger<To>(value);
    if constexpr (!std::is_integral_v<To>) return ParseFloating<To>(value);
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    return Truncate<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

template <class To>
std::optional<To> ConvertObject(const ObjectRef& object) {
  return std::visit(
      [&](const auto& held) -> std::optional<To> {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          return Convert<To, std::string_view>(held);
        } else if constexpr (std::is_arithmetic_v<Held>) {
          return Convert<To, Held>(held);
        } else if constexpr (std::is_same_v<To, std::string>) {
          std::string text;
          AppendJson(object, &text);
          return text;
        } else {
          return std::nullopt;
        }
      },
      object->value);
}

template <class To>
BoundFunction BindConversionTo(Type from) {
  switch (from) {
    case Type::kBool:
      return BindScalar([](bool value) { return Convert<To>(value); });
    case Type::kInt:
      return BindScalar([](int32_t value) { return Convert<To>(value); });
    case Type::kLong:
      return BindScalar([](int64_t value) { return Convert<To>(value); });
    case Type::kFloat:
      return BindScalar([](float value) { return Convert<To>(value); });
    case Type::kDouble:
      return BindScalar([](double value) { return Convert<To>(value); });
    case Type::kString:
      return BindScalar([](std::string_view value) { return Convert<To>(value); });
    case Type::kObject:
      return BindScalar([](const ObjectRef& value) { return ConvertObject<To>(value); });
  }
  __builtin_unreachable();
}

}  // namespace

BoundFunction BindConversion(Type from, Type to) {
  if (from == to) {
    return {to, [](std::span<const Vector> arguments, const CallContext&) { return arguments[0]; }};
  }
  switch (to) {
    case Type::kBool:
      return BindConversionTo<bool>(from);
    case Type::kInt:
      return BindConversionTo<int32_t>(from);
    case Type::kLong:
      return BindConversionTo<int64_t>(from);
    case Type::kFloat:
      return BindConversionTo<float>(from);
    case Type::kDouble:
      return BindConversionTo<double>(from);
    default:
      CHECK(to == Type::kString);
      return BindConversionTo<std::string>(from);
  }
}

Value ConvertText(std::string_view text, Type to) {
  switch (to) {
    case Type::kBool:
      return Value::Bool(*Convert<bool>(text));
    case Type::kInt: {
      const auto value = Convert<int32_t>(text);
      return value.has_value() ? Value::Int(*value) : Value::Null(to);
    }
    case Type::kLong: {
      const auto value = Convert<int64_t>(text);
      return value.has_value() ? Value::Long(*value) : Value::Null(to);
    }
    case Type::kFloat: {
      const auto value = Convert<float>(text);
      return value.has_value() ? Value::Float(*value) : Value::Null(to);
    }
    case Type::kDouble: {
      const auto value = Convert<double>(text);
      return value.has_value() ? Value::Double(*value) : Value::Null(to);
    }
    default:
      CHECK(to == Type::kString);
      return Value::String(text);
  }
}

Result<Type> ConversionTarget(std::string_view function, const Value& name) {
  const std::optional<Type> type =
      name.is_null() ? std::nullopt : TypeFromName(name.string_value());
  if (type.has_value() && *type != Type::kObject) return *type;
  return Status::Invalid(std::string(function) +
                         "(): the type must be 'string', 'int', 'long', 'float', 'double' or " +
                         "'bool', not '" + name.ToText() + "'");
}

Value ScalarOf(const ObjectRef& object) {
  if (object == nullptr) return Value::Null(Type::kObject);
  return std::visit(
      [](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, bool>)
          return Value::Bool(held);
        else if constexpr (std::is_same_v<Held, int32_t>)
          return Value::Int(held);
        else if constexpr (std::is_same_v<Held, int64_t>)
          return Value::Long(held);
        else if constexpr (std::is_same_v<Held, float>)
          return Value::Float(held);
        else if constexpr (std::is_same_v<Held, double>)
          return Value::Double(held);
        else if constexpr (std::is_same_v<Held, std::string>)
          return Value::String(held);
        else
          return Value::Null(Type::kObject);
      },
      object->value);
}

}  // namespace weir
