#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/island_exits.h"
#include "exec/operator.h"

namespace weir {

// Named limit `limits.rounds`: how often the rows of one emission may go round a loop.
inline constexpr uint32_t kMaxLoopRounds = 1000;
// Named limit `limits.loop_rows`: how many rows may go round for one emission, or for the overdue
// timers of one time.
inline constexpr uint64_t kMaxLoopRows = uint64_t{1} << 20;

// A reader of a member's rows: a port of a member, or an arrow out of the island.
struct IslandReader {
  bool inside = false;
  uint32_t target = 0;  // number of the member or of the arrow
  uint32_t port = 0;    // inside only
};

struct IslandMember {
  std::string name;
  std::unique_ptr<Operator> op;
  uint32_t port_count = 0;
  std::vector<IslandReader> readers;  // in rank order
};

// An arrow into the island: what arrives at its port goes to this port of this member.
struct IslandPort {
  uint32_t member = 0;
  uint32_t port = 0;
};

// Runs operators in lockstep: takes its inputs and its members' timers in key order, one emission
// at a time, and hands everything that follows from one on depth first. Used for loops, and where
// call paths would get too long: what leaves carries the key of its cause and one emission digit,
// counted over all arrows out. It has one output per arrow out; those need no rank.
class IslandOperator : public Operator {
 public:
  IslandOperator(std::vector<IslandMember> members, std::vector<IslandPort> ports,
                 int output_count);

  void Process(const EpochInput& in, std::vector<Chunk>* out) override;
  TimeMs NextDue() const override;
  int output_count() const override { return exits_.arrow_count(); }
  void Start(TimeMs now) override;
  int timer_root_width() const override;
  const Failure* failure() const override { return failure_ ? &*failure_ : nullptr; }

  // For a partition, which runs many islands as one operator: it calls these instead of Process,
  // and decides the order. Between BeginEpoch and EndEpoch rows leave through `exits`; `*digits`
  // counts what left because of a cause, over all islands that share it.
  void BeginEpoch(const Timeline& timeline, IslandExits* exits);
  std::optional<OrderKey> NextTimer(const Timeline& timeline) const override;
  // All of `emission` arrives at a port because of `cause`.
  void Take(uint32_t port, const Chunk& emission, const OrderKey& cause, uint64_t* digits);
  // Fires the timer that NextTimer is about; `cause` is its key with a digit for this firing.
  void Fire(const OrderKey& cause, uint64_t* digits);
  void EndEpoch();

 private:
  struct Member {
    IslandMember part;
    std::vector<Port> ports;             // filled for one call at a time
    std::optional<OrderKey> next_timer;  // within the timeline
    uint32_t nesting = 0;                // calls of it on the stack
    Moment fired_moment = 0;
    uint64_t fired = 0;  // timers fired in fired_moment
  };
  // What a member emitted in one step, and how far it is handed on.
  struct Frame {
    uint32_t member = 0;
    std::vector<Chunk> chunks;
    size_t chunk = 0;
    uint32_t begin = 0;  // the current emission is rows [begin, end)
    uint32_t end = 0;
    size_t reader = 0;
    Chunk emission;  // its rows alone; empty until a reader inside needs it
  };
  void TakeEmission(const IslandPort& to, const Chunk& chunk, uint32_t begin, uint32_t end);
  void FireTimer(uint32_t member);
  void RunTimer(uint32_t member);
  const Member* EarliestTimer() const;
  void BeginCause(const OrderKey& key);
  void Deliver(uint32_t member, uint32_t port, const Chunk& emission);
  void RunStack();
  bool NextEmission(Frame* frame);
  void HandOn(const IslandReader& reader);
  void Leave(uint32_t output, const Frame& frame);
  void Refresh(Member* member);
  void GiveUp(std::string reason);
  std::string LoopNames(uint32_t member) const;
  Frame* Push(uint32_t member);

  std::vector<Member> members_;
  std::vector<IslandPort> ports_;
  IslandExits exits_;
  IslandExits* leaving_ = &exits_;
  std::vector<Frame> stack_;  // frames [0, depth_) are in use, the rest keep their memory
  size_t depth_ = 0;

  const Timeline* timeline_ = nullptr;
  OrderKey cause_;
  uint64_t left_ = 0;       // emissions that left because of cause_
  uint64_t delivered_ = 0;  // emissions handed to members in the moment of cause_
  uint64_t loop_rows_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace weir
