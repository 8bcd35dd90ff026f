#include "runtime/app_reload.h"

#include <algorithm>
#include <map>

#include "ast/printer.h"

namespace weir {
namespace {

const StreamFormat* FindFormat(const StreamFormats& formats, const std::string& name) {
  for (const StreamFormat& format : formats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

bool ReadsAlike(const StreamFormat& a, const StreamFormat& b) {
  return a.schema->attributes() == b.schema->attributes() && a.time_attribute == b.time_attribute;
}

bool IsConnected(const App::Impl& app, const std::string& name) {
  const BoundStream* stream = app.bound.FindStream(name);
  return stream != nullptr &&
         (!stream->sources.empty() || !stream->sinks.empty() || stream->stores_faults);
}

// Definitions of streams that have sources or sinks, by name.
std::map<std::string, std::string> ConnectedStreams(const App::Impl& app) {
  std::map<std::string, std::string> definitions;
  for (const ast::Element& element : app.ast.elements) {
    const auto* stream = std::get_if<ast::StreamDefinition>(&element);
    if (stream == nullptr || !IsConnected(app, stream->name.text)) continue;
    definitions[stream->name.text] = ast::Print(element);
  }
  return definitions;
}

Status Refuse(const std::string& name, const char* why) {
  return Status::Invalid("stream '" + name + "' " + why + ", which needs a new start");
}

bool IsFed(const BoundStream* stream) {
  return stream != nullptr && stream->defined && !stream->written && !stream->table &&
         !stream->named_window && !stream->trigger;
}

}  // namespace

Status CheckReload(const App::Impl& old, const App::Impl& next, const StreamFormats& inputs,
                   const StreamFormats& formats) {
  if (old.event_time() != next.event_time()) {
    return Status::Invalid("it runs on another clock, which needs a new start");
  }
  const std::map<std::string, std::string> before = ConnectedStreams(old);
  const std::map<std::string, std::string> after = ConnectedStreams(next);
  for (const auto* all : {&before, &after}) {
    for (const auto& [name, definition] : *all) {
      const auto a = before.find(name);
      const auto b = after.find(name);
      if (a == before.end() || b == after.end() || a->second != b->second) {
        return Refuse(name, "has other sources or sinks");
      }
    }
  }
  for (const StreamFormat& format : formats) {
    if (!IsFed(next.bound.FindStream(format.name))) continue;
    const StreamFormat* input = FindFormat(inputs, format.name);
    if (input == nullptr) return Refuse(format.name, "is new and fed by inputs");
    if (!ReadsAlike(*input, format)) return Refuse(format.name, "has other attributes");
  }
  for (const StreamFormat& input : inputs) {
    if (IsFed(old.bound.FindStream(input.name)) && FindFormat(formats, input.name) == nullptr) {
      return Refuse(input.name, "is gone, but inputs feed it");
    }
  }
  return Status::Ok();
}

StreamMap::StreamMap(const StreamFormats& inputs, const StreamFormats& formats)
    : is_identity_(inputs.size() == formats.size()), mapped_(formats) {
  for (const StreamFormat& input : inputs) {
    std::optional<uint32_t>& to = to_.emplace_back();
    for (uint32_t s = 0; s < formats.size(); ++s) {
      if (formats[s].name == input.name && ReadsAlike(input, formats[s])) to = s;
    }
    is_identity_ = is_identity_ && to && *to + 1 == to_.size();
  }
}

MessageBatch* StreamMap::Apply(MessageBatch* batch) {
  if (is_identity_) return batch;
  mapped_.Clear();
  for (uint32_t s = 0; s < to_.size(); ++s) {
    if (!to_[s]) continue;
    std::swap(batch->streams[s], mapped_.streams[*to_[s]]);
    mapped_.rows += mapped_.streams[*to_[s]].size();
  }
  for (BatchMessage message : batch->messages) {
    if (message.stream != BatchMessage::kClockStep) {
      if (!to_[message.stream]) continue;
      message.stream = *to_[message.stream];
    }
    mapped_.messages.push_back(message);
  }
  batch->Clear();
  return &mapped_;
}

}  // namespace weir
