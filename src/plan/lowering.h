#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "exec/aggregation_operator.h"
#include "exec/event_log.h"
#include "exec/join_operator.h"
#include "exec/query_faults.h"
#include "exec/select_operator.h"
#include "plan/column_use.h"
#include "plan/planner.h"

namespace weir {

struct LoweredLookup;  // plan/table_lowering.h

// What the operators of one plan share: the order of those that own timers (their digit at the root
// of a path), and the log.
class RootNumbers {
 public:
  explicit RootNumbers(size_t operators);
  OrderPlace Next(bool multi_emitter) { return {next_++, width_, multi_emitter}; }
  const std::shared_ptr<EventLog>& log() const { return log_; }

 private:
  std::shared_ptr<EventLog> log_ = std::make_shared<EventLog>();
  uint32_t next_ = 0;
  int width_ = 0;
};

// Where lowered queries are written to.
class GraphWriter {
 public:
  virtual ~GraphWriter() = default;
  virtual NodeId AddNode(PlanNode node, OperatorFactory make, int ports, bool multi_emitter) = 0;
  virtual void Connect(NodeId to, int port, Edge from) = 0;
  // What is written becomes operators for each key of a partition: what they find in tables and
  // named windows has to be kept once for all of them.
  virtual bool per_key() const { return false; }
};

// Builds the DAG and its description side by side.
class DagWriter : public GraphWriter {
 public:
  NodeId AddSource(const std::string& name, const SchemaPtr& schema);
  NodeId AddNode(PlanNode node, OperatorFactory make, int ports, bool multi_emitter) override;
  NodeId AddPartition(PlanNode node, PartitionSpec spec);
  void Connect(NodeId to, int port, Edge from) override;
  uint32_t AddTap(Edge edge) { return builder_.AddTap(edge); }
  void Finish(Plan* plan) &&;

 private:
  DagBuilder builder_;
  std::vector<PlanNode> graph_;
};

// A fresh select clause: the states of its aggregates belong to one operator.
SelectSpec NewSelect(const BoundSelect& select, SchemaPtr input, bool expires);

// The columns of a stream that a query keeps, if `used` are read behind its window.
ColumnSubset KeptColumns(const BoundApp& app, const BoundStreamInput& input, bool optimize,
                         std::vector<bool> used);
// The kept positions of both sides of a join as one mapping of the concatenated columns.
std::vector<uint32_t> ConcatenateMappings(const ColumnSubset& left, const ColumnSubset& right,
                                          size_t left_columns);

// Lowers one query. `inputs[i]` is the edge from the i-th stream the query reads (a join: left,
// right; a pattern: its distinct streams in order).
class QueryLowering {
 public:
  QueryLowering(const BoundApp& app, const BoundQuery& query, bool optimize, RootNumbers* roots,
                GraphWriter* graph)
      : app_(app), query_(query), optimize_(optimize), roots_(roots), graph_(graph) {
    MakeFaults();
  }

  // By stream: the node that tells what joins find of a named window.
  void set_contents(const std::vector<NodeId>* contents) { contents_ = contents; }

  // By stream: where tables are, and where reads of them are noted for plans.
  void set_table_uses(std::vector<TableUse>* uses) { table_uses_ = uses; }
  // A join with an aggregation: the aggregation's node, the port for the query's rows, and what
  // the node was told of the query. Inside a partition the query reads the aggregation itself.
  struct ReaderPlace {
    NodeId node;
    int port;
    const AggregationReader* reader;
    std::shared_ptr<Aggregation> aggregation;
  };
  void set_reader(const ReaderPlace& reader) { reader_ = reader; }
  // The rows carry the number of a partition's key behind their columns, and what is written serves
  // all keys. Only for queries that CanServeAllKeys allows.
  void set_keyed() { keyed_ = true; }
  // The input of an aggregation, with its filters.
  Edge LowerAggregationInput(const BoundStreamInput& input, const std::vector<Edge>& inputs);

  // `inputs` go on with the tables of look-ups, in order. Gives
  // the node whose rows are the query's output, kinds kept.
  NodeId Lower(const std::vector<Edge>& inputs);

  // After Lower, with the same inputs: the nodes that give what failed in the query, each with the
  // fault stream it belongs to. Their readers come after the query's.
  struct FaultSource {
    NodeId node;
    uint32_t stream;
  };
  std::vector<FaultSource> LowerFaults(const std::vector<Edge>& inputs, NodeId output);

 private:
  // A row source while the chain of a query grows.
  struct Chain {
    Edge edge;
    SchemaPtr schema;
  };

