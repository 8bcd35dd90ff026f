#include "io/payload_template.h"

#include "io/value_text.h"
#include "json/scalar_writer.h"

namespace weir {
namespace {

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

// Whether a JSON text, that so far was within quotes or not, ends within quotes.
bool EndsInQuotes(std::string_view text, bool in_quotes) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_quotes = !in_quotes;
    }
  }
  return in_quotes;
}

void AppendJsonEscaped(std::string_view text, TextBuffer* out) {
  char* begin = out->Reserve(StringBytesMax(text.size()));
  char* end = WriteString(text, begin);
  const size_t size = static_cast<size_t>(end - begin) - 2;  // without the quotes
  std::memmove(begin, begin + 1, size);
  out->Advance(begin + size);
}

void AppendHtmlEscaped(std::string_view text, TextBuffer* out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out->Append("&amp;");
        break;
      case '<':
        out->Append("&lt;");
        break;
      case '>':
        out->Append("&gt;");
        break;
      case '"':
        out->Append("&quot;");
        break;
      default:
        out->Append(c);
    }
  }
}

}  // namespace

Result<PayloadTemplate> PayloadTemplate::Parse(std::string_view text, const Schema& schema,
                                               Escape escape) {
  PayloadTemplate result;
  bool in_quotes = false;
  for (;;) {
    Piece piece;
    const size_t open = text.find("{{");
    piece.before = text.substr(0, open);
    in_quotes = EndsInQuotes(piece.before, in_quotes);
    if (open == std::string_view::npos) {
      result.pieces_.push_back(std::move(piece));
      return result;
    }
    const bool triple = escape == Escape::kHtml && text.substr(open, 3) == "{{{";
    const std::string_view closing = triple ? "}}}" : "}}";
    const size_t name_begin = open + closing.size();
    const size_t close = text.find(closing, name_begin);
    if (close == std::string_view::npos) {
      return Status::Invalid("'{{' without '}}' in '" + std::string(text.substr(open)) + "'");
    }
    const std::string name(Trimmed(text.substr(name_begin, close - name_begin)));
    piece.column = schema.Find(name);
    if (!piece.column) return Status::Invalid("unknown attribute '" + name + "' in '{{ }}'");
    const bool plain = triple || (escape == Escape::kJson && !in_quotes);
    piece.escape = plain ? Escape::kNone : escape;
    result.pieces_.push_back(std::move(piece));
    text.remove_prefix(close + closing.size());
  }
}

void PayloadTemplate::Append(const Chunk& chunk, uint32_t row, TextBuffer* out) const {
  for (const Piece& piece : pieces_) {
    out->Append(piece.before);
    if (!piece.column) continue;
    const Column& column = *chunk.column(*piece.column);
    const bool escaped = piece.escape != Escape::kNone && column.IsValid(row);
    if (escaped && column.type() == Type::kString) {
      const std::string_view text = column.values<StringRef>()[row].view();
      piece.escape == Escape::kJson ? AppendJsonEscaped(text, out) : AppendHtmlEscaped(text, out);
    } else if (escaped && column.type() == Type::kObject) {
      std::string json;
      AppendJson(column.values<ObjectRef>()[row], &json);
      piece.escape == Escape::kJson ? AppendJsonEscaped(json, out) : AppendHtmlEscaped(json, out);
    } else {
      AppendValueText(column, row, out);
    }
  }
}

}  // namespace weir
