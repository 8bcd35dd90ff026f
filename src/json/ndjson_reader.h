#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/line_parser.h"
#include "json/message_batch.h"
#include "json/template_cache.h"

namespace weir {

// What becomes of a record that is no message.
class BadRecordSink {
 public:
  virtual ~BadRecordSink() = default;
  // Returns false to stop reading before the next line. `line` counts from 1.
  virtual bool OnBadRecord(uint64_t line, const BadRecord& bad) = 0;
  // The bytes of the line without its end; a long line comes in pieces.
  virtual void OnRawBytes(std::string_view piece, bool last) = 0;
};

struct ReaderLimits {
  size_t record_bytes_max = 1 << 20;  // longer lines are bad and skipped unread
  size_t buffer_bytes = 256 << 10;    // read at a time; grows to hold one record
};

// Bytes in, messages out. Lines end with \n or \r\n; blank lines and a byte order mark at the start
// are passed over. What is read depends on the bytes only, not on how they are cut into pieces.
// Not thread-safe.
class NdjsonReader {
 public:
  // `formats` and `bad_records` must outlive the reader.
  NdjsonReader(const StreamFormats& formats, LineRules rules, ReaderLimits limits,
               BadRecordSink* bad_records);

  // Room for at least one byte; Commit says how many were put there.
  struct Space {
    char* data;
    size_t size;
  };
  Space Reserve();
  void Commit(size_t size);
  // No more bytes will come: what is left is the last line.
  void Finish();

  enum class State {
    kNeedBytes,  // no whole line is left
    kFull,       // the batch has reached a limit
    kQuery,      // an on-demand query stands between the batch and what follows: see query()
    kStopped,    // OnBadRecord returned false
    kEnd,        // finished and all read
  };
  // Appends messages until the batch holds `messages_max` messages or `rows_max` rows.
  State Read(size_t messages_max, size_t rows_max, MessageBatch* batch);

  const std::string& query() const { return parser_.query(); }
  uint64_t lines() const { return lines_; }
  // How far lines were read: to be read again from there on. A line that is too long and not at
  // its end yet counts as not read, and so does a query until PassQuery or the next Read.
  uint64_t bytes_read() const {
    if (in_long_line_ || query_pending_) return line_at_;
    return dropped_ + begin_ - (end_was_missing_ && begin_ == end_ ? 1 : 0);
  }
  uint64_t lines_read() const { return in_long_line_ || query_pending_ ? lines_ - 1 : lines_; }
  void PassQuery() { query_pending_ = false; }
  // The next byte that comes stands there; before the first.
  void StartAt(uint64_t bytes, uint64_t lines) {
    dropped_ = bytes;
    lines_ = lines;
    at_start_ = bytes == 0;
  }

 private:
  bool ReadByTemplate(MessageBatch* batch);
  // Handles the line [begin_, begin_ + size); false to stop.
  bool ReadLine(size_t size, MessageBatch* batch, bool* is_query);
  bool SkipByteOrderMark();
  bool ReportBad(std::string_view raw, const BadRecord& bad, bool last);
  bool StartLongLine();
  bool SkipLongLine();
  void Pad();

  LineParser parser_;
  ReaderLimits limits_;
  BadRecordSink* bad_records_;
  TemplateCache templates_;
  std::vector<char> buffer_;  // kTextPadding bytes longer than what may be filled
  size_t begin_ = 0;          // of what is not read yet
  size_t end_ = 0;
  size_t scanned_ = 0;    // no newline in [begin_, scanned_)
  uint64_t dropped_ = 0;  // bytes that are not in the buffer any more
  uint64_t line_at_ = 0;  // where a line begins that counts as not read
  bool finished_ = false;
  bool end_was_missing_ = false;  // of the last line, and was added
  bool at_start_ = true;
  bool in_long_line_ = false;
  bool query_pending_ = false;
  uint64_t lines_ = 0;  // read so far
};

}  // namespace weir
