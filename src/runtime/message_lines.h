#pragma once

#include <string_view>
#include <vector>

#include "json/row_writer.h"
#include "runtime/batch_codec.h"

namespace weir {

// Writes messages as lines of input: the way back of NdjsonReader.
class MessageLines {
 public:
  explicit MessageLines(const StreamFormats& formats);

  // Appends a line for each message; `begin` stands in each line behind its brace. The batch is
  // empty afterwards.
  void Write(MessageBatch* batch, std::string_view begin, TextBuffer* out) const;
  void WriteQuery(std::string_view query, std::string_view begin, TextBuffer* out) const;

 private:
  void WriteTimes(const std::vector<TimeMs>& times, TextBuffer* out) const;

  StreamFormats formats_;
  std::vector<RowWriter> writers_;
  std::vector<std::string> heads_;  // `"stream":"S"`
};

}  // namespace weir
