#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bind/bound_app.h"
#include "exec/aggregation_operator.h"
#include "exec/dag.h"
#include "exec/disk_tables.h"
#include "exec/event_log.h"

namespace weir {

// What is to be shown: a stream, or the output of a query before its insert.
struct OutputRequest {
  bool query = false;
  std::string name;
};

struct PlanOptions {
  bool optimize = true;  // off: only what correctness needs; same results
  std::vector<OutputRequest> outputs;
  // Where tables on disk go; null: where the system has temporary files, and states hold all rows.
  std::shared_ptr<TablePlace> place;
};

struct PlannedStream {
  std::string name;
  SchemaPtr schema;
};

// One operator as `weir explain` shows it; the position in Plan::graph is the DAG's node id.
struct PlanNode {
  std::string kind;    // "filter"
  std::string detail;  // "(price > 50)"
  std::string query;   // empty for streams
  std::vector<NodeId> inputs;
  std::string automaton_dot;  // patterns only
  std::string owner = {};     // the name under which its state is kept; empty: it has none
};

// What can be found of a stream of the app between epochs: one of the two if it is a table or a
// named window.
struct FoundRows {
  std::shared_ptr<Table> table;
  std::shared_ptr<const TableStore> window;
};

// Who writes and who reads a table, and how the rows are found; for plans.
struct TableUse {
  struct By {
    std::string query;
    std::string how;  // `update T set ... on (T.k == k) by primary key`
  };
  std::string table;
  std::shared_ptr<DiskTable> disk;  // null: it is in memory
  std::vector<By> writers;
  std::vector<By> readers;
};

struct Plan {
  std::unique_ptr<Dag> dag;
  // One per DAG source, in order: every stream of the app, since any can be fed from outside.
  std::vector<PlannedStream> sources;
  // One per tap, in order of PlanOptions::outputs. The rows of a query output keep their kinds.
  std::vector<PlannedStream> outputs;
  std::vector<PlanNode> graph;
  std::vector<FoundRows> found;  // as BoundApp::streams
  std::vector<TableUse> tables;
  std::vector<std::shared_ptr<Aggregation>> aggregations;  // as BoundApp::aggregations
  std::shared_ptr<DiskTables> disk_tables;                 // null: there are none
  std::shared_ptr<EventLog> log;                           // to be handed out after each epoch
};

// Lowers an app to operators. Fails (kNotFound) if an output names nothing, with the nearest name.
Result<Plan> MakePlan(const BoundApp& app, const PlanOptions& options);

// The streams shown when no output is named: written by a query, read by none, taken by no sink.
std::vector<OutputRequest> DefaultOutputs(const BoundApp& app);

// The plan in one of the formats text, dot, mermaid, json; kInvalidArgument for another one.
Result<std::string> ExplainPlan(const Plan& plan, const std::string& format);

}  // namespace weir
