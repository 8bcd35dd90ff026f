#pragma once

#include <memory>
#include <string>

#include "json/ndjson_reader.h"
#include "runtime/bad_record_log.h"
#include "runtime/file_handle.h"

namespace weir {

// One input of a run: a file, a pipe or standard input, read as NDJSON.
class Input : public BadRecordSink {
 public:
  Input(std::string path, FileHandle file, const StreamFormats& formats, LineRules rules,
        ReaderLimits limits, bool stop_at_bad_record, BadRecordLog* bad_records);

  // Bytes that were read before; they come first.
  void Prepend(std::string_view bytes);

  // Reads once; blocks if nothing is there. Whether the input ended shows in ended().
  Status Fill();
  NdjsonReader* reader() { return &reader_; }

  int fd() const { return file_.fd(); }
  bool is_regular() const { return is_regular_; }
  bool ended() const { return ended_; }  // no more bytes to fill in
  uint64_t bytes() const { return bytes_; }

  bool OnBadRecord(uint64_t line, const BadRecord& bad) override;
  void OnRawBytes(std::string_view piece, bool last) override;

 private:
  std::string path_;
  FileHandle file_;
  bool is_regular_;
  bool stop_at_bad_record_;
  BadRecordLog* bad_records_;
  NdjsonReader reader_;
  bool ended_ = false;
  uint64_t bytes_ = 0;
};

}  // namespace weir
