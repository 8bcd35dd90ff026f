#include "json/ndjson_reader.h"

#include <algorithm>
#include <cstring>

#include "json/text_scan.h"

namespace weir {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string_view WithoutCarriageReturn(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

NdjsonReader::NdjsonReader(const StreamFormats& formats, LineRules rules, ReaderLimits limits,
                           BadRecordSink* bad_records)
    : parser_(formats, std::move(rules)),
      limits_(limits),
      bad_records_(bad_records),
      buffer_(limits.buffer_bytes + kTextPadding) {
  Pad();
}

void NdjsonReader::Pad() { std::memset(buffer_.data() + end_, 0, kTextPadding); }

NdjsonReader::Space NdjsonReader::Reserve() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    scanned_ -= std::min(begin_, scanned_);
    dropped_ += begin_;
    end_ -= begin_;
    begin_ = 0;
    Pad();
  }
  if (end_ + kTextPadding >= buffer_.size()) buffer_.resize(2 * buffer_.size());
  return {buffer_.data() + end_, buffer_.size() - kTextPadding - end_};
}

void NdjsonReader::Commit(size_t size) {
  end_ += size;
  Pad();
}

void NdjsonReader::Finish() {
  if (finished_) return;
  finished_ = true;
  if (begin_ == end_ || buffer_[end_ - 1] == '\n') return;
  *Reserve().data = '\n';
  Commit(1);
  end_was_missing_ = true;
}

// Returns false if more bytes are needed to tell.
bool NdjsonReader::SkipByteOrderMark() {
  const std::string_view start(buffer_.data() + begin_,
                               std::min(end_ - begin_, kByteOrderMark.size()));
  if (start == kByteOrderMark) {
    begin_ += start.size();
  } else if (!finished_ && kByteOrderMark.substr(0, start.size()) == start) {
    return false;
  }
  at_start_ = false;
  return true;
}

bool NdjsonReader::ReadByTemplate(MessageBatch* batch) {
  const char* text = buffer_.data() + begin_;
  const char* next = templates_.Read(text, batch);
  if (next == nullptr) return false;
  const size_t size = static_cast<size_t>(next - text);
  if (size - 1 > limits_.record_bytes_max) {  // rare: take it back, it is too long
    StreamRows& rows = batch->streams[batch->messages.back().stream];
    rows.Truncate(rows.size() - 1);
    batch->messages.pop_back();
    --batch->rows;
    return false;
  }
  begin_ += size;
  ++lines_;
  return true;
}

bool NdjsonReader::ReportBad(std::string_view raw, const BadRecord& bad, bool last) {
  const bool go_on = bad_records_->OnBadRecord(lines_, bad);
  bad_records_->OnRawBytes(raw, last);
  return go_on;
}

bool NdjsonReader::ReadLine(size_t size, MessageBatch* batch, bool* is_query) {
  const std::string_view raw(buffer_.data() + begin_, size);
  const std::string_view line = WithoutCarriageReturn(raw);
  begin_ += size + 1;
  ++lines_;
  if (IsBlank(line)) return true;
  switch (parser_.Parse(line, batch)) {
    case LineParser::Kind::kMessage:
      if (templates_.WantsToLearn()) {
        std::optional<LineTemplate> learnt = parser_.LearnTemplate(line);
        if (learnt) templates_.Add(std::move(*learnt));
      }
      return true;
    case LineParser::Kind::kQuery:
      *is_query = true;
      return true;
    case LineParser::Kind::kBad:
      return ReportBad(line, parser_.bad_record(), /*last=*/true);
  }
  __builtin_unreachable();
}

// The unfinished line at begin_ is too long already.
bool NdjsonReader::StartLongLine() {
  line_at_ = dropped_ + begin_;
  ++lines_;
  const BadRecord bad{BadRecordKind::kLength,
                      "longer than " + std::to_string(limits_.record_bytes_max) + " bytes"};
  const bool go_on = ReportBad({buffer_.data() + begin_, end_ - begin_}, bad, /*last=*/false);
  begin_ = scanned_ = end_;
  in_long_line_ = true;
  return go_on;
}

// Drops bytes up to the newline that ends a long line; false if it has not come yet.
bool NdjsonReader::SkipLongLine() {
  const char* text = buffer_.data() + begin_;
  const void* newline = std::memchr(text, '\n', end_ - begin_);
  const size_t size = newline == nullptr
                          ? end_ - begin_
                          : static_cast<size_t>(static_cast<const char*>(newline) - text);
  in_long_line_ = newline == nullptr && !finished_;
  bad_records_->OnRawBytes({text, size}, /*last=*/!in_long_line_);
  begin_ += size + (newline == nullptr ? 0 : 1);
  return !in_long_line_;
}

NdjsonReader::State NdjsonReader::Read(size_t messages_max, size_t rows_max, MessageBatch* batch) {
  query_pending_ = false;
  if (at_start_ && !SkipByteOrderMark()) return State::kNeedBytes;
  while (batch->messages.size() < messages_max && batch->rows < rows_max) {
    if (in_long_line_ && !SkipLongLine()) return State::kNeedBytes;
    if (ReadByTemplate(batch)) continue;
    scanned_ = std::max(scanned_, begin_);
    const void* found = std::memchr(buffer_.data() + scanned_, '\n', end_ - scanned_);
    if (found == nullptr) {
      scanned_ = end_;
      if (end_ - begin_ > limits_.record_bytes_max) {
        if (!StartLongLine()) return State::kStopped;
        continue;
      }
      return finished_ ? State::kEnd : State::kNeedBytes;
    }
    const size_t size =
        static_cast<size_t>(static_cast<const char*>(found) - (buffer_.data() + begin_));
    if (size > limits_.record_bytes_max) {
      // Shown as if its end had not come yet, so that the report does not depend on that.
      const size_t end = end_;
      end_ = begin_ + size;
      const bool go_on = StartLongLine();
      end_ = end;
      if (!go_on) return State::kStopped;
      continue;
    }
    bool is_query = false;
    const uint64_t line_at = dropped_ + begin_;
    if (!ReadLine(size, batch, &is_query)) return State::kStopped;
    if (is_query) {
      query_pending_ = true;
      line_at_ = line_at;
      return State::kQuery;
    }
  }
  return State::kFull;
}

}  // namespace weir
