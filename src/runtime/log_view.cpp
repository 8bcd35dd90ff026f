#include <algorithm>

#include "runtime/batch_codec.h"
#include "runtime/message_lines.h"
#include "runtime/state_view.h"
#include "state/replay_log.h"

namespace weir {
namespace {

bool Overlaps(const LogSpan& span, uint64_t first, uint64_t last) {
  return last >= span.from && first <= span.to;
}

// Hands out whole lines.
bool HandOut(TextBuffer* lines, const LineSink& out) {
  std::string_view left = lines->view();
  while (!left.empty()) {
    const size_t end = left.find('\n') + 1;
    if (!out(left.substr(0, end))) return false;
    left.remove_prefix(end);
  }
  lines->clear();
  return true;
}

// Reads every byte of some segments and tells what is damaged.
class LogVerifier {
 public:
  LogVerifier(const StateView& view, const LineSink& out) : view_(view), out_(out) {}

  Status Read(const std::vector<LogSegmentFile>& files, size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      is_last_ = i + 1 == files.size();
      if (i > begin && files[i].first_number != next_) {
        Tell(files[i].path, 0, 0, "record " + std::to_string(next_) + " is missing before it");
      }
      next_ = files[i].first_number;
      ++segments_;
      const Status status = ReadSegment(files[i].path);
      if (!status.ok()) return status;
    }
    return Status::Ok();
  }

  Outcome End() {
    if (!out_(JsonLine()
                  .Number("segments", segments_)
                  .Number("records", records_)
                  .Number("damaged", damaged_)
                  .End())) {
      return {};
    }
    if (damaged_ == 0) return {};
    return {OutcomeCode::kIo, view_.log() + ": damaged in " + std::to_string(damaged_) +
                                  (damaged_ == 1 ? " place" : " places")};
  }

 private:
  void Tell(const std::string& path, uint64_t offset, uint64_t bytes, const std::string& problem,
            bool torn = false) {
    if (!torn) ++damaged_;
    out_(JsonLine()
             .Text("file", path)
             .Number("offset", offset)
             .Number("bytes", bytes)
             .Text(torn ? "torn" : "problem", problem)
             .End());
  }

  Status ReadSegment(const std::string& path) {
    const Result<uint64_t> size = view_.fs()->SizeOf(path);
    if (!size.ok()) return size.status();
    if (is_last_ && size.value() == 0) {
      Tell(path, 0, 0, "created, but nothing was written to it", /*torn=*/true);
      return Status::Ok();
    }
    auto opened = LogSegmentReader::Open(view_.fs(), path);
    if (opened.status().code() == StatusCode::kCorrupt) {
      Tell(path, 0, size.value(), "its head is damaged");
      return Status::Ok();
    }
    if (!opened.ok()) return opened.status();
    LogSegmentReader* reader = opened.value().get();
    const Result<std::string> schema = OpenLogSchema(reader->head(), view_.sealing(), path);
    if (schema.status().code() == StatusCode::kCorrupt) {
      Tell(path, 0, reader->head().stored_bytes, "its head is not what was sealed");
      return Status::Ok();
    }
    if (!schema.ok()) return schema.status();
    const Result<StreamFormats> formats = ReadFormats(schema.value());
    if (!formats.ok()) {
      Tell(path, 0, reader->head().stored_bytes, "its head tells no streams");
      return Status::Ok();
    }
    const Result<EntryDecoder> decoder =
        EntryDecoder::Make(schema.value(), formats.value(), /*rows_move_clock=*/true);
    if (!decoder.ok()) return decoder.status();
    for (;;) {
      const Result<LogSegmentReader::Found> found = reader->Next();
      if (!found.ok()) return found.status();
      if (found.value() == LogSegmentReader::Found::kEnd) return Status::Ok();
      if (found.value() == LogSegmentReader::Found::kRecord) {
        CheckRecord(*reader, decoder.value(), formats.value());
        continue;
      }
      const Result<bool> goes_on = ReadDamage(reader, size.value());
      if (!goes_on.ok()) return goes_on.status();
      if (!goes_on.value()) return Status::Ok();
    }
  }

  void CheckRecord(const LogSegmentReader& reader, const EntryDecoder& decoder,
                   const StreamFormats& formats) {
    const uint64_t number = reader.record_head().number;
    if (number != next_) {
      Tell(reader.path(), reader.offset(), reader.record().size(),
           "record " + std::to_string(number) + " stands where " + std::to_string(next_) +
               " should");
    }
    next_ = number + 1;
    ++records_;
    const Result<std::string_view> payload =
        OpenLogPayload(reader.head(), reader.record(), view_.sealing(), "", &buffer_);
    EntryDecoder::Entry entry;
    MessageBatch batch(formats);
    if (payload.ok() && decoder.Decode(payload.value(), &entry, &batch).ok()) return;
    Tell(reader.path(), reader.offset(), reader.record().size(),
         "record " + std::to_string(number) + " cannot be read");
  }

