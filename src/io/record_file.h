#pragma once

#include <cstdint>
#include <string>

#include "io/file_handle.h"
#include "json/text_buffer.h"

namespace weir {

// A file that records are appended to, each with a newline behind it.
class RecordFile {
 public:
  RecordFile(std::string path, bool append, bool atomic)
      : path_(std::move(path)), append_(append), atomic_(atomic) {}

  // `head` stands at the begin of a file that is new or empty.
  Status Open(std::string_view head);
  Status Append(std::string_view record);
  Status Flush();
  // Flushes; a file under its first name gets the final one.
  Status Close();
  // Closes the file and renames it to the next NAME.N that is free.
  Status MoveAside();

  uint64_t size() const { return size_ + buffer_.size(); }

 private:
  static constexpr size_t kLargeBytes = 64 << 10;
  std::string open_path() const { return atomic_ ? path_ + ".part" : path_; }
  Status CloseAs(const std::string& path);

  std::string path_;
  bool append_, atomic_;
  FileHandle file_;
  bool open_ = false;
  uint64_t size_ = 0;  // of what is in the file
  TextBuffer buffer_;
};

}  // namespace weir
