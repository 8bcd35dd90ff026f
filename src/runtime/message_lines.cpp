#include "runtime/message_lines.h"

#include <algorithm>

#include "types/value.h"

namespace weir {

MessageLines::MessageLines(const StreamFormats& formats) : formats_(formats) {
  for (const StreamFormat& format : formats_) {
    writers_.emplace_back(format.schema, RowFormat());
    std::string head = "\"stream\":";
    AppendStringJson(format.name, &head);
    heads_.push_back(std::move(head));
  }
}

// A row without timestamp has the clock's, or none because its time attribute is null; in either
// case a reader finds that out again.
void MessageLines::WriteTimes(const std::vector<TimeMs>& times, TextBuffer* out) const {
  if (std::find(times.begin(), times.end(), kNoTime) != times.end()) return;
  const bool equal =
      std::all_of(times.begin(), times.end(), [&](TimeMs time) { return time == times[0]; });
  std::string text = ",\"timestamp\":";
  if (!equal) text += "[";
  for (size_t i = 0; i < (equal ? 1 : times.size()); ++i) {
    text += (i > 0 ? "," : "") + std::to_string(times[i]);
  }
  if (!equal) text += "]";
  out->Append(text);
}

void MessageLines::Write(MessageBatch* batch, std::string_view begin, TextBuffer* out) const {
  std::vector<Chunk> chunks;
  std::vector<uint32_t> next(formats_.size(), 0);
  for (size_t s = 0; s < formats_.size(); ++s) {
    auto meta = std::make_shared<RowMeta>();
    meta->timestamps = batch->streams[s].timestamps;
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& column : batch->streams[s].columns) columns.push_back(column.Finish());
    chunks.emplace_back(formats_[s].schema, std::move(columns), std::move(meta));
  }
  for (const BatchMessage& message : batch->messages) {
    out->Append('{');
    out->Append(begin);
    if (message.stream == BatchMessage::kClockStep) {
      out->Append("\"timestamp\":" + std::to_string(message.time) + "}\n");
      continue;
    }
    const Chunk& chunk = chunks[message.stream];
    uint32_t& row = next[message.stream];
    std::vector<TimeMs> times;
    for (uint32_t i = 0; i < message.rows; ++i) times.push_back(chunk.timestamp(row + i));
    out->Append(heads_[message.stream]);
    WriteTimes(times, out);
    out->Append(message.rows == 1 ? ",\"event\":" : ",\"event\":[");
    for (uint32_t i = 0; i < message.rows; ++i) {
      if (i > 0) out->Append(',');
      writers_[message.stream].WriteEvent(chunk, row++, out);
    }
    out->Append(message.rows == 1 ? "}\n" : "]}\n");
  }
  batch->Clear();
}

void MessageLines::WriteQuery(std::string_view query, std::string_view begin,
                              TextBuffer* out) const {
  std::string text = "{" + std::string(begin) + "\"query\":";
  AppendStringJson(query, &text);
  out->Append(text + "}\n");
}

}  // namespace weir
