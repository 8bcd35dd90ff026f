#pragma once

#include <string>
#include <utility>

#include "io/file_handle.h"
#include "json/text_buffer.h"

namespace weir {

// A file or pipe that lines are written to, in large pieces.
class OutputFile {
 public:
  OutputFile(std::string path, FileHandle file) : path_(std::move(path)), file_(std::move(file)) {}

  const std::string& path() const { return path_; }
  TextBuffer* buffer() { return &buffer_; }

  // Writes what is buffered if it is worth a system call.
  Status FlushIfLarge() { return is_large() ? Flush() : Status::Ok(); }
  bool is_large() const { return buffer_.size() >= kLargeBytes; }
  // Writes what is buffered.
  Status Flush();
  Status Close();

  // Where the next byte goes, once all is flushed; 0 for pipes. To be asked after Flush.
  uint64_t size() const { return written_; }
  // Others in this process write to it too: pieces are not mixed, nothing is cut.
  void Share() { shared_ = true; }

  // Cuts a file to what it held then. False if it is shorter. Does nothing to pipes.
  Result<bool> CutTo(uint64_t size);
  // What was flushed is on disk. May be called by another thread.
  Status Sync() const;

  // True once nobody reads the pipe any more; what is written then is dropped.
  bool reader_gone() const { return reader_gone_; }

 private:
  static constexpr size_t kLargeBytes = 64 << 10;

  std::string path_;
  FileHandle file_;
  TextBuffer buffer_;
  bool shared_ = false;
  bool reader_gone_ = false;
  uint64_t written_ = 0;
};

}  // namespace weir
