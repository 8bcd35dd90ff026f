#include "library/records/key_values.h"

#include <algorithm>

#include "io/value_text.h"
#include "library/records/csv_text.h"

namespace weir {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void SkipSpace(std::string_view* text) {
  while (!text->empty() && IsSpace(text->front())) text->remove_prefix(1);
}

std::string_view WithoutSpaceBehind(std::string_view text) {
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

// A pair on a line of its own is not the last one if what stands between pairs follows it.
bool KeyValueReader::FindEnd(std::string_view bytes, size_t from, size_t* size, size_t* end) {
  for (;;) {
    *size = bytes.find('\n', from);
    *end = *size + 1;
    if (*size == std::string_view::npos) return false;
    if (!form_.on_lines) return true;
    size_t last = *size;
    while (last > 0 && (bytes[last - 1] == '\r' || bytes[last - 1] == ' ')) --last;
    if (last == 0 || bytes[last - 1] != form_.pairs) return true;
    from = *size + 1;
  }
}

bool KeyValueReader::Read(std::string_view record, RowAppender* rows) {
  seen_.assign(rows->schema().size(), false);
  std::string_view left = record;
  for (;;) {
    SkipSpace(&left);
    if (left.empty()) break;
    if (!ReadPair(&left, rows)) return false;
  }
  for (uint32_t c = 0; c < seen_.size(); ++c) {
    if (seen_[c] || !form_.fail_on_missing || rows->is_given(c)) continue;
    return rows->Fail(BadRecordKind::kShape,
                      "attribute '" + rows->schema()[c].name + "' is missing");
  }
  return rows->FinishRow();
}

std::optional<uint32_t> KeyValueReader::ColumnOf(const Schema& schema) const {
  if (keys_.empty()) return schema.Find(key_);
  const auto found = std::find(keys_.begin(), keys_.end(), key_);
  if (found == keys_.end()) return std::nullopt;
  return static_cast<uint32_t>(found - keys_.begin());
}

// Of a key that is repeated, the first value counts.
bool KeyValueReader::ReadPair(std::string_view* left, RowAppender* rows) {
  const size_t sign = left->find(form_.values);
  if (sign == std::string_view::npos) {
    return rows->Fail(BadRecordKind::kSyntax, std::string("a pair without '") + form_.values + "'");
  }
  key_ = WithoutSpaceBehind(left->substr(0, sign));
  left->remove_prefix(sign + 1);
  if (!ReadValue(left, rows)) return false;
  const std::optional<uint32_t> column = ColumnOf(rows->schema());
  if (!column || seen_[*column]) return true;
  seen_[*column] = true;
  if (!quoted_ && value_ == "null") {
    seen_[*column] = !form_.fail_on_missing;
    rows->AppendNull(*column);
    return true;
  }
  return rows->AppendText(*column, value_);
}

bool KeyValueReader::ReadValue(std::string_view* left, RowAppender* rows) {
  SkipSpace(left);
  value_.clear();
  quoted_ = !left->empty() && (left->front() == '"' || left->front() == '\'');
  if (!quoted_) {
    const size_t end = std::min(left->find(form_.pairs), left->size());
    value_ = WithoutSpaceBehind(left->substr(0, end));
    left->remove_prefix(std::min(end + 1, left->size()));
    return true;
  }
  const char quote = left->front();
  size_t at = 1;
  for (; at < left->size() && (*left)[at] != quote; ++at) {
    if ((*left)[at] == '\\' && at + 1 < left->size()) ++at;
    value_ += (*left)[at];
  }
  if (at == left->size()) return rows->Fail(BadRecordKind::kSyntax, "a quote that nothing closes");
  left->remove_prefix(at + 1);
  SkipSpace(left);
  if (left->empty()) return true;
  if (left->front() != form_.pairs) {
    return rows->Fail(BadRecordKind::kSyntax, "text behind a closing quote");
  }
  left->remove_prefix(1);
  return true;
}

void AppendKeyValue(const KeyValueForm& form, const Attribute& attribute, const Column& column,
                    uint32_t row, TextBuffer* out) {
  out->Append(attribute.name);
  out->Append(form.values);
  if (attribute.type != Type::kString || !column.IsValid(row)) {
    AppendValueText(column, row, out);
    return;
  }
  out->Append('"');
  for (const char c : column.values<StringRef>()[row].view()) {
    if (c == '"' || c == '\\') out->Append('\\');
    out->Append(c);
  }
  out->Append('"');
}

}  // namespace weir
