#include "state/dead_letters.h"

#include <algorithm>
#include <charconv>

#include "state/fixed_bytes.h"

namespace weir {
namespace {

constexpr uint8_t kLetterVersion = 1;
constexpr uint64_t kSegmentBytes = uint64_t{8} << 20;
constexpr std::string_view kDroppedName = "dropped";
constexpr std::string_view kDroppedHead = "weir dropped letters 1\n";

std::string DroppedPath(const std::string& directory) { return JoinPath(directory, kDroppedName); }

void AppendText(std::string_view text, std::string* to) {
  AppendFixed(static_cast<uint32_t>(text.size()), to);
  to->append(text);
}

bool TakeText(std::string_view* bytes, std::string* text) {
  if (bytes->size() < sizeof(uint32_t)) return false;
  const auto size = ReadFixed<uint32_t>(bytes->data());
  bytes->remove_prefix(sizeof(uint32_t));
  if (bytes->size() < size) return false;
  *text = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return true;
}

bool TakeNumber(std::string_view* text, char end, uint64_t* number) {
  const auto read = std::from_chars(text->data(), text->data() + text->size(), *number);
  const auto size = static_cast<size_t>(read.ptr - text->data());
  if (read.ec != std::errc() || size >= text->size() || (*text)[size] != end) return false;
  text->remove_prefix(size + 1);
  return true;
}

// The spans that were dropped, ascending, with letters between them.
Result<std::vector<DeadLetterSpan>> ReadDropped(FileSystem* fs, const std::string& directory) {
  std::vector<DeadLetterSpan> spans;
  const std::string path = DroppedPath(directory);
  const Result<std::string> read = fs->ReadAll(path);
  if (read.status().code() == StatusCode::kNotFound) return spans;
  if (!read.ok()) return read.status();
  std::string_view text = read.value();
  bool ok = text.starts_with(kDroppedHead);
  if (ok) text.remove_prefix(kDroppedHead.size());
  while (ok && !text.empty()) {
    DeadLetterSpan span;
    ok = TakeNumber(&text, ' ', &span.from) && TakeNumber(&text, '\n', &span.to);
    ok = ok && span.from <= span.to && (spans.empty() || spans.back().to < span.from);
    spans.push_back(span);
  }
  if (!ok) return Status(StatusCode::kCorrupt, path + ": is not a list of dropped letters");
  return spans;
}

// Sorts them and joins those that meet.
void Normalise(std::vector<DeadLetterSpan>* spans) {
  std::sort(spans->begin(), spans->end(),
            [](const DeadLetterSpan& a, const DeadLetterSpan& b) { return a.from < b.from; });
  std::vector<DeadLetterSpan> joined;
  for (const DeadLetterSpan& span : *spans) {
    if (joined.empty() || joined.back().to < span.from - 1) {
      joined.push_back(span);
    } else {
      joined.back().to = std::max(joined.back().to, span.to);
    }
  }
  *spans = std::move(joined);
}

Status WriteDropped(FileSystem* fs, const std::string& directory,
                    const std::vector<DeadLetterSpan>& spans) {
  std::string text(kDroppedHead);
  for (const DeadLetterSpan& span : spans) {
    text += std::to_string(span.from) + " " + std::to_string(span.to) + "\n";
  }
  return fs->Publish(DroppedPath(directory), text);
}

// A letter that was dropped and then lost with the machine's power gives its number to another one.
Status ClipDropped(FileSystem* fs, const std::string& directory, uint64_t next) {
  auto spans = ReadDropped(fs, directory);
  if (!spans.ok()) return spans.status();
  if (spans.value().empty() || spans.value().back().to < next) return Status::Ok();
  std::erase_if(spans.value(), [next](const DeadLetterSpan& span) { return span.from >= next; });
  if (!spans.value().empty()) spans.value().back().to = std::min(spans.value().back().to, next - 1);
  return WriteDropped(fs, directory, spans.value());
}

Status MakeDirectory(FileSystem* fs, const std::string& directory) {
  const Result<bool> there = fs->Exists(directory);
  if (!there.ok() || there.value()) return there.status();
  Status status = fs->MakeDirectory(directory);
  if (status.ok()) status = fs->SyncDirectory(DirectoryOf(directory));
  return status;
}

}  // namespace

std::string EncodeDeadLetter(const DeadLetter& letter) {
  std::string bytes;
  AppendFixed(kLetterVersion, &bytes);
  AppendFixed(letter.stored_ms, &bytes);
  AppendFixed(letter.timestamp_ms, &bytes);
  for (const std::string* text : {&letter.stream, &letter.sink, &letter.query, &letter.error,
                                  &letter.event, &letter.record}) {
    AppendText(*text, &bytes);
  }
  return bytes;
}

Result<DeadLetter> DecodeDeadLetter(std::string_view bytes, const std::string& where) {
  constexpr size_t kFixedBytes = 1 + 2 * sizeof(int64_t);
  DeadLetter letter;
  if (!bytes.empty() && static_cast<uint8_t>(bytes[0]) > kLetterVersion) {
    return Status(StatusCode::kCorrupt, where + ": was written by a later version of weir");
  }
  bool ok = bytes.size() >= kFixedBytes && static_cast<uint8_t>(bytes[0]) == kLetterVersion;
  if (ok) {
    letter.stored_ms = ReadFixed<int64_t>(bytes.data() + 1);
    letter.timestamp_ms = ReadFixed<int64_t>(bytes.data() + 1 + sizeof(int64_t));
    bytes.remove_prefix(kFixedBytes);
  }
  for (std::string* text : {&letter.stream, &letter.sink, &letter.query, &letter.error,
                            &letter.event, &letter.record}) {
    ok = ok && TakeText(&bytes, text);
  }
  if (ok && bytes.empty()) return letter;
  return Status(StatusCode::kCorrupt, where + ": is not a dead letter");
}

Result<std::unique_ptr<DeadLetterWriter>> DeadLetterWriter::Open(FileSystem* fs,
                                                                 const std::string& directory,
                                                                 std::optional<KeyRing> keys,
                                                                 std::vector<std::string>* notes) {
  std::unique_ptr<DeadLetterWriter> writer(new DeadLetterWriter);
  const Status made = MakeDirectory(fs, directory);
  if (!made.ok()) return Status(StatusCode::kCannotCreate, made.message());
  auto lock = fs->Lock(JoinPath(directory, "lock"));
  if (!lock.ok()) return lock.status();
  writer->lock_ = std::move(lock).value();
  LogNeeds needs;
  const auto segments = FindLogSegments(fs, directory);
  if (!segments.ok()) return segments.status();
  if (!segments.value().empty()) needs.from = segments.value().front().first_number;
  Result<LogRecovery> recovered = RecoverLog(fs, directory, needs);
  if (!recovered.ok()) return recovered.status();
  for (std::string& note : recovered.value().notes) notes->push_back(std::move(note));
  const uint64_t next = recovered.value().next_number;
  const Status clipped = ClipDropped(fs, directory, next);
  if (!clipped.ok()) return clipped;
  if (keys) writer->sealing_ = std::make_unique<Sealing>(std::move(*keys));
  LogOptions options;
  options.sync = SyncPolicy::kNone;  // Flush does it
  options.segment_bytes = kSegmentBytes;
  options.sealing = writer->sealing_.get();
  auto log = LogWriter::Open(fs, directory, std::move(options), next);
  if (!log.ok()) return log.status();
  writer->log_ = std::move(log).value();
  return writer;
}

Status DeadLetterWriter::Append(std::string_view letter) { return log_->Append(letter).status(); }

Status DeadLetterWriter::Flush() { return log_->Sync(); }

Status ReadDeadLetters(FileSystem* fs, const std::string& directory, const Sealing* sealing,
                       const DeadLetterSpan& span, const TakeDeadLetter& take) {
  const auto segments = FindLogSegments(fs, directory);
  if (segments.status().code() == StatusCode::kNotFound) return Status::Ok();
  if (!segments.ok()) return segments.status();
  if (segments.value().empty()) return Status::Ok();
  const auto dropped = ReadDropped(fs, directory);
  if (!dropped.ok()) return dropped.status();
  const uint64_t from = std::max(span.from, segments.value().front().first_number);
  auto reader = LogReader::Open(fs, directory, sealing, from, LogReader::Tail::kMayBeTorn);
  if (!reader.ok()) return reader.status();
  auto gone = dropped.value().begin();
  LogReader::Record record;
  for (;;) {
    const Result<bool> found = reader.value()->Next(&record);
    if (!found.ok()) return found.status();
    if (!found.value() || record.number > span.to) return Status::Ok();
    while (gone != dropped.value().end() && gone->to < record.number) ++gone;
    if (gone != dropped.value().end() && gone->from <= record.number) continue;
    const Result<DeadLetter> letter =
        DecodeDeadLetter(record.payload, directory + ": letter " + std::to_string(record.number));
    if (!letter.ok()) return letter.status();
    if (!take(record.number, letter.value())) return Status::Ok();
  }
}

Status DropDeadLetters(FileSystem* fs, const std::string& directory,
                       std::vector<DeadLetterSpan> spans) {
  const auto lock = fs->Lock(JoinPath(directory, "drop.lock"));
  if (!lock.ok()) return lock.status();
  const auto before = ReadDropped(fs, directory);
  if (!before.ok()) return before.status();
  spans.insert(spans.end(), before.value().begin(), before.value().end());
  Normalise(&spans);
  const Status published = WriteDropped(fs, directory, spans);
  if (!published.ok() || spans.empty() || spans.front().from > 1) return published;
  return CutLog(fs, directory, spans.front().to + 1).status();
}

}  // namespace weir
