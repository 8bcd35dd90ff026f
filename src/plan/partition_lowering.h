#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exec/partition_operator.h"
#include "plan/lowering.h"

namespace weir {

// The queries of one partition, lowered once; every key gets its own operators from it.
class PartitionTemplate : public GraphWriter {
 public:
  NodeId AddNode(PlanNode node, OperatorFactory make, int ports, bool multi_emitter) override;
  void Connect(NodeId to, int port, Edge from) override;
  // What arrives at the partition's next port goes to port 0 of `node`.
  void AddPort(NodeId node) { ports_.push_back({node, 0}); }
  // Rows of an edge leave the partition; the number of the arrow.
  uint32_t AddExit(Edge from);

  uint32_t exit_count() const { return exit_count_; }
  // The members, indented lines, for plans.
  std::string Describe() const;
  std::unique_ptr<IslandOperator> NewKey() const;

 private:
  struct Reader {
    uint32_t rank;
    IslandReader reader;
  };
  struct Node {
    PlanNode plan;
    OperatorFactory make;
    uint32_t ports;
    std::vector<Reader> readers;  // in rank order
  };
  void AddReader(NodeId from, Reader reader);

  std::vector<Node> nodes_;
  std::vector<IslandPort> ports_;
  uint32_t exit_count_ = 0;
};

// What a partition takes and gives.
struct LoweredPartition {
  std::vector<uint32_t> streams;  // by port
  // By arrow out: the stream it inserts into, or the output request it shows.
  struct Exit {
    bool is_output;
    uint32_t target;
  };
  std::vector<Exit> exits;
  PartitionSpec spec;
  std::string description;
};

// The streams from outside that the partition takes: those it splits, then those its queries read
// besides.
std::vector<uint32_t> PartitionStreams(const BoundApp& app, uint32_t partition);

// `shown[i]` lists the output requests for query i of the app.
LoweredPartition LowerPartition(const BoundApp& app, uint32_t partition, bool optimize,
                                const std::vector<std::vector<uint32_t>>& shown,
                                RootNumbers* roots);

// The streams a query reads, in port order; then the tables of its look-ups.
std::vector<uint32_t> StreamsRead(const BoundQuery& query);

}  // namespace weir