  Chain Append(Chain chain, std::string kind, std::string detail, OperatorFactory make,
               SchemaPtr schema, bool multi_emitter = false);
  void MakeFaults();
  bool TakesFaultsInLockstep() const;
  // In lockstep: the inputs behind what marks the faults of each of their emissions.
  std::vector<Edge> MarkEmissions(const std::vector<Edge>& inputs);
  NodeId LowerMarked(const std::vector<Edge>& inputs);
  Chain Filter(Chain chain, std::span<const ExprPtr> conditions);
  Chain Buckets(Chain rows, std::string detail);
  Chain NumberRows(Chain chain);
  Chain Function(Chain chain, const BoundStreamFunctionCall& call);
  // The stream functions before (after) the window and the filters around them.
  Chain Handlers(Chain chain, const BoundStreamInput& input, bool after,
                 std::span<const ExprPtr> filters, const std::vector<BoundLookup>& lookups);
  Chain Narrow(Chain chain, const ColumnSubset& subset);
  Chain Window(Chain chain, const BoundWindow& window, const ColumnSubset& subset,
               bool needs_expired, bool needs_find_rows);
  Chain StreamSide(const BoundStreamInput& input, Edge from, const ColumnSubset& subset,
                   bool needs_expired, bool needs_find_rows);
  // Puts the answers to look-ups over the chain's rows behind its columns.
  Chain Lookups(Chain chain, const std::vector<BoundLookup>& lookups);
  // Leaves out what Lookups put behind the columns of `schema`.
  Chain DropAnswers(Chain chain, const SchemaPtr& schema);
  std::vector<NodeId> ConnectLookups(const SchemaPtr& rows, const std::vector<BoundLookup>& lookups,
                                     std::vector<LookupSpec>* specs, std::string* detail);
  void ConnectLookup(const LoweredLookup& lowered, std::vector<NodeId>* tables,
                     std::string* detail);
  Edge FoundSide(const BoundStreamInput& input, Edge from, const ColumnSubset& subset,
                 JoinSide* side);
  NodeId LowerStream(const BoundStreamInput& input, Edge from);
  SchemaPtr RowsOf(const BoundStream& stream) const;
  void NoteRead(uint32_t table, std::string how);
  std::shared_ptr<DiskTable> DiskOf(uint32_t table) const;
  std::string SplitCondition(const BoundJoin& join, const ColumnSubset& left,
                             const ColumnSubset& right, const ExprPtr& on, JoinSpec* spec);
  void ShareFound(const BoundStreamInput& input, Edge table, JoinSide* side);
  std::vector<std::shared_ptr<TableLookup>> ShareLookups(const SchemaPtr& rows,
                                                         const std::vector<LookupSpec>& specs,
                                                         std::vector<NodeId>* tables);
  void ConnectSide(NodeId join, int port, const BoundStreamInput& input, const JoinSide& side,
                   Edge edge);
  NodeId LowerJoin(const BoundJoin& join, const std::vector<Edge>& inputs);
  Chain Asked(Chain pairs, const BoundAggregationJoin& join, std::vector<uint32_t> mapping);
  NodeId LowerAggregationJoin(const BoundAggregationJoin& join, Edge from);
  NodeId LowerPattern(const BoundPattern& pattern, const std::vector<Edge>& inputs);
  Chain PatternFunction(Chain chain, const BoundStreamFunctionCall& call);
  std::vector<NodeId> StateLookups(const BoundPattern& pattern, size_t state, PatternSpec* spec);
  NodeId Select(Chain chain, const BoundSelect& select, bool expires);
  Chain SelectStep(Chain chain, std::string detail, std::shared_ptr<const BoundSelect> select,
                   bool expires, bool every_row, bool last_row);
  NodeId Rate(Chain chain, const BoundSelect& select, const SchemaPtr& grouped);
  bool AggregatesNeedExpired(const BoundStreamInput& input) const;

  const BoundApp& app_;
  const BoundQuery& query_;
  const bool optimize_;
  RootNumbers* roots_;
  GraphWriter* graph_;
  const std::vector<NodeId>* contents_ = nullptr;
  std::vector<TableUse>* table_uses_ = nullptr;
  ReaderPlace reader_{};
  bool keyed_ = false;
  std::vector<Edge> lookup_edges_;  // not used yet
  std::shared_ptr<QueryFaults> faults_;
  bool keeps_faults_ = false;
  std::vector<NodeId> marks_;              // by input, in lockstep; unused for tables
  std::optional<uint32_t> number_column_;  // of the rows before the window, if there is one
  OrderPlace rate_place_;
  size_t input_columns_ = 0;  // of the select clause, once it is lowered
};

}  // namespace weir
