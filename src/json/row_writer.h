#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/text_buffer.h"
#include "types/chunk.h"

namespace weir {

// How rows of one output are written.
struct RowFormat {
  enum class Envelope { kStream, kQuery, kNone };
  Envelope envelope = Envelope::kStream;
  std::string name;  // of the stream or query
  std::string app;   // of the line's first value; empty: the line does not tell it
  bool sequence_numbers = false;
};

// Writes rows of one schema as lines of JSON. Allocates nothing per row.
class RowWriter {
 public:
  RowWriter(SchemaPtr schema, RowFormat format);

  // Appends the line of a physical row: the envelope, the event object, a newline.
  void WriteLine(const Chunk& chunk, uint32_t row, uint64_t sequence, TextBuffer* out) const;
  // Appends `{"symbol":"A","price":10.0}`.
  void WriteEvent(const Chunk& chunk, uint32_t row, TextBuffer* out) const;
  // Appends `["A", 10.0]`.
  void WriteValues(const Chunk& chunk, uint32_t row, TextBuffer* out) const;

 private:
  RowFormat format_;
  std::string head_;               // up to the timestamp
  std::vector<std::string> keys_;  // `{"symbol":`, `,"price":`
  size_t fixed_bytes_;             // of an event without its strings and objects, at most
};

}  // namespace weir
