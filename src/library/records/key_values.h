#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/record_decoder.h"
#include "json/text_buffer.h"
#include "types/schema.h"

namespace weir {

// How attributes and their values are written as pairs: `symbol:"IBM"` and, after a comma,
// `price:75.6`.
struct KeyValueForm {
  char pairs = ',';      // between pairs
  char values = ':';     // between key and value
  bool on_lines = true;  // each pair stands on a line of its own
  bool fail_on_missing = true;
};

// Reads pairs. Values may stand between single or double quotes, in which a backslash takes the
// next character as it is; those of strings must if they hold what stands between pairs.
class KeyValueReader final : public RecordReader {
 public:
  // `keys`: by attribute; empty: their names.
  explicit KeyValueReader(KeyValueForm form, std::vector<std::optional<std::string>> keys = {})
      : form_(form), keys_(std::move(keys)) {}

  bool FindEnd(std::string_view bytes, size_t from, size_t* size, size_t* end) override;
  bool Read(std::string_view record, RowAppender* rows) override;

 private:
  std::optional<uint32_t> ColumnOf(const Schema& schema) const;
  bool ReadPair(std::string_view* left, RowAppender* rows);
  bool ReadValue(std::string_view* left, RowAppender* rows);

  KeyValueForm form_;
  std::vector<std::optional<std::string>> keys_;
  std::string key_, value_;
  bool quoted_ = false;
  std::vector<bool> seen_;
};

// Appends `key:value`; a string stands between double quotes.
void AppendKeyValue(const KeyValueForm& form, const Attribute& attribute, const Column& column,
                    uint32_t row, TextBuffer* out);

}  // namespace weir
