#pragma once

#include <optional>
#include <vector>

#include "io/record_decoder.h"
#include "library/records/csv_text.h"

namespace weir {

// How records of CSV become rows.
struct CsvShape {
  char delimiter = ',';
  bool header = false;  // the first record names the fields
  bool fail_on_missing = true;
  std::vector<std::optional<uint32_t>> fields;  // by attribute; empty: by position
};

class CsvReader final : public RecordReader {
 public:
  explicit CsvReader(CsvShape shape)
      : shape_(std::move(shape)), scanner_(shape_.delimiter), before_header_(shape_.header) {}

  bool FindEnd(std::string_view bytes, size_t from, size_t* size, size_t* end) override {
    return scanner_.FindEnd(bytes, from, size, end);
  }
  bool Read(std::string_view record, RowAppender* rows) override;

 private:
  void TakeHeader(const Schema& schema);
  bool AppendField(uint32_t column, const CsvField* field, RowAppender* rows);

  CsvShape shape_;
  CsvScanner scanner_;
  bool before_header_;
  std::vector<CsvField> fields_;
};

}  // namespace weir
