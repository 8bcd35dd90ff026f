#include "json/scalar_writer.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "json/text_scan.h"

namespace weir {
namespace {

char* CopyText(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// What a type holds exactly and without a second decimal of the same length that reads as the same
// value: up to 15 digits of a double, 6 of a float.
template <class T>
constexpr T kShortMax = T{1e15};
template <>
constexpr float kShortMax<float> = 1e6f;

// Writes `thousandths` / 1000 with its one to three decimals.
char* WriteThousandths(uint64_t thousandths, char* to) {
  to = std::to_chars(to, to + kNumberBytesMax, thousandths / 1000).ptr;
  const auto rest = static_cast<uint32_t>(thousandths % 1000);
  *to++ = '.';
  *to++ = static_cast<char>('0' + rest / 100);
  if (rest % 100 == 0) return to;
  *to++ = static_cast<char>('0' + rest / 10 % 10);
  if (rest % 10 == 0) return to;
  *to++ = static_cast<char>('0' + rest % 10);
  return to;
}

// A value that is a decimal of few digits with at most three after the point has that decimal as
// its shortest form: dividing exact integers rounds as reading the decimal does, and no other
// decimal of that many digits reads as the same value. Null if the value is not of that kind, or
// if it is so round that the form with an exponent is shorter.
template <class T>
char* WriteShort(T value, char* to) {
  const T magnitude = std::fabs(value);
  const T scaled = magnitude * T{1000};
  if (!(scaled < kShortMax<T>)) return nullptr;
  const auto thousandths = static_cast<uint64_t>(scaled + T{0.5});
  if (static_cast<T>(thousandths) / T{1000} != magnitude) return nullptr;
  if (thousandths % 100'000'000 == 0 && thousandths != 0) return nullptr;
  if (std::signbit(value)) *to++ = '-';
  return WriteThousandths(thousandths, to);
}

template <class T>
char* WriteFloating(T value, char* to) {
  if (char* end = WriteShort(value, to)) return end;
  if (std::isnan(value)) return CopyText("\"NaN\"", to);
  if (std::isinf(value)) return CopyText(value > 0 ? "\"Infinity\"" : "\"-Infinity\"", to);
  char* end = std::to_chars(to, to + kNumberBytesMax, value).ptr;
  for (const char* p = to; p < end; ++p) {
    if (*p == '.' || *p == 'e') return end;
  }
  return CopyText(".0", end);
}

char* WriteEscape(unsigned char c, char* to) {
  static constexpr char kHex[] = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
    case '"':
    case '\\':
      *to++ = static_cast<char>(c);
      return to;
    case '\n':
      *to++ = 'n';
      return to;
    case '\r':
      *to++ = 'r';
      return to;
    case '\t':
      *to++ = 't';
      return to;
    default:
      to = CopyText("u00", to);
      *to++ = kHex[c >> 4];
      *to++ = kHex[c & 15];
      return to;
  }
}

bool IsPlain(unsigned char c) { return c >= 0x20 && c != '"' && c != '\\'; }

}  // namespace

char* WriteLong(int64_t value, char* to) {
  return std::to_chars(to, to + kNumberBytesMax, value).ptr;
}

char* WriteFloat(float value, char* to) { return WriteFloating(value, to); }
char* WriteDouble(double value, char* to) { return WriteFloating(value, to); }

char* WriteString(std::string_view text, char* to) {
  using namespace text_scan_internal;
  *to++ = '"';
  const char* p = text.data();
  const char* const end = p + text.size();
  while (end - p >= 8) {
    const uint64_t word = Load8(p);
    if (FirstSpecial(word) != 0) break;
    std::memcpy(to, &word, 8);
    p += 8;
    to += 8;
  }
  for (; p < end; ++p) {
    const auto c = static_cast<unsigned char>(*p);
    if (IsPlain(c)) {
      *to++ = *p;
    } else {
      to = WriteEscape(c, to);
    }
  }
  *to++ = '"';
  return to;
}

}  // namespace weir
