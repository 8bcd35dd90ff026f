#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/text_buffer.h"
#include "types/chunk.h"

namespace weir {

// An event on its way from one transport of the process to another, as bytes: no text of a codec
// begins as they do.
struct EventRecord {
  TimeMs timestamp = 0;
  std::vector<std::pair<std::string, Value>> values;  // with the names of their attributes
};

void AppendEventRecord(const Schema& schema, const Chunk& chunk, uint32_t row, TextBuffer* out);

bool IsEventRecord(std::string_view bytes);
// False if the bytes are not those of an event.
bool ReadEventRecord(std::string_view bytes, EventRecord* event);

}  // namespace weir
