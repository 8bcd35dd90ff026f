#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "expr/regex.h"
#include "io/record_decoder.h"

namespace weir {

// Which group of which regular expression gives each attribute.
struct RegexPlaces {
  struct Group {
    bool mapped = false;
    size_t regex = 0;
    uint32_t group = 1;
  };
  std::vector<std::shared_ptr<const Regex>> regexes;
  std::vector<Group> attributes;
  bool fail_on_missing = true;

  // `A[2]` or `A`, where `names` are those of the expressions.
  Status Add(const std::string& written, const std::map<std::string, size_t>& names);
};

// Attributes by regular expressions that are looked for anywhere in the record. Commas in numbers
// are passed over.
class RegexReader final : public RecordReader {
 public:
  explicit RegexReader(std::shared_ptr<const RegexPlaces> places) : places_(std::move(places)) {}
  bool Read(std::string_view record, RowAppender* rows) override;

 private:
  bool Match(std::string_view record, RowAppender* rows);

  std::shared_ptr<const RegexPlaces> places_;
  std::vector<std::vector<Regex::Span>> spans_;  // by expression: of its groups; empty: no match
  std::string number_;
};

// Records that lines of their own separate, whatever reads them.
class DelimitedReader final : public RecordReader {
 public:
  DelimitedReader(std::unique_ptr<RecordReader> reader, std::string delimiter)
      : reader_(std::move(reader)), delimiter_("\n" + delimiter) {}
  bool FindEnd(std::string_view bytes, size_t from, size_t* size, size_t* end) override;
  bool Read(std::string_view record, RowAppender* rows) override {
    return reader_->Read(record, rows);
  }

 private:
  std::unique_ptr<RecordReader> reader_;
  std::string delimiter_;
};

}  // namespace weir
