#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/text_buffer.h"

namespace weir {

struct CsvField {
  std::string text;
  bool quoted = false;
};

// Finds where records end: at a newline that does not stand between quotes. Reads every byte once.
class CsvScanner {
 public:
  explicit CsvScanner(char delimiter) : delimiter_(delimiter) {}
  // As RecordReader::FindEnd.
  bool FindEnd(std::string_view bytes, size_t from, size_t* size, size_t* end);

 private:
  enum class State { kFieldStart, kPlain, kQuoted, kQuoteInQuoted };
  char delimiter_;
  State state_ = State::kFieldStart;
};

// Takes a record apart; false with the reason if its quotes are wrong. Uses the strings that
// `fields` holds already.
bool SplitCsv(std::string_view record, char delimiter, std::vector<CsvField>* fields,
              std::string* reason);

// Appends a field, between quotes if its text needs it: the empty text too, for nothing at all is
// null.
void AppendCsvField(std::string_view text, char delimiter, TextBuffer* out);

// Without blanks and tabs around it.
std::string_view Trimmed(std::string_view text);

}  // namespace weir
