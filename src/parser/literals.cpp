#include "parser/literals.h"

#include <charconv>
#include <limits>
#include <system_error>

namespace weir {

namespace {

constexpr uint64_t kIntMax = std::numeric_limits<int32_t>::max();
constexpr uint64_t kLongMax = std::numeric_limits<int64_t>::max();

// True if a number that a floating type cannot hold is too small for it, not too large.
bool IsTiny(std::string_view text) {
  const size_t exponent_at = text.find_first_of("eE");
  if (exponent_at != std::string_view::npos && text[exponent_at + 1] == '-') return true;
  return exponent_at == std::string_view::npos && text.find_first_not_of("0.") > text.find('.');
}

template <class Float>
std::optional<Float> ReadFloating(std::string_view text) {
  Float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc()) return value;
  if (error == std::errc::result_out_of_range && IsTiny(text)) return Float{0};
  return std::nullopt;
}

}  // namespace

std::optional<ast::Literal> ReadNumber(std::string_view text, NumberKind kind, bool negative) {
  if (kind == NumberKind::kFloat) {
    const auto value = ReadFloating<float>(text);
    if (!value) return std::nullopt;
    return ast::Literal{negative ? -*value : *value};
  }
  if (kind == NumberKind::kDouble) {
    const auto value = ReadFloating<double>(text);
    if (!value) return std::nullopt;
    return ast::Literal{negative ? -*value : *value};
  }
  uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude);
  const uint64_t max = (kind == NumberKind::kInt ? kIntMax : kLongMax) + (negative ? 1 : 0);
  if (error != std::errc() || magnitude > max) return std::nullopt;
  const auto value = static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
  if (kind == NumberKind::kInt) return ast::Literal{static_cast<int32_t>(value)};
  return ast::Literal{value};
}

std::optional<int32_t> ReadInt(std::string_view text) {
  int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::string_view ReadString(std::string_view text) {
  const size_t quotes = text.size() >= 6 && text.starts_with("\"\"\"") ? 3 : 1;
  return text.substr(quotes, text.size() - 2 * quotes);
}

int64_t UnitMilliseconds(ast::TimeUnit unit) {
  switch (unit) {
    case ast::TimeUnit::kYear:
      return 31'556'900'000;
    case ast::TimeUnit::kMonth:
      return 2'630'000'000;
    case ast::TimeUnit::kWeek:
      return 604'800'000;
    case ast::TimeUnit::kDay:
      return 86'400'000;
    case ast::TimeUnit::kHour:
      return 3'600'000;
    case ast::TimeUnit::kMinute:
      return 60'000;
    case ast::TimeUnit::kSecond:
      return 1'000;
    case ast::TimeUnit::kMillisecond:
      return 1;
  }
  return 1;
}

}  // namespace weir
