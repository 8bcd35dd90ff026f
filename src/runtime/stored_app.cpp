#include "runtime/stored_app.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/hash.h"

namespace weir {
namespace {

constexpr std::string_view kVersion = "weir app 1\n";
constexpr std::string_view kSealedVersion = "weir app 1 sealed ";
constexpr std::string_view kIdentity = "weir state app";

std::string EscapeName(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\\') {
      text += "\\\\";
    } else {
      text += c;
    }
  }
  return text;
}

std::string ReadName(std::string_view text) {
  std::string name;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    if (!escaped) {
      name += text[i];
    } else {
      name += text[++i] == 'n' ? '\n' : text[i];
    }
  }
  return name;
}

// Takes `word ` off the front.
bool TakeWord(std::string_view word, std::string_view* line) {
  if (!line->starts_with(word)) return false;
  line->remove_prefix(word.size());
  return true;
}

std::string_view TakeLine(std::string_view* bytes) {
  const size_t end = std::min(bytes->find('\n'), bytes->size());
  const std::string_view line = bytes->substr(0, end);
  bytes->remove_prefix(std::min(end + 1, bytes->size()));
  return line;
}

// One line of the file; false if it cannot be right.
bool ReadLine(std::string_view line, StoredApp* app) {
  std::vector<StreamShape>& streams = app->options.streams;
  if (line == "clock event" || line == "clock wall") {
    app->event_time = line == "clock event";
  } else if (line == "playback") {
    app->options.playback = true;
  } else if (line == "optimizer off") {
    app->options.optimize = false;
  } else if (TakeWord("time ", &line)) {
    const size_t sign = line.find('=');
    if (sign == std::string_view::npos) return false;
    app->options.time.push_back({ReadName(line.substr(0, sign)), ReadName(line.substr(sign + 1))});
  } else if (TakeWord("stream ", &line)) {
    streams.push_back({ReadName(line), {}});
  } else if (TakeWord("attribute ", &line)) {
    const size_t space = line.find(' ');
    if (streams.empty() || space == std::string_view::npos || space == 0) return false;
    StreamShape::Attribute attribute;
    attribute.name = ReadName(line.substr(space + 1));
    attribute.takes_any_scalar = line[space - 1] == '*';
    attribute.type = line.substr(0, space - (attribute.takes_any_scalar ? 1 : 0));
    streams.back().attributes.push_back(std::move(attribute));
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string EncodeStoredApp(const App::Impl& app) {
  std::string rest = app.event_time() ? "clock event\n" : "clock wall\n";
  if (app.options.playback) rest += "playback\n";
  if (!app.options.optimize) rest += "optimizer off\n";
  for (const TimeAttribute& time : app.options.time) {
    rest += "time " + EscapeName(time.stream) + "=" + EscapeName(time.attribute) + "\n";
  }
  for (const StreamShape& stream : app.options.streams) {
    rest += "stream " + EscapeName(stream.name) + "\n";
    for (const StreamShape::Attribute& attribute : stream.attributes) {
      rest += "attribute " + attribute.type + (attribute.takes_any_scalar ? "* " : " ") +
              EscapeName(attribute.name) + "\n";
    }
  }
  rest += "text " + std::to_string(app.text.size()) + "\n" + app.text;
  return std::string(kVersion) + fmt::format("sum {:016x}\n", HashString(rest)) + rest;
}

Result<StoredApp> DecodeStoredApp(std::string_view bytes, const std::string& path) {
  const Status damaged(StatusCode::kCorrupt, path + ": damaged: not what was written");
  if (!bytes.starts_with(kVersion)) {
    if (!bytes.starts_with("weir app ")) return damaged;
    return Status::NotSupported(path + ": written by another version of weir");
  }
  bytes.remove_prefix(kVersion.size());
  const std::string_view sum = TakeLine(&bytes);
  if (sum != fmt::format("sum {:016x}", HashString(bytes))) return damaged;
  StoredApp app;
  while (!bytes.empty()) {
    std::string_view line = TakeLine(&bytes);
    if (!TakeWord("text ", &line)) {
      if (!ReadLine(line, &app)) return damaged;
      continue;
    }
    size_t size = 0;
    std::from_chars(line.data(), line.data() + line.size(), size);
    if (size != bytes.size()) return damaged;
    app.text = bytes;
    return app;
  }
  return damaged;
}

Status PublishStoredApp(FileSystem* fs, const std::string& directory, const std::string& bytes,
                        Sealing* sealing) {
  const Result<std::string> there = ReadStoredAppBytes(fs, directory, sealing);
  if (there.ok() && there.value() == bytes) return Status::Ok();
  const std::string path = JoinPath(directory, kStoredAppName);
  if (sealing == nullptr) return fs->Publish(path, bytes);
  std::string sealed = std::string(kSealedVersion) + KeyIdText(sealing->current()) + "\n";
  sealing->Seal(sealing->current(), kIdentity, bytes, &sealed);
  return fs->Publish(path, sealed);
}

Result<std::string> ReadStoredAppBytes(FileSystem* fs, const std::string& directory,
                                       const Sealing* sealing) {
  const std::string path = JoinPath(directory, kStoredAppName);
  Result<std::string> bytes = fs->ReadAll(path);
  if (!bytes.ok()) return bytes;
  std::string_view left = bytes.value();
  if (!TakeWord(kSealedVersion, &left)) return bytes;
  const std::string key(TakeLine(&left));
  if (sealing == nullptr) return Status::Invalid(path + ": sealed: needs key " + key);
  std::optional<KeyId> id = sealing->FindKey(key);
  if (!id) return Status::Invalid(path + ": sealed with another key: needs key " + key);
  std::string plain;
  if (sealing->Open(*id, kIdentity, left, &plain)) return plain;
  return Status(StatusCode::kCorrupt, path + ": not sealed with key " + key + ", or changed since");
}

}  // namespace weir
