#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/circuit.h"
#include "exec/island_exits.h"
#include "exec/partition_keys.h"

namespace weir {

// Named limit `limits.rounds`: how often the rows of one emission may go round a loop.
inline constexpr uint32_t kMaxLoopRounds = 1000;
// Named limit `limits.loop_rows`: how many rows may go round for one emission, or for the overdue
// timers of one time.
inline constexpr uint64_t kMaxLoopRows = uint64_t{1} << 20;

// Runs operators in lockstep: takes its inputs and its members' timers in key order, one emission
// at a time, and hands everything that follows from one on depth first. Used for loops, where call
// paths would get too long, and for partitions, whose keys run one after the other in the place of
// the member: what leaves carries the key of its cause and one emission digit, counted over all
// arrows out. It has one output per arrow out; those need no rank.
class IslandOperator : public Operator {
 public:
  // The circuit's members have operators or are partitions.
  IslandOperator(Circuit circuit, int output_count);

  void Process(const EpochInput& in, std::vector<Chunk>* out) override;
  TimeMs NextDue() const override;
  int output_count() const override { return exits_.arrow_count(); }
  void Start(TimeMs now) override;
  // Every member is the owner of its state, a partition's as a whole; of the island's own nothing
  // outlives an epoch.
  void Save(StateWriter& out) const override { SaveOwned("", out); }
  void Load(StateReader& in) override { LoadOwned("", std::nullopt, in); }
  void SaveOwned(const std::string& owner, StateWriter& out) const override;
  void LoadOwned(const std::string& owner, std::optional<TimeMs> now, StateReader& in) override;
  const Failure* failure() const override { return failure_ ? &*failure_ : nullptr; }

 private:
  static constexpr uint32_t kIsland = 0;  // number of the island's own graph
  static constexpr uint32_t kNoKey = UINT32_MAX;

  struct Member {
    CircuitMember part;
    uint32_t graph = kIsland;            // a partition: the graph of its keys
    uint32_t slot = 0;                   // one operator for each key: its number among them
    std::vector<Port> ports;             // filled for one call at a time
    std::optional<OrderKey> next_timer;  // within the timeline; not where each key has its own
    uint32_t nesting = 0;                // calls of it on the stack
  };
  // The island itself, or the queries of a partition.
  struct Graph {
    std::vector<Member> members;
    std::vector<CircuitPort> ports;
    std::vector<uint32_t> members_by_slot;
    // Of a partition:
    uint32_t member = 0;  // of the island
    std::vector<PartitionPort> partition_ports;
    std::vector<RowKeys> row_keys;  // by port, of the chunk that arrives from outside
    std::vector<const Chunk*> chunks;
    RowKeys inner_keys;  // of an emission from inside
    std::unique_ptr<PartitionKeys> keys;
  };
  // A member, for the key it works for.
  struct Spot {
    uint32_t graph = kIsland;
    uint32_t key = kNoKey;
    uint32_t member = 0;
  };
  // Rows on their way to a key.
  struct KeyRun {
    std::string name;
    uint32_t key = kNoKey;  // kNoKey: the one of that name
    Chunk rows;
  };
  // What a member emitted in one step, and how far it is handed on.
  struct Frame {
    Spot at;
    uint32_t output = 0;
    std::vector<Chunk> chunks;
    size_t chunk = 0;
    uint32_t begin = 0;  // the current emission is rows [begin, end)
    uint32_t end = 0;
    size_t reader = 0;
    Chunk emission;  // its rows alone; empty until a reader inside needs it
    // Of a partition that splits an emission: all that is to be handed on.
    uint32_t port = 0;
    std::vector<KeyRun> runs;
    size_t run = 0;
  };

  void AddGraph(Circuit circuit);
  void BeginEpoch(const Timeline& timeline);
  void TakeEmission(const CircuitPort& to, const Chunk& chunk, uint32_t begin, uint32_t end);
  Member* EarliestTimer();
  void FireTimer(Member* member);
  void BeginCause(const OrderKey& key);
  void Deliver(const Spot& at, uint32_t port, const Chunk& emission);
  bool WithinLimits(const Member& member, const Chunk& emission);
  void Split(uint32_t graph, uint32_t port, const Chunk& chunk, uint32_t begin, uint32_t end,
             bool from_outside);
  std::vector<KeyRun> Runs(Graph* graph, const RowKeys& keys, const Chunk& chunk, uint32_t begin,
                           uint32_t end) const;
  void DeliverRun(uint32_t graph, uint32_t port, const KeyRun& run);
  void RunStack();
  bool NextEmission(Frame* frame);
  const std::vector<CircuitReader>& Readers(const Frame& frame) const;
  Chunk Emission(Frame* frame) const;
  void HandOn(const CircuitReader& reader);
  void LeavePartition(uint32_t output);
  void Leave(uint32_t arrow, const Frame& frame);
  void Refresh(Member* member);
  void SavePartition(const Graph& graph, StateWriter& out) const;
  void LoadPartition(StateReader& in, Graph* graph);
  void Look(const Spot& at, const Operator& op);
  void GiveUp(std::string reason);
  std::string LoopNames(const Spot& at) const;
  Frame* Push(const Spot& at);
  Operator& OperatorAt(const Spot& at);
  Member& At(const Spot& at) { return graphs_[at.graph].members[at.member]; }
  const Member& At(const Spot& at) const { return graphs_[at.graph].members[at.member]; }

  std::vector<Graph> graphs_;  // the island, then its partitions
  IslandExits exits_;
  std::deque<Frame> stack_;  // frames [0, depth_) are in use, the rest keep their memory
  size_t depth_ = 0;

  const Timeline* timeline_ = nullptr;
  OrderKey cause_;
  TimeMs now_ = 0;
  OrderKey last_timer_;
  uint64_t fired_ = 0;      // timers fired under last_timer_
  uint64_t left_ = 0;       // emissions that left because of cause_
  uint64_t delivered_ = 0;  // emissions handed to members in the moment of cause_
  uint64_t loop_rows_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace weir
