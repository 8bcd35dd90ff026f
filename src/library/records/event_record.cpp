#include "library/records/event_record.h"

#include "base/state_map.h"

namespace weir {
namespace {

constexpr std::string_view kMark("\0event", 6);  // then values as a state has them
constexpr std::string_view kOwner = "e";

}  // namespace

void AppendEventRecord(const Schema& schema, const Chunk& chunk, uint32_t row, TextBuffer* out) {
  StateMap map;
  StateWriter writer(&map);
  writer.BeginOwner(kOwner);
  writer.Write(chunk.timestamp(row));
  writer.WriteSize(schema.size());
  for (uint32_t c = 0; c < schema.size(); ++c) {
    writer.Write(schema[c].name, chunk.column(c)->GetValue(row));
  }
  writer.EndOwner();
  out->Append(kMark);
  out->Append(map.records().begin()->second);
}

bool IsEventRecord(std::string_view bytes) { return bytes.starts_with(kMark); }

bool ReadEventRecord(std::string_view bytes, EventRecord* event) {
  if (!IsEventRecord(bytes)) return false;
  StateMap map;
  map.Put(std::string(kOwner) + '\0', bytes.substr(kMark.size()));
  StateMap::Source source(map);
  StateReader in(&source);
  if (!in.BeginOwner(kOwner)) return false;
  in.Read(event->timestamp);
  for (uint64_t left = in.ReadSize(1); left > 0 && in.ok(); --left) {
    event->values.emplace_back(in.ReadText(), Value(Type::kBool));
    in.Read(event->values.back().second);
  }
  in.EndOwner();
  return in.ok();
}

}  // namespace weir
