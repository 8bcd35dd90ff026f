// Numbers as text and back: math:bin, oct, hex, conv, parseDouble, parseFloat, parseInt, parseLong.
#include <bit>
#include <charconv>

#include "expr/conversion.h"
#include "library/functions/simple_function.h"

namespace weir {
namespace {

std::string_view Digits(uint64_t value, int base) {
  std::string& out = RowText();
  char digits[64];
  out.append(digits, std::to_chars(digits, digits + 64, value, base).ptr);
  return out;
}

// As unsigned numbers of the same width.
std::string_view Unsigned(int32_t value, int base) {
  return Digits(static_cast<uint32_t>(value), base);
}
std::string_view Unsigned(int64_t value, int base) {
  return Digits(static_cast<uint64_t>(value), base);
}

// 0x1.8p3: the mantissa in hexadecimal digits, the exponent of 2 in decimal ones. kLeast: the
// exponent of the least normal number.
template <int kLeast>
std::string_view HexFloating(double value) {
  if (value != value) return "NaN";
  std::string& out = RowText();
  const auto bits = std::bit_cast<uint64_t>(value);
  if ((bits >> 63) != 0) out += '-';
  int exponent = static_cast<int>((bits >> 52) & 0x7ff) - 1023;
  uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  if (exponent == 1024) return out += "Infinity";
  char first = '1';
  if (exponent == -1023) {
    first = '0';
    exponent = fraction == 0 ? 0 : kLeast;
  } else if (exponent < kLeast) {  // a float that is subnormal, though not as a double
    fraction = (fraction | (uint64_t{1} << 52)) >> (kLeast - exponent);
    first = '0';
    exponent = kLeast;
  }
  (out += "0x") += first;
  out += '.';
  for (bool any = false; !any || fraction != 0; any = true) {
    out += "0123456789abcdef"[fraction >> 48];
    fraction = (fraction << 4) & ((uint64_t{1} << 52) - 1);
  }
  return (out += 'p') += std::to_string(exponent);
}

std::optional<std::string_view> ConvertBase(std::string_view text, int32_t from, int32_t to) {
  if (from < 2 || from > 36) return std::nullopt;
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int32_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, from);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  std::string& out = RowText();
  char digits[40];
  const int base = to < 2 || to > 36 ? 10 : to;
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), value, base).ptr);
  return out;
}

void RegisterBase(Registry* registry, const FunctionText& text, int base) {
  const bool hex = base == 16;
  FunctionSpec spec = MakeSpec(text, {{{"p1", hex ? kNumeric : kIntOrLong}}});
  spec.bind = [base](std::span<const Argument> arguments, size_t) -> Result<BoundFunction> {
    switch (arguments[0].type) {
      case Type::kInt:
        return BindScalar([base](int32_t value) { return Unsigned(value, base); });
      case Type::kLong:
        return BindScalar([base](int64_t value) { return Unsigned(value, base); });
      case Type::kFloat:
        return BindScalar([](float value) { return HexFloating<-126>(value); });
      default:
        return BindScalar([](double value) { return HexFloating<-1022>(value); });
    }
  };
  registry->Add(std::move(spec));
}

void RegisterParse(Registry* registry, const FunctionText& text, Type type) {
  FunctionSpec spec = MakeSpec(text, {{{"p1", kStringOnly}}});
  spec.bind = [type](std::span<const Argument>, size_t) -> Result<BoundFunction> {
    return BindConversion(Type::kString, type);
  };
  registry->Add(std::move(spec));
}

}  // namespace

void RegisterMathText(Registry* registry) {
  RegisterBase(registry, {"math:bin", "Returns the binary digits.", "math:bin(9)", "\"1001\""}, 2);
  RegisterBase(registry, {"math:oct", "Returns the octal digits.", "math:oct(99)", "\"143\""}, 8);
  RegisterBase(registry, {"math:hex", "Returns the hexadecimal digits.", "math:hex(200)", "\"c8\""},
               16);
  AddScalar(
      registry,
      {"math:conv",
       "Writes the whole number that a text gives in one base in another; null if it is none.",
       "math:conv('7f', 16, 10)", "\"127\""},
      {{"a", kStringOnly}, {"from.base", kIntOnly}, {"to.base", kIntOnly}},
      [](std::string_view text, int32_t from, int32_t to) { return ConvertBase(text, from, to); });
  RegisterParse(
      registry,
      {"math:parseInt", "Reads an int; null if the text is none.", "math:parseInt('123')", "123"},
      Type::kInt);
  RegisterParse(
      registry,
      {"math:parseLong", "Reads a long; null if the text is none.", "math:parseLong('123')", "123"},
      Type::kLong);
  RegisterParse(registry,
                {"math:parseFloat", "Reads a float; null if the text is none.",
                 "math:parseFloat('123')", "123.0"},
                Type::kFloat);
  RegisterParse(registry,
                {"math:parseDouble", "Reads a double; null if the text is none.",
                 "math:parseDouble('123')", "123.0"},
                Type::kDouble);
}

}  // namespace weir
