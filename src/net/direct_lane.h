#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

namespace weir {

// The way past the loop's thread. While nothing is on its way to a peer, bytes for it may be
// written where they are made: that saves a change of threads for each small piece.
class DirectLane {
 public:
  // Loop thread: nothing is being written to this socket, which is open. `owner` is not 0. The last
  // one counts.
  void Open(uint64_t owner, int fd);
  // Loop thread, before the owner's socket is written to or closed.
  void Close(uint64_t owner);

  // Any other thread. Writes what fits without waiting, and tells how much that was and to whom;
  // nothing if there is none, or the socket is broken, which its owner finds out.
  size_t Write(std::string_view bytes, uint64_t* owner);

 private:
  std::mutex mutex_;    // held while it is written to
  uint64_t owner_ = 0;  // 0: there is none
  int fd_ = -1;
};

}  // namespace weir
