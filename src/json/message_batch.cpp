#include "json/message_batch.h"

namespace weir {

MessageBatch::MessageBatch(const StreamFormats& formats) {
  streams.resize(formats.size());
  for (size_t s = 0; s < formats.size(); ++s) {
    for (const Attribute& attribute : formats[s].schema->attributes()) {
      streams[s].columns.emplace_back(attribute.type, 1);  // most streams never get a row
    }
  }
}

void MessageBatch::Clear() {
  for (StreamRows& stream : streams) stream.Truncate(0);
  messages.clear();
  rows = 0;
}

}  // namespace weir
