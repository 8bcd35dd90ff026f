#include "parser/source_text.h"

#include <algorithm>

#include "ast/utf8.h"

namespace weir {

namespace {

using ast::Diagnostic;
using ast::Severity;
using ast::Span;

constexpr size_t kBlockBytes = 64;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string TooLong(size_t bytes, size_t limit) {
  return "the text is longer than limits.query_bytes = " + std::to_string(limit) + " (" +
         std::to_string(bytes) + " bytes)";
}

}  // namespace

bool SourceText::Load(const ParseOptions& options, std::vector<Diagnostic>* diagnostics) {
  const size_t limit = options.limits.query_bytes;
  if (original_.size() > limit) {
    diagnostics->push_back({Span{}, Severity::kError, TooLong(original_.size(), limit), ""});
    return false;
  }
  CountChars();
  const size_t bad = ast::FindInvalidUtf8(original_);
  if (bad != std::string_view::npos) {
    const bool utf16 = original_.starts_with("\xFF\xFE") || original_.starts_with("\xFE\xFF");
    diagnostics->push_back({OriginalSpan(bad, bad + 1), Severity::kError,
                            "the text is not valid UTF-8",
                            utf16 ? "it looks like UTF-16; save it as UTF-8" : ""});
    return false;
  }
  const size_t before = diagnostics->size();
  ReplaceVariables(options.variables, diagnostics);
  if (diagnostics->size() > before) return false;
  if (text_.size() > limit) {
    diagnostics->push_back({Span{}, Severity::kError, TooLong(text_.size(), limit),
                            "the values of its variables are too long"});
    return false;
  }
  if (std::any_of(text_.begin(), text_.end(), [](char c) { return (c & 0x80) != 0; })) {
    for (size_t i = 0; i < text_.size(); ++i)
      if (!ast::IsContinuationByte(text_[i])) char_bytes_.push_back(static_cast<uint32_t>(i));
  }
  return true;
}

void SourceText::ReplaceVariables(const VariableLookup& lookup,
                                  std::vector<Diagnostic>* diagnostics) {
  size_t at = original_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  size_t search = at;
  while (lookup) {
    const size_t open = original_.find("${", search);
    if (open == std::string_view::npos) break;
    size_t close = open + 2;
    while (close < original_.size() && IsNameChar(original_[close])) ++close;
    search = close;
    if (close == open + 2 || close == original_.size() || original_[close] != '}') continue;
    const std::string_view name = original_.substr(open + 2, close - open - 2);
    const std::optional<std::string> value = lookup(name);
    const Span span = OriginalSpan(open, close + 1);
    if (!value) {
      diagnostics->push_back({span, Severity::kError,
                              "the variable '" + std::string(name) + "' is not set",
                              "set it in the environment"});
    } else if (ast::FindInvalidUtf8(*value) != std::string_view::npos) {
      diagnostics->push_back(
          {span, Severity::kError,
           "the value of the variable '" + std::string(name) + "' is not valid UTF-8", ""});
    } else {
      Append(original_.substr(at, open - at), at, open, true);
      Append(*value, open, close + 1, false);
      at = close + 1;
    }
  }
  Append(original_.substr(at), at, original_.size(), true);
}

void SourceText::Append(std::string_view text, size_t original_begin, size_t original_end,
                        bool copied) {
  pieces_.push_back({text_.size(), original_begin, original_end, copied});
  text_ += text;
}

void SourceText::CountChars() {
  uint32_t chars = 0;
  line_begins_.push_back(0);
  for (size_t i = 0; i < original_.size(); ++i) {
    if (i % kBlockBytes == 0) chars_at_block_.push_back(chars);
    if (!ast::IsContinuationByte(original_[i])) ++chars;
    if (original_[i] == '\n') line_begins_.push_back(static_cast<uint32_t>(i + 1));
  }
  if (original_.size() % kBlockBytes == 0) chars_at_block_.push_back(chars);
}

std::string_view SourceText::Slice(size_t char_begin, size_t char_end, size_t skip) const {
  const size_t begin = ByteOf(char_begin) + skip;
  const size_t end = ByteOf(char_end) - skip;
  return std::string_view(text_).substr(begin, end - begin);
}

Span SourceText::SpanOf(size_t char_begin, size_t char_end) const {
  const size_t begin = ByteOf(char_begin);
  const size_t end = ByteOf(char_end);
  const Piece& first = PieceAt(begin);
  const size_t original_begin =
      first.copied ? first.original_begin + (begin - first.text_begin) : first.original_begin;
  if (end <= begin) return OriginalSpan(original_begin, original_begin);
  const Piece& last = PieceAt(end - 1);
  const size_t original_end =
      last.copied ? last.original_begin + (end - last.text_begin) : last.original_end;
  return OriginalSpan(original_begin, original_end);
}

Span SourceText::OriginalSpan(size_t begin, size_t end) const {
  const auto line = std::upper_bound(line_begins_.begin(), line_begins_.end(), begin) - 1;
  Span span;
  span.begin = static_cast<uint32_t>(begin);
  span.end = static_cast<uint32_t>(end);
  span.line = static_cast<uint32_t>(line - line_begins_.begin() + 1);
  span.column = static_cast<uint32_t>(OriginalCharOf(begin) - OriginalCharOf(*line) + 1);
  return span;
}

size_t SourceText::ByteOf(size_t char_index) const {
  if (char_bytes_.empty()) return std::min(char_index, text_.size());
  return char_index < char_bytes_.size() ? char_bytes_[char_index] : text_.size();
}

size_t SourceText::OriginalCharOf(size_t byte) const {
  const size_t block = byte / kBlockBytes;
  size_t chars = chars_at_block_[block];
  for (size_t i = block * kBlockBytes; i < byte; ++i)
    if (!ast::IsContinuationByte(original_[i])) ++chars;
  return chars;
}

const SourceText::Piece& SourceText::PieceAt(size_t text_byte) const {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), text_byte,
                       [](size_t byte, const Piece& piece) { return byte < piece.text_begin; });
  return *(after - 1);
}

}  // namespace weir
