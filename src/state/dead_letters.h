#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/replay_log.h"

namespace weir {

// An event that could not be delivered, or not be processed.
struct DeadLetter {
  int64_t stored_ms = 0;  // when it was put away, by the system's clock
  int64_t timestamp_ms = 0;
  std::string stream;
  std::string sink;    // which of the stream's sinks did not deliver it; else empty
  std::string query;   // which query could not process it; else empty
  std::string error;   // why
  std::string event;   // as JSON
  std::string record;  // what was to be sent; empty without a sink
};

// The bytes of a letter: docs/formats/dead-letters.md.
std::string EncodeDeadLetter(const DeadLetter& letter);
// kCorrupt if they are none; `where` tells the user which one it is.
Result<DeadLetter> DecodeDeadLetter(std::string_view bytes, const std::string& where);

// Appends letters to a directory. They are numbered from 1 on, for ever. One thread.
class DeadLetterWriter {
 public:
  // Makes the directory if need be and cuts what a crash left at the end; `notes` tells of that.
  // kLocked: another process appends. `keys`: the letters are sealed.
  static Result<std::unique_ptr<DeadLetterWriter>> Open(FileSystem* fs,
                                                        const std::string& directory,
                                                        std::optional<KeyRing> keys,
                                                        std::vector<std::string>* notes);

  // The process may end after it; the machine only after Flush. A failure is final, but kNoSpace.
  Status Append(std::string_view letter);
  // What was appended is on disk.
  Status Flush();

 private:
  DeadLetterWriter() = default;

  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<Sealing> sealing_;  // null: not sealed
  std::unique_ptr<LogWriter> log_;
};

// A range of numbers, both ends included.
struct DeadLetterSpan {
  uint64_t from = 1;
  uint64_t to = UINT64_MAX;
  friend bool operator==(const DeadLetterSpan&, const DeadLetterSpan&) = default;
};

// Calls take(number, letter) for all letters of the span that were not dropped, until it returns
// false. Also while a run appends. None if there is no such directory.
using TakeDeadLetter = std::function<bool(uint64_t number, const DeadLetter& letter)>;
Status ReadDeadLetters(FileSystem* fs, const std::string& directory, const Sealing* sealing,
                       const DeadLetterSpan& span, const TakeDeadLetter& take);

// The letters of these spans are gone for good, and files that hold nothing else. Also while a run
// appends. kLocked: another process drops letters.
Status DropDeadLetters(FileSystem* fs, const std::string& directory,
                       std::vector<DeadLetterSpan> spans);

}  // namespace weir
