#include "json/scalar_text.h"

#include <simdjson.h>

#include "json/number.h"
#include "json/text_scan.h"

namespace weir {
namespace {

const char* SkipSpace(const char* p) {
  while (*p == ' ' || *p == '\t') ++p;
  return p;
}

// From behind the opening bracket to behind the one that closes it.
const char* SkipMembers(const char* p, char close, int depth_max) {
  p = SkipSpace(p);
  if (*p == close) return p + 1;
  for (;;) {
    if (close == '}') {
      const char* end = *p == '"' ? PlainStringEnd(p + 1) : nullptr;
      if (end == nullptr) return nullptr;
      p = SkipSpace(end + 1);
      if (*p != ':') return nullptr;
      p = SkipSpace(p + 1);
    }
    p = SkipPlainValue(p, depth_max);
    if (p == nullptr) return nullptr;
    p = SkipSpace(p);
    if (*p == close) return p + 1;
    if (*p != ',') return nullptr;
    p = SkipSpace(p + 1);
  }
}

}  // namespace

bool IsUtf8(const char* text, size_t size) { return simdjson::validate_utf8(text, size); }

const char* SkipPlainScalar(const char* p) {
  switch (*p) {
    case '"': {
      const char* end = PlainStringEnd(p + 1);
      return end == nullptr ? nullptr : end + 1;
    }
    case 't':
      return EqualPadded(p, kTrueText, 4) ? p + 4 : nullptr;
    case 'f':
      return EqualPadded(p, kFalseText, 5) ? p + 5 : nullptr;
    case 'n':
      return EqualPadded(p, kNullText, 4) ? p + 4 : nullptr;
    default: {
      ScannedNumber number;
      return ScanNumber(p, &number) ? number.end : nullptr;
    }
  }
}

const char* SkipPlainValue(const char* p, int depth_max) {
  if (*p != '{' && *p != '[') return SkipPlainScalar(p);
  if (depth_max == 0) return nullptr;
  return SkipMembers(p + 1, *p == '{' ? '}' : ']', depth_max - 1);
}

}  // namespace weir
