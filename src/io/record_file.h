#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "io/file_handle.h"
#include "json/text_buffer.h"

namespace weir {

// A file that records are appended to, each with a newline behind it.
class RecordFile {
 public:
  // `goes_back`: what is there is left alone until GoBackTo, and what is closed is on disk.
  RecordFile(std::string path, bool append, bool atomic, bool goes_back)
      : path_(std::move(path)), append_(append), atomic_(atomic), goes_back_(goes_back) {}

  // `head` stands at the begin of a file that is new or empty.
  Status Open(std::string_view head);
  Status Append(std::string_view record);
  Status Flush();
  // Flushes; a file under its first name gets the final one.
  Status Close();
  // Closes the file and renames it to the NAME.N behind the last one there is.
  Status MoveAside();

  // After Flush: the size, and the N that the file would get.
  std::string Place() const;
  // Files that were moved aside since are removed, but for the one that was written to then, which
  // is cut. Empty: an append goes on behind what is there, else the file is emptied.
  Result<bool> GoBackTo(const std::string& place, std::string_view head);
  // What was flushed is on disk. May be called by another thread.
  Status Sync();

  uint64_t size() const { return size_ + buffer_.size(); }

 private:
  static constexpr size_t kLargeBytes = 64 << 10;
  std::string open_path() const { return atomic_ ? path_ + ".part" : path_; }
  std::string Aside(uint64_t number) const { return path_ + "." + std::to_string(number); }
  uint64_t NextAside() const;
  Status CloseAs(const std::string& path);
  Status CutTo(uint64_t size);
  Status SyncFolder();

  std::string path_;
  bool append_, atomic_, goes_back_;
  std::mutex replaced_;  // held while file_ becomes another one
  FileHandle file_;
  bool open_ = false;
  bool names_changed_ = false;  // since the folder was synced
  uint64_t size_ = 0;           // of what is in the file
  TextBuffer buffer_;
};

}  // namespace weir
