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

  const std::string& path() const { return path_; }
  // How far messages were read, for Resume in another process; empty if the input cannot be read
  // again (a pipe). `skip`: messages read behind that point that are done with already.
  std::string Position() const;
  std::string PositionBehind(uint64_t bytes, uint64_t lines, uint64_t skip) const;
  // Goes on where a position says. False if that was another file, or it has become shorter; then
  // nothing is changed.
  Result<bool> Resume(const std::string& position);

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
  const StreamFormats& formats_;
  std::string identity_;  // of the file, on this machine
  bool stop_at_bad_record_;
  BadRecordLog* bad_records_;
  NdjsonReader reader_;
  bool ended_ = false;
  uint64_t bytes_ = 0;
};

}  // namespace weir
