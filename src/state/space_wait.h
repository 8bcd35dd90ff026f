#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace weir {

// What writers do when the disk is full: they wait until there is space again, and the user is told
// when it begins and when it is over. Thread-safe.
class SpaceWait {
 public:
  struct Terms {
    // Called by the threads that wait, one at a time; may be null.
    std::function<void(std::string_view)> report;
    // Asked while they wait, true: give up; may be null.
    std::function<bool()> ending;
  };
  explicit SpaceWait(Terms terms) : terms_(std::move(terms)) {}

  // Calls `write`, again and again as long as it says kNoSpace. Its last word.
  Status Write(const std::function<Status()>& write);

 private:
  void Begin(const std::string& why);
  void End(bool there_is_space);
  void Report(const std::string& line) const;

  bool IsEnding() const { return terms_.ending && terms_.ending(); }

  const Terms terms_;
  std::mutex mutex_;
  int waiting_ = 0;  // threads; guarded by mutex_
};

}  // namespace weir
