// Where a piece of an app stands in its text.
#pragma once

#include <cstdint>
#include <string>

namespace weir::ast {

// A half-open range of the text as the user wrote it (before `${NAME}` is replaced).
// A node made by something else than the parser has the all-zero span.
struct Span {
  uint32_t begin = 0;   // byte offset of the first byte
  uint32_t end = 0;     // byte offset one past the last byte
  uint32_t line = 0;    // 1-based line of `begin`; 0 = no place known
  uint32_t column = 0;  // 1-based column of `begin`, counted in characters (code points), not bytes
};

// A name as it was written, without backticks. Case matters.
struct Name {
  std::string text;
  Span span;
};

}  // namespace weir::ast
