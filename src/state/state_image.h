#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/state_writer.h"
#include "state/record_index.h"
#include "state/snapshot_format.h"

namespace weir {

// What a snapshot of a state took.
struct ImageStats {
  uint64_t records = 0;
  uint64_t bytes = 0;  // of keys and values
  uint64_t changed_records = 0;
  uint64_t changed_bytes = 0;
  uint64_t gone_records = 0;
  int64_t pause_us = 0;  // for which processing stood still
  RecordSum sum;         // of all records
};

// Takes what changed of a state since a side of the index was written.
class ImageChanges {
 public:
  virtual ~ImageChanges() = default;
  virtual Status Put(std::string_view key, std::string_view value) = 0;
  virtual Status Delete(std::string_view key) = 0;
};

using StateSaver = std::function<void(StateWriter&)>;

// The state of this process at one moment, written down while the process goes on: a forked child
// has the frozen memory, compares every record with the index and hands on what changed.
class StateImage {
 public:
  virtual ~StateImage() = default;

  // Hands on all changes. On another thread than the one that took the image, if that pays. Not ok
  // if the changes were not complete; then the index knows nothing of the side any more.
  virtual Status Read(ImageChanges* changes, ImageStats* stats) = 0;

  // Freezes the state and returns at once. Where the system refuses to fork, and where `in_place`
  // asks for it, the state is saved before this returns, which takes as long as that does.
  // No other image of the index may be alive.
  static Result<std::unique_ptr<StateImage>> Take(RecordIndex* index, int side,
                                                  const StateSaver& save, bool in_place);
};

}  // namespace weir
