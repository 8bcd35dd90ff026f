#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/codec.h"
#include "io/row_appender.h"

namespace weir {

// What a codec does with one record.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // Finds where the first record of `bytes` ends: its size, and the size with what ends it. False
  // if more bytes are needed to tell. `from`: 0 at the begin of a record, else the size of what
  // the last call has seen of the same record.
  virtual bool FindEnd(std::string_view bytes, size_t from, size_t* size, size_t* end) {
    *size = bytes.find('\n', from);
    *end = *size + 1;
    return *size != std::string_view::npos;
  }
  // Appends the record's rows, or fails with rows->bad() set; rows that a failure leaves behind are
  // taken back. kTextPadding zero bytes follow the record.
  virtual bool Read(std::string_view record, RowAppender* rows) = 0;
  // Every record is a payload by itself, even within one.
  virtual bool splits_payloads() const { return true; }
};

// Cuts bytes into records, as most codecs do: ends of lines, the byte order mark, blank lines,
// records that are too long, and what is told of bad ones.
class RecordDecoder final : public Decoder {
 public:
  RecordDecoder(std::unique_ptr<RecordReader> reader, const DecoderPlace& place);

  Space Reserve() override;
  void Commit(size_t size) override;
  void Finish() override { finished_ = true; }
  State Read(size_t messages_max, size_t rows_max, MessageBatch* batch) override;
  const std::string& query() const override { return no_query_; }
  uint64_t bytes_read() const override { return dropped_ + begin_; }
  uint64_t lines_read() const override { return lines_; }

 private:
  bool FindRecord(size_t* size, size_t* end);
  // All three return false if reading is to stop.
  bool ReadRecord(size_t size, size_t end, MessageBatch* batch);
  bool StartLongRecord();
  bool Report(std::string_view raw, const BadRecord& bad, bool last);
  // False if the end of the long record has not come yet.
  bool SkipLongRecord();
  void SkipByteOrderMark();
  void Pad();

  std::unique_ptr<RecordReader> reader_;
  ReaderLimits limits_;
  BadRecordSink* bad_records_;
  bool whole_;
  RowAppender rows_;
  std::vector<char> buffer_;  // kTextPadding bytes longer than what may be filled
  size_t begin_ = 0;          // of what is not read yet
  size_t end_ = 0;
  size_t scanned_ = 0;    // no record ends in [begin_, scanned_)
  uint64_t dropped_ = 0;  // bytes that are not in the buffer any more
  uint64_t lines_ = 0;    // that have ended before begin_
  bool at_start_ = true;
  bool finished_ = false;
  bool in_long_record_ = false;
  const std::string no_query_;
};

}  // namespace weir
