#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/file_reader.h"

namespace weir {

// Reads a file that others append to, for ever: waits for more at its end, goes on with the new
// file of the name when it is rotated (renamed away, or emptied), and waits for it while there is
// none. What is left in the old file is read first.
class FileFollower {
 public:
  explicit FileFollower(std::string path);
  ~FileFollower();
  FileFollower(const FileFollower&) = delete;
  FileFollower& operator=(const FileFollower&) = delete;

  Status Open();
  // Readable when Read may find something.
  int poll_fd() const;

  struct Piece {
    std::string_view bytes;  // valid until the next call; empty: nothing for now
    bool new_file = false;   // they are the first of another file
  };
  Result<Piece> Read();

  // Which file is being read, on this machine.
  std::string identity() const { return reader_ ? reader_->identity() : ""; }
  // Reads that file from its begin, then the one that has the name, also if it was renamed within
  // its folder. False if it is not there or has fewer bytes; then nothing is changed.
  Result<bool> GoBackTo(const std::string& identity, uint64_t bytes);

 private:
  // The file that has the name now, if it is another one than that being read.
  bool Rotated() const;
  bool TryOpen() { return TryOpen(path_); }
  bool TryOpen(const std::string& path);

  std::string path_;
  std::string folder_;
  int watch_ = -1;   // inotify
  int always_ = -1;  // readable for ever
  std::optional<FileReader> reader_;
  uint64_t device_ = 0, inode_ = 0;
  uint64_t offset_ = 0;
  bool more_ = true;       // Read is to be called again without waiting
  bool new_file_ = false;  // to be told with the next bytes
};

}  // namespace weir
