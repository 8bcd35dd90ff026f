#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "io/event_fd.h"
#include "io/transport.h"
#include "weir/run.h"

namespace weir {

// What the engine's thread and the loop's thread both know of records on their way out.
class Outgoing {
 public:
  // Some records as bytes; it is over once nobody holds it any more.
  struct Piece {
    Piece(std::shared_ptr<Outgoing> to, std::string text, uint64_t count);
    ~Piece();
    Piece(const Piece&) = delete;
    Piece& operator=(const Piece&) = delete;

    std::shared_ptr<Outgoing> owner;
    std::string bytes;
    uint64_t records;
    uint64_t first;     // the number of the first one among all records, from 1
    bool sent = false;  // to somebody; loop thread
    // So much of it was written to one peer before, see DirectLane; 0: to nobody.
    size_t begun = 0;
    uint64_t begun_to = 0;
  };

  explicit Outgoing(size_t bytes_max) : bytes_max_(bytes_max) {}
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  // kIoError: the system gave no descriptor, so that nobody would be woken.
  Status status() const;

  // Loop thread.
  void SetPeers(size_t peers);
  void SetFailure(std::string why);
  // Somebody was there who did not want it.
  void SetRefusal(std::string why);

  // Engine's thread.
  //
  // Records were delivered without being a piece.
  void NoteDelivered(uint64_t records);
  size_t peers() const;
  bool has_peers() const { return peers() > 0; }
  bool IsFull() const;
  bool IsEmpty() const;
  std::string failure() const;  // why the last attempt to connect failed; empty: it did not
  std::string refusal() const;  // the last one
  uint64_t delivered() const;   // records
  uint64_t lost() const;        // records that went to nobody
  // What is lost from now on was not given up: another process may send it.
  void StopGivingUp();
  uint64_t settled() const;  // records delivered or given up
  // From now on it is noted which records are lost.
  void NoteLost();
  std::vector<LostRecords> TakeLost();
  // Readable when some were noted; -1: none will be.
  int lost_fd() const { return lost_noted_ ? lost_noted_->fd() : -1; }
  // Returns when something has changed, or the time is over; false if a stop was requested.
  bool Wait(StopRequest* stop, TimeMs at_most_ms);

 private:
  void NoteEnd(const Piece& piece);

  const size_t bytes_max_;
  EventFd changed_;
  std::optional<EventFd> lost_noted_;  // once anything is to be noted
  mutable std::mutex mutex_;
  size_t peers_ = 0;
  size_t bytes_ = 0;
  uint64_t made_ = 0;  // records that were made pieces of
  uint64_t delivered_ = 0;
  uint64_t lost_ = 0;
  std::optional<uint64_t> given_up_;       // of those lost, once nothing is given up any more
  std::vector<LostRecords> lost_records_;  // not taken yet
  std::string failure_;
  std::string refusal_;
};

}  // namespace weir