  // True if there are records behind it.
  Result<bool> ReadDamage(LogSegmentReader* reader, uint64_t size) {
    const uint64_t offset = reader->offset();
    const Result<bool> passed = reader->PassDamage();
    if (!passed.ok()) return passed.status();
    if (!passed.value()) {
      // A crash leaves a piece of a record; more than that was written as a whole once.
      const bool torn = is_last_ && reader->is_cut_off();
      Tell(reader->path(), offset, size - offset,
           torn ? "record " + std::to_string(next_) + " was not written to its end"
                : "record " + std::to_string(next_) + " is damaged, and all behind it",
           torn);
      return false;
    }
    const Result<LogSegmentReader::Found> found = reader->Next();
    if (!found.ok()) return found.status();
    const uint64_t number = reader->record_head().number;
    Tell(reader->path(), offset, reader->offset() - offset,
         number == next_ + 1 ? "record " + std::to_string(next_) + " is damaged"
                             : "records " + std::to_string(next_) + " to " +
                                   std::to_string(number - 1) + " are damaged");
    next_ = number;
    reader->StayAtRecord();
    return true;
  }

  const StateView& view_;
  const LineSink& out_;
  bool is_last_ = false;
  uint64_t next_ = 0;  // the number that the next record should have
  uint64_t segments_ = 0;
  uint64_t records_ = 0;
  uint64_t damaged_ = 0;
  std::string buffer_;
};

}  // namespace

Outcome ListLog(const StateLocation& location, const LogSpan& span, const LineSink& out) {
  StateView view;
  const Outcome opened = StateView::Open(location, &view);
  if (!opened.ok()) return opened;
  const auto segments = ListLogSegments(view.fs(), view.log());
  if (!segments.ok()) return ViewOutcome(segments.status());
  for (const LogSegmentInfo& segment : segments.value()) {
    if (!Overlaps(span, segment.first_number, segment.last_number)) continue;
    JsonLine line;
    line.Text("file", segment.path)
        .Number("first", segment.first_number)
        .Number("last", segment.last_number)
        .Number("records", segment.last_number - segment.first_number + 1)
        .Number("bytes", segment.bytes)
        .Number("written_at", segment.modified_ms);
    if (segment.key_id != KeyId{}) line.Text("sealed_with", KeyIdText(segment.key_id));
    if (!segment.problem.empty()) line.Text("problem", segment.problem);
    if (!out(line.End())) return {};
  }
  return {};
}

Outcome ShowLog(const StateLocation& location, const LogSpan& span, bool numbers,
                const LineSink& out) {
  StateView view;
  const Outcome opened = StateView::Open(location, &view);
  if (!opened.ok()) return opened;
  const auto files = FindLogSegments(view.fs(), view.log());
  if (!files.ok()) return ViewOutcome(files.status());
  if (files.value().empty()) return {};
  const uint64_t first = files.value()[0].first_number;
  if (span.from != 0 && span.from < first) {
    return {OutcomeCode::kNoInput, view.log() + ": record " + std::to_string(span.from) +
                                       " is not there any more: the log begins with record " +
                                       std::to_string(first)};
  }
  auto reader = LogReader::Open(view.fs(), view.log(), view.sealing(), std::max(first, span.from),
                                LogReader::Tail::kMayBeTorn);
  if (!reader.ok()) return ViewOutcome(reader.status());
  StreamFormats formats;
  std::optional<EntryDecoder> decoder;
  std::optional<MessageLines> lines;
  TextBuffer text;
  LogReader::Record record;
  for (;;) {
    const Result<bool> more = reader.value()->Next(&record);
    if (!more.ok()) return ViewOutcome(more.status());
    if (!more.value() || record.number > span.to) return {};
    if (!decoder || record.has_new_schema) {
      Result<StreamFormats> read = ReadFormats(reader.value()->schema());
      if (!read.ok()) return ViewOutcome(read.status());
      formats = std::move(read).value();
      Result<EntryDecoder> made =
          EntryDecoder::Make(reader.value()->schema(), formats, /*rows_move_clock=*/true);
      if (!made.ok()) return ViewOutcome(made.status());
      decoder = std::move(made).value();
      lines.emplace(formats);
    }
    EntryDecoder::Entry entry;
    MessageBatch batch(formats);
    const Status decoded = decoder->Decode(record.payload, &entry, &batch);
    if (!decoded.ok()) return ViewOutcome(decoded);
    const std::string begin =
        numbers ? "\"record\":" + std::to_string(record.number) + "," : std::string();
    if (entry.kind == LogEntryKind::kQuery) {
      lines->WriteQuery(entry.query, begin, &text);
    } else {
      lines->Write(&batch, begin, &text);
    }
    if (!HandOut(&text, out)) return {};
  }
}

Outcome VerifyLog(const StateLocation& location, const LogSpan& span, const LineSink& out) {
  StateView view;
  const Outcome opened = StateView::Open(location, &view);
  if (!opened.ok()) return opened;
  const auto files = FindLogSegments(view.fs(), view.log());
  if (!files.ok()) return ViewOutcome(files.status());
  size_t begin = 0;
  while (begin + 1 < files.value().size() && files.value()[begin + 1].first_number <= span.from) {
    ++begin;
  }
  size_t end = begin;
  while (end < files.value().size() && files.value()[end].first_number <= span.to) ++end;
  LogVerifier verifier(view, out);
  const Status status = verifier.Read(files.value(), begin, end);
  return status.ok() ? verifier.End() : ViewOutcome(status);
}

}  // namespace weir
