#include "library/records/csv_text.h"

namespace weir {

bool CsvScanner::FindEnd(std::string_view bytes, size_t from, size_t* size, size_t* end) {
  if (from == 0) state_ = State::kFieldStart;
  for (size_t i = from; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\n' && state_ != State::kQuoted) {
      *size = i;
      *end = i + 1;
      return true;
    }
    switch (state_) {
      case State::kFieldStart:
      case State::kPlain:
        if (c == '"' && state_ == State::kFieldStart) {
          state_ = State::kQuoted;
        } else {
          state_ = c == delimiter_ ? State::kFieldStart : State::kPlain;
        }
        break;
      case State::kQuoted:
        if (c == '"') state_ = State::kQuoteInQuoted;
        break;
      case State::kQuoteInQuoted:
        state_ = c == '"' ? State::kQuoted : c == delimiter_ ? State::kFieldStart : State::kPlain;
        break;
    }
  }
  return false;
}

bool SplitCsv(std::string_view record, char delimiter, std::vector<CsvField>* fields,
              std::string* reason) {
  size_t count = 0;
  size_t at = 0;
  for (;;) {
    if (count == fields->size()) fields->emplace_back();
    CsvField& field = (*fields)[count++];
    field.text.clear();
    field.quoted = at < record.size() && record[at] == '"';
    if (!field.quoted) {
      const size_t end = std::min(record.find(delimiter, at), record.size());
      field.text = record.substr(at, end - at);
      at = end;
    } else {
      ++at;
      for (;;) {
        const size_t quote = record.find('"', at);
        if (quote == std::string_view::npos) {
          *reason = "a quote that nothing closes";
          return false;
        }
        field.text += record.substr(at, quote - at);
        at = quote + 1;
        if (at == record.size() || record[at] != '"') break;
        field.text += '"';
        ++at;
      }
      if (at < record.size() && record[at] != delimiter) {
        *reason = "text behind a closing quote";
        return false;
      }
    }
    if (at == record.size()) break;
    ++at;
  }
  fields->resize(count);
  return true;
}

void AppendCsvField(std::string_view text, char delimiter, TextBuffer* out) {
  const bool plain = !text.empty() && text.find_first_of("\"\r\n") == std::string_view::npos &&
                     text.find(delimiter) == std::string_view::npos;
  if (plain) {
    out->Append(text);
    return;
  }
  out->Append('"');
  for (const char c : text) {
    if (c == '"') out->Append('"');
    out->Append(c);
  }
  out->Append('"');
}

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

}  // namespace weir
