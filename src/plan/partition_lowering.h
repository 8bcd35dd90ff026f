#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exec/circuit.h"
#include "plan/lowering.h"

namespace weir {

// The queries of one partition, lowered once. Operators that serve all keys are made here, the
// others for each key.
class PartitionTemplate : public GraphWriter {
 public:
  NodeId AddNode(PlanNode node, OperatorFactory make, int ports, bool multi_emitter) override;
  // Passes on what arrives.
  NodeId AddStream(const std::string& name);
  void Connect(NodeId to, int port, Edge from) override;
  bool per_key() const override { return true; }
  // What arrives at the partition's next port goes to port 0 of `node`.
  void AddPort(NodeId node) { circuit_.ports.push_back({node, 0}); }
  // Rows of an edge leave the partition; the number of the arrow.
  uint32_t AddExit(Edge from);

  uint32_t exit_count() const { return exit_count_; }
  int timer_root_width() const { return timer_root_width_; }
  // The members, indented lines, for plans.
  std::string Describe() const;
  Circuit Finish() &&;

 private:
  struct Reader {
    uint32_t rank;
    CircuitReader reader;
  };
  struct Node {
    PlanNode plan;
    std::vector<Reader> readers;  // in rank order
  };
  void AddReader(NodeId from, Reader reader);

  Circuit circuit_;
  std::vector<Node> nodes_;  // as circuit_.members
  uint32_t exit_count_ = 0;
  int timer_root_width_ = 0;
};

// What arrives at a partition: the rows of a stream, table or named window, or the changes of what
// can be found of the window. Of an aggregation that its queries read nothing arrives: the arrow,
// and one back, make the two run in lockstep.
struct PartitionInput {
  enum class Kind { kRows, kContents, kAggregation };
  uint32_t from;  // position of the stream or aggregation in the app
  Kind kind = Kind::kRows;
  friend bool operator==(const PartitionInput&, const PartitionInput&) = default;
};

// What a partition takes and gives.
struct LoweredPartition {
  std::vector<PartitionInput> inputs;  // by port
  // By arrow out: where the rows go that leave there.
  struct Exit {
    enum class Kind { kTarget, kOutput, kFaults, kAggregation };
    Kind kind;
    uint32_t target;  // of this query; an output request; a fault stream; or an aggregation
  };
  std::vector<Exit> exits;
  PartitionSpec spec;
  std::string description;
};

// Whether the stream or named window is one of those that the partition is `with`. A named window
// that is not is searched by joins of the partition, it does not trigger them.
bool IsSplit(const BoundApp& app, uint32_t partition, uint32_t stream);

// What the partition takes from outside: the streams it splits, then what its queries read besides.
std::vector<PartitionInput> PartitionInputs(const BoundApp& app, uint32_t partition);

// What lowering a partition takes from the app's.
struct PartitionSurroundings {
  // By query of the app: the output requests for it.
  std::vector<std::vector<uint32_t>> shown;
  const std::vector<QueryLowering::ReaderPlace>* readers;  // by query of the app
  std::vector<TableUse>* table_uses;                       // by stream: reads are noted here
};
LoweredPartition LowerPartition(const BoundApp& app, uint32_t partition, bool optimize,
                                const PartitionSurroundings& around, RootNumbers* roots);

// The streams a query reads, in port order; then the tables of its look-ups.
std::vector<uint32_t> StreamsRead(const BoundQuery& query);
std::vector<uint32_t> StreamsRead(const BoundStreamInput& input);

}  // namespace weir
