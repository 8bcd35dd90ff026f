#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "io/event_fd.h"

namespace weir {

class LentSocket;

// What the loop's thread has received and the engine's thread has not taken yet. Bounded: once it
// is full, whoever pushes stops reading its socket until there is room.
class Arrivals {
 public:
  struct Item {
    // kCut: it ended within a record. kPayload to kReadOnlyQuery: as PayloadKind. kWake: nothing.
    // kLent: what comes next is read from `socket`.
    enum class Kind { kBytes, kEnd, kCut, kPayload, kLines, kQuery, kReadOnlyQuery, kWake, kLent };
    Kind kind = Kind::kBytes;
    uint64_t channel = 0;
    std::string name;  // of the channel
    std::string bytes;
    std::shared_ptr<LentSocket> socket = nullptr;
    std::vector<std::optional<std::string>> properties = {};  // see Source
  };

  explicit Arrivals(size_t bytes_max) : bytes_max_(bytes_max) {}
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;

  // Loop thread. Takes the item; false: it is full now, `on_room` will be called.
  bool Push(Item item);
  // Engine's thread: everything that is there. Calls on_room if it was full.
  std::vector<Item> Take();
  // Set before the first Push; called on the engine's thread.
  void OnRoom(std::function<void()> call) { on_room_ = std::move(call); }

  // kIoError: the system gave no descriptor; fd() would never be readable.
  Status status() const { return some_.status(); }
  int fd() const { return some_.fd(); }  // readable while something is there

 private:
  const size_t bytes_max_;
  EventFd some_;  // set while something is there
  std::function<void()> on_room_;
  std::mutex mutex_;  // of all below
  std::vector<Item> items_;
  size_t bytes_ = 0;
  bool was_full_ = false;
};

}  // namespace weir
