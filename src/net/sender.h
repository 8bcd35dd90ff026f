#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "net/direct_lane.h"
#include "net/listener.h"
#include "net/outgoing.h"
#include "net/socket_options.h"
#include "net/wire.h"

namespace weir {

// Writes pieces to one connection, in order, and closes it when it takes nothing for too long. Loop
// thread only.
class Sender : public std::enable_shared_from_this<Sender> {
 public:
  using Pieces = std::deque<std::shared_ptr<Outgoing::Piece>>;
  // Once, when it may be written to.
  using OnReady = std::function<void()>;
  // Once, with the pieces that were not written to their end.
  using OnClosed = std::function<void(Pieces)>;
  struct Setup {
    const SocketOptions* options;  // outlives the sender
    std::string token;             // the peer must say; empty: nothing
    std::string head;              // what is written first
    Listener::Place place;         // kept; may be null
    DirectLane* lane;              // open while nothing is written; outlives the sender
    uint64_t number;               // tells the senders of a lane apart; not 0
  };
  Sender(boost::asio::io_context& context, std::shared_ptr<Wire> wire, Setup setup);

  void Start(Wire::Role role, OnReady on_ready, OnClosed on_closed);
  void Send(std::shared_ptr<Outgoing::Piece> piece);
  void Close();
  uint64_t number() const { return setup_.number; }

 private:
  void ReadNext();
  void OnRead(std::string_view bytes);
  void BeReady();
  void WriteNext();
  void ArmTimer(TimeMs ms);

  std::shared_ptr<Wire> wire_;
  Setup setup_;
  OnReady on_ready_;
  OnClosed on_closed_;
  boost::asio::steady_timer timer_;
  Pieces pieces_;
  std::string heard_;  // of the peer's token
  char scratch_[512];
  const int fd_;
  bool ready_ = false;
  bool writing_ = false;
  bool closed_ = false;
};

}  // namespace weir
