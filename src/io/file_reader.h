#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/file_handle.h"

namespace weir {

// Reads an open file or pipe in large pieces.
class FileReader {
 public:
  FileReader(std::string path, FileHandle file)
      : path_(std::move(path)), file_(std::move(file)), buffer_(kPieceBytes) {}
  static FileReader StandardInput() { return FileReader("-", FileHandle(0)); }

  int fd() const { return file_.fd(); }
  const std::string& path() const { return path_; }
  // Which file it is, on this machine; empty for pipes.
  std::string identity() const;
  uint64_t size() const;
  // The next bytes, valid until the next call; empty at the end. Waits for a pipe.
  Result<std::string_view> Read();

 private:
  static constexpr size_t kPieceBytes = 64 << 10;

  std::string path_;
  FileHandle file_;
  std::vector<char> buffer_;
};

}  // namespace weir
