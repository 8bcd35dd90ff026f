#pragma once

#include "base/status.h"

namespace weir {

// A descriptor that one thread makes readable to wake another one, which waits for it.
class EventFd {
 public:
  EventFd();
  ~EventFd();
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;

  // kIoError: the system gave no descriptor. Then fd() is -1 and the calls below do nothing.
  Status status() const;
  int fd() const { return fd_; }  // readable from Set until Reset
  void Set();
  void Reset();

 private:
  int fd_;
  int error_;  // errno
};

}  // namespace weir
