#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "net/arrivals.h"
#include "net/listener.h"
#include "net/read_lane.h"
#include "net/socket_options.h"
#include "net/wire.h"

namespace weir {

// Reads one connection into the arrivals and closes it when it breaks the limits. Loop thread only.
class Receiver : public std::enable_shared_from_this<Receiver> {
 public:
  using OnClosed = std::function<void(Receiver*)>;
  struct Setup {
    const SocketOptions* options;  // outlives the receiver
    Arrivals* arrivals;            // likewise
    std::string token;             // the client must say; empty: nothing
    std::string greeting;          // what a client says first; may be empty
    uint64_t channel = 0;
    std::string name;
    Listener::Place place;  // kept; may be null
  };
  Receiver(boost::asio::io_context& context, std::shared_ptr<Wire> wire, Setup setup,
           OnClosed on_closed);

  void Start(Wire::Role role);
  // Goes on if it waits for room.
  void Resume();
  // The engine's thread has read what there was.
  void TakeBack();
  // Tells the client that so many of its lines are done with; if it does not listen, only the last
  // such number waits.
  void Acknowledge(uint64_t lines);
  void Close();
  bool was_of_use() const { return marks_.any_byte; }  // it has brought something

 private:
  void Greet();
  // Lets the engine's thread read, if that can be, or reads.
  void GoOn();
  bool Lend();
  void EndLoan();
  void ReadNext();
  void OnRead(size_t size);
  // Takes the client's first line off the bytes; false as long as it is not there.
  bool TakeToken(std::string* bytes);
  // Hands on whole frames; false if a frame is too long.
  bool PushFrames(std::string_view bytes, bool* room);
  void ArmTimer();
  TimeMs TimeLeft(TimeMs now) const;
  void WriteAcknowledgement();
  void Push(Arrivals::Item::Kind kind, std::string bytes, bool* room);
  void Finish(bool whole);

  std::shared_ptr<Wire> wire_;
  Setup setup_;
  OnClosed on_closed_;
  boost::asio::steady_timer timer_;
  std::vector<char> buffer_;
  std::string greeting_;  // of a token that is not complete
  std::string frame_;     // bytes of a frame that is not complete
  uint64_t done_lines_ = 0;
  uint64_t told_lines_ = 0;
  std::string acknowledgement_;  // being written, unless it is empty
  bool greeted_;
  bool pushed_ = false;
  bool paused_ = false;
  bool closed_ = false;
  ReceiveMarks marks_;
  std::shared_ptr<LentSocket> lent_;  // null while the loop's thread reads
};

}  // namespace weir
