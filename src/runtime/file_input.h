#pragma once

#include <string>

#include "io/file_handle.h"
#include "json/ndjson_reader.h"
#include "runtime/bad_record_log.h"
#include "runtime/input.h"

namespace weir {

// A file, a pipe or standard input, read as NDJSON.
class FileInput final : public Input, public BadRecordSink {
 public:
  FileInput(std::string path, FileHandle file, const StreamFormats& formats, LineRules rules,
            ReaderLimits limits, bool stop_at_bad_record, BadRecordLog* bad_records);

  // Bytes that were read before; they come first.
  void Prepend(std::string_view bytes);

  int fd() const override { return file_.fd(); }
  bool is_regular() const override { return is_regular_; }
  Status Fill() override;
  Decoder::State Read(size_t messages_max, size_t rows_max, MessageBatch* batch) override {
    return reader_.Read(messages_max, rows_max, batch);
  }
  const std::string& query() const override { return reader_.query(); }
  uint64_t bytes() const override { return bytes_; }

  bool OnBadRecord(uint64_t line, const BadRecord& bad) override;
  void OnRawBytes(std::string_view piece, bool last) override;

 private:
  std::string path_;
  FileHandle file_;
  bool is_regular_;
  bool stop_at_bad_record_;
  BadRecordLog* bad_records_;
  NdjsonReader reader_;
  uint64_t bytes_ = 0;
};

}  // namespace weir
