#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exec/circuit.h"
#include "exec/operator.h"

namespace weir {

using NodeId = uint32_t;

// One arrow into a port: rows of `node`, with the reader's place among the stream's readers
// appended to their paths.
struct Edge {
  NodeId node;
  uint32_t rank = 0;
  int rank_width = 0;
  uint32_t output = 0;  // of a node that has several (a partition)
};

// Operators and their arrows as the planner sees them; arrows may form loops.
class DagBuilder {
 public:
  // A stream fed from outside.
  NodeId AddSource(std::string name, SchemaPtr schema);
  // A node whose ports are connected later; `multi_emitter` as in its OrderPlace.
  NodeId AddNode(std::string name, std::unique_ptr<Operator> op, int port_count,
                 bool multi_emitter);
  // A partition with one port for each of `spec`; its outputs are the arrows out of its circuit.
  NodeId AddPartition(std::string name, PartitionSpec spec);
  void Connect(NodeId to, int port, Edge from);
  // Of a node or partition: unique within the graph; its state is kept under it.
  const std::string& name(NodeId node) const { return nodes_[node].name; }
  // Rows of `node` are handed out by Dag::Run as tap number (order of the calls). `edge.rank`
  // tells the tap's place among the readers of the stream it shows.
  uint32_t AddTap(Edge edge);

  // Finds loops and sub-graphs whose paths would not fit, makes each a lockstep island, and sorts
  // the rest topologically.
  std::unique_ptr<class Dag> Build() &&;

 private:
  friend class DagAssembler;
  struct Node {
    std::string name;
    std::unique_ptr<Operator> op;  // null: a source or a partition
    SchemaPtr schema;              // sources only
    bool multi_emitter = false;
    std::vector<std::vector<Edge>> ports;
    std::unique_ptr<PartitionSpec> partition;
  };
  std::string UniqueName(std::string name);

  std::vector<Node> nodes_;
  std::vector<Edge> taps_;
  std::map<std::string, int> names_;  // how often each was given
};

// A lockstep island, for plans; a partition that stands alone is none.
struct IslandInfo {
  std::vector<std::string> members;
  std::string reason;
};

// The running graph. One thread at a time.
class Dag {
 public:
  virtual ~Dag() = default;
  // Runs one epoch in one topological pass. sources[i] holds the rows of the i-th AddSource;
  // taps[i] receives those of the i-th AddTap. Both in key order. Look at status() afterwards.
  virtual void Run(const Timeline& timeline, std::span<const Port> sources,
                   std::vector<Port>* taps) = 0;
  // Not ok for good once an operator gave up (a zero-delay loop without end). The taps then hold
  // what came before that in the order of everything, whatever the epoch size; later epochs give
  // nothing.
  virtual const Status& status() const = 0;
  virtual void Start(TimeMs now) = 0;
  // The earliest pending timer of all operators.
  virtual TimeMs NextDue() const = 0;
  virtual const std::vector<IslandInfo>& islands() const = 0;
  // The state of all operators between two epochs, each under its name. Load is called once,
  // instead of Start, on a graph that has not run; look at the reader's status afterwards.
  virtual void Save(StateWriter& out) const = 0;
  // Operators that have no state there start at `now`, if the app has started.
  virtual void Load(StateReader& in, std::optional<TimeMs> now) = 0;
};

}  // namespace weir
