#include "io/record_decoder.h"

#include <algorithm>
#include <cstring>

#include "json/text_scan.h"

namespace weir {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlank(std::string_view record) {
  return record.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

RecordDecoder::RecordDecoder(std::unique_ptr<RecordReader> reader, const DecoderPlace& place)
    : reader_(std::move(reader)),
      limits_(place.limits),
      bad_records_(place.bad_records),
      whole_(place.whole && !reader_->splits_payloads()),
      rows_(*place.formats, place.stream, place.given),
      buffer_(limits_.buffer_bytes + kTextPadding) {
  Pad();
}

void RecordDecoder::Pad() { std::memset(buffer_.data() + end_, 0, kTextPadding); }

Decoder::Space RecordDecoder::Reserve() {
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

void RecordDecoder::Commit(size_t size) {
  end_ += size;
  Pad();
}

// Waits until it can be told whether there is one.
void RecordDecoder::SkipByteOrderMark() {
  const std::string_view start(buffer_.data(), std::min(end_, kByteOrderMark.size()));
  if (!finished_ && start.size() < kByteOrderMark.size() && kByteOrderMark.starts_with(start)) {
    return;
  }
  if (start == kByteOrderMark) begin_ = start.size();
  at_start_ = false;
}

// The size of the next record, and how far it reaches with what ends it.
bool RecordDecoder::FindRecord(size_t* size, size_t* end) {
  const std::string_view left(buffer_.data() + begin_, end_ - begin_);
  const size_t from = scanned_ > begin_ ? scanned_ - begin_ : 0;
  if (!whole_ && reader_->FindEnd(left, from, size, end)) return true;
  *size = *end = left.size();
  return finished_ && !left.empty();
}

bool RecordDecoder::Report(std::string_view raw, const BadRecord& bad, bool last) {
  const bool go_on = bad_records_->OnBadRecord(lines_ + 1, bad);
  bad_records_->OnRawBytes(raw, last);
  return go_on;
}

bool RecordDecoder::ReadRecord(size_t size, size_t end, MessageBatch* batch) {
  char* text = buffer_.data() + begin_;
  std::string_view record(text, size);
  if (!record.empty() && record.back() == '\r') record.remove_suffix(1);
  bool go_on = true;
  if (!IsBlank(record)) {
    // What stands behind the record must not be read as a part of it.
    char behind[kTextPadding];
    std::memcpy(behind, record.data() + record.size(), kTextPadding);
    std::memset(text + record.size(), 0, kTextPadding);
    rows_.BeginMessage(batch);
    const bool ok = reader_->Read(record, &rows_);
    std::memcpy(text + record.size(), behind, kTextPadding);
    if (ok) {
      rows_.FinishMessage();
    } else {
      rows_.Cancel();
      go_on = Report(record, rows_.bad(), /*last=*/true);
    }
  }
  lines_ += static_cast<uint64_t>(std::count(text, text + end, '\n'));
  begin_ += end;
  return go_on;
}

bool RecordDecoder::StartLongRecord() {
  const BadRecord bad{BadRecordKind::kLength,
                      "longer than " + std::to_string(limits_.record_bytes_max) + " bytes"};
  const size_t size = std::min(end_ - begin_, limits_.record_bytes_max);
  const bool go_on = Report({buffer_.data() + begin_, size}, bad, /*last=*/false);
  begin_ += size;
  in_long_record_ = true;
  return go_on;
}

// A long record ends at the next newline, whatever the codec thinks of it.
bool RecordDecoder::SkipLongRecord() {
  const std::string_view left(buffer_.data() + begin_, end_ - begin_);
  const size_t newline = left.find('\n');
  const bool ends = newline != std::string_view::npos || finished_;
  bad_records_->OnRawBytes(left.substr(0, newline), /*last=*/ends);
  begin_ += std::min(newline, left.size());
  if (newline != std::string_view::npos) {
    ++begin_;
    ++lines_;
  }
  scanned_ = begin_;
  in_long_record_ = !ends;
  return ends;
}

Decoder::State RecordDecoder::Read(size_t messages_max, size_t rows_max, MessageBatch* batch) {
  if (at_start_) SkipByteOrderMark();
  if (at_start_) return State::kNeedBytes;
  while (batch->messages.size() < messages_max && batch->rows < rows_max) {
    if (in_long_record_ && !SkipLongRecord()) return State::kNeedBytes;
    size_t size = 0;
    size_t end = 0;
    const bool found = FindRecord(&size, &end);
    if (!found) {
      if (finished_) return State::kEnd;
      scanned_ = end_;
      size = end_ - begin_;
    }
    if (size > limits_.record_bytes_max) {
      if (!StartLongRecord()) return State::kStopped;
    } else if (!found) {
      return State::kNeedBytes;
    } else if (!ReadRecord(size, end, batch)) {
      return State::kStopped;
    }
  }
  return State::kFull;
}

}  // namespace weir
