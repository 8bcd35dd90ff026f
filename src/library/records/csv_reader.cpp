#include "library/records/csv_reader.h"

namespace weir {

bool CsvReader::Read(std::string_view record, RowAppender* rows) {
  std::string reason;
  if (!SplitCsv(record, shape_.delimiter, &fields_, &reason)) {
    return rows->Fail(BadRecordKind::kSyntax, reason);
  }
  if (before_header_) {
    before_header_ = false;
    if (shape_.fields.empty()) TakeHeader(rows->schema());
    return true;
  }
  const Schema& schema = rows->schema();
  if (shape_.fields.empty() && fields_.size() > schema.size()) {
    return rows->Fail(BadRecordKind::kTooManyValues, "more values than attributes");
  }
  for (uint32_t c = 0; c < schema.size(); ++c) {
    if (rows->is_given(c)) continue;
    const std::optional<uint32_t> at = shape_.fields.empty() ? c : shape_.fields[c];
    const CsvField* field = at && *at < fields_.size() ? &fields_[*at] : nullptr;
    if (!AppendField(c, field, rows)) return false;
  }
  return rows->FinishRow();
}

// Finds the attributes by name; if none of them is there, the header is only passed over.
void CsvReader::TakeHeader(const Schema& schema) {
  std::vector<std::optional<uint32_t>> found(schema.size());
  bool any = false;
  for (uint32_t f = 0; f < fields_.size(); ++f) {
    const auto column = schema.Find(fields_[f].text);
    if (column) found[*column] = f;
    any |= column.has_value();
  }
  if (any) shape_.fields = std::move(found);
}

bool CsvReader::AppendField(uint32_t column, const CsvField* field, RowAppender* rows) {
  const Attribute& attribute = rows->schema()[column];
  const bool is_string = attribute.type == Type::kString;
  const bool empty = field == nullptr || (field->text.empty() && !field->quoted);
  if (empty && shape_.fail_on_missing && (field == nullptr || !is_string)) {
    return rows->Fail(BadRecordKind::kShape, "attribute '" + attribute.name + "' is missing");
  }
  if (empty && !shape_.fail_on_missing) {
    rows->AppendNull(column);
    return true;
  }
  return rows->AppendText(column, is_string ? field->text : Trimmed(field->text));
}

}  // namespace weir
