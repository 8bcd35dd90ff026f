#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/type.h"

namespace weir {

// When a client sent something, by which the slow ones are found.
struct ReceiveMarks {
  TimeMs last_byte_ms = 0;
  bool any_byte = false;
  // The record that is not complete.
  uint64_t partial_bytes = 0;
  TimeMs partial_since_ms = 0;

  void NoteLines(std::string_view bytes, TimeMs now);
  // It was not the client who was slow.
  void Excuse(TimeMs now) { last_byte_ms = partial_since_ms = now; }
};

// A socket that the engine's thread reads while the loop's thread leaves it alone: that saves a
// change of threads for each small piece.
class LentSocket {
 public:
  LentSocket(int fd, const ReceiveMarks& marks) : fd_(fd), marks_(marks) {}

  // Loop thread. Nobody reads it any more; returns the socket.
  int TakeBack();
  // Loop thread. Reading it has failed, which the socket does not tell a second time.
  bool broken();
  // Loop thread. While bytes wait that the engine has not read, the client is not late.
  ReceiveMarks MarksAt(TimeMs now);

  // Engine's thread. False if it was taken back, or cannot be watched.
  bool Watch(int epoll, uint64_t channel);
  // Reads what is there, without waiting. False if that was the end, or it is broken: the loop's
  // thread is to find out which, and nothing is read here any more.
  bool Read(std::vector<char>* buffer, size_t* size);

 private:
  void Unwatch();

  std::mutex mutex_;  // of all below
  int fd_;            // -1: taken back
  int epoll_ = -1;    // that watches it
  bool broken_ = false;
  ReceiveMarks marks_;
};

// The sockets that were lent to one source, and what else it waits for. Engine's thread only.
class ReadLane {
 public:
  struct Calls {
    std::function<void()> on_other;
    std::function<void(uint64_t channel, std::string_view name, std::string_view bytes)> give;
    // The socket has nothing more to give here.
    std::function<void(uint64_t channel)> return_to_loop;
  };
  ReadLane();
  ~ReadLane();
  ReadLane(const ReadLane&) = delete;
  ReadLane& operator=(const ReadLane&) = delete;

  // Called before anything else. `other` is readable when the source has something else to do.
  // kIoError: the system gives no descriptor.
  Status Open(int other);
  int fd() const { return epoll_; }  // readable when something can be done
  // False if the socket cannot be read here: the loop's thread is to go on with it.
  bool Add(uint64_t channel, std::string name, std::shared_ptr<LentSocket> socket);
  void Remove(uint64_t channel) { sockets_.erase(channel); }
  // Reads a bounded part of what is there.
  void Read(const Calls& calls);

 private:
  struct Lent {
    std::string name;
    std::shared_ptr<LentSocket> socket;
  };

  int epoll_;
  std::map<uint64_t, Lent> sockets_;
  std::vector<char> buffer_;
};

}  // namespace weir
