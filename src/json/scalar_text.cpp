#include "json/scalar_text.h"

#include <simdjson.h>

#include "json/number.h"
#include "json/text_scan.h"

namespace weir {

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

}  // namespace weir
