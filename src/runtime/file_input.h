#pragma once

#include <memory>
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

  // Reads once; blocks if nothing is there. Whether the input ended shows in ended().
  Status Fill() override;
  Decoder::State Read(size_t messages_max, size_t rows_max, MessageBatch* batch) override {
    return reader_.Read(messages_max, rows_max, batch);
  }
  const std::string& query() const override { return reader_.query(); }
  void PassQuery() override { reader_.PassQuery(); }
  const NdjsonReader& reader() const { return reader_; }

  const std::string& path() const override { return path_; }
  // How far messages were read, for Resume in another process; empty if the input cannot be read
  // again (a pipe). `skip`: messages read behind that point that are done with already.
  std::string Position() const override;
  std::string PositionBehind(uint64_t bytes, uint64_t lines, uint64_t skip) const;
  // Goes on where a position says. False if that was another file, or it has become shorter; then
  // nothing is changed.
  Result<bool> Resume(const std::string& position) override;

  int fd() const override { return file_.fd(); }
  bool is_regular() const override { return is_regular_; }
  bool ended() const { return ended_; }  // no more bytes to fill in
  uint64_t bytes() const override { return bytes_; }

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
