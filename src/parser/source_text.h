// The text of an app, its variables replaced, and the way back from there to the user's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ast/diagnostic.h"
#include "ast/span.h"
#include "parser/parser.h"

namespace weir {

// Positions handed in are those of the lexer: characters (code points) of text().
// Refers to the original text, which must outlive it. Immutable after Load.
class SourceText {
 public:
  explicit SourceText(std::string_view original) : original_(original) {}

  // Checks size and UTF-8 and replaces the variables. False if diagnostics were added.
  bool Load(const ParseOptions& options, std::vector<ast::Diagnostic>* diagnostics);

  // What is to be parsed.
  const std::string& text() const { return text_; }

  // A piece of text(), without its first `skip` and last `skip` bytes.
  std::string_view Slice(size_t char_begin, size_t char_end, size_t skip = 0) const;

  // Where the piece stands in the original. What came from a variable stands at its `${NAME}`.
  ast::Span SpanOf(size_t char_begin, size_t char_end) const;

 private:
  // A run of text_ up to the next piece: copied from the original, or the value of a variable.
  struct Piece {
    size_t text_begin;
    size_t original_begin;
    size_t original_end;
    bool copied;
  };

  void ReplaceVariables(const VariableLookup& lookup, std::vector<ast::Diagnostic>* diagnostics);
  void Append(std::string_view text, size_t original_begin, size_t original_end, bool copied);
  void CountChars();
  ast::Span OriginalSpan(size_t begin, size_t end) const;
  size_t ByteOf(size_t char_index) const;
  size_t OriginalCharOf(size_t byte) const;
  const Piece& PieceAt(size_t text_byte) const;

  std::string_view original_;
  std::string text_;
  std::vector<Piece> pieces_;
  std::vector<uint32_t> char_bytes_;      // byte of each character of text_; empty if all ASCII
  std::vector<uint32_t> line_begins_;     // byte of each line of original_
  std::vector<uint32_t> chars_at_block_;  // characters of original_ before each block of bytes
};

}  // namespace weir
