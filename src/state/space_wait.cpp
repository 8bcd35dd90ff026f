#include "state/space_wait.h"

#include <chrono>
#include <thread>

namespace weir {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

}  // namespace

Status SpaceWait::Write(const std::function<Status()>& write) {
  Status status = write();
  if (status.code() != StatusCode::kNoSpace || IsEnding()) return status;
  Begin(status.message());
  while (status.code() == StatusCode::kNoSpace && !IsEnding()) {
    std::this_thread::sleep_for(kPause);
    status = write();
  }
  End(status.ok());
  return status;
}

// One word for all threads that wait.
void SpaceWait::Begin(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (waiting_++ == 0) Report("warning: " + why + "; waiting for space");
}

void SpaceWait::End(bool there_is_space) {
  const std::lock_guard lock(mutex_);
  if (--waiting_ == 0 && there_is_space) Report("there is space again; going on");
}

void SpaceWait::Report(const std::string& line) const {
  if (terms_.report) terms_.report(line);
}

}  // namespace weir
