#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/operator.h"
#include "expr/expr.h"

namespace weir {

// Makes an operator, any number of times.
using OperatorFactory = std::function<std::unique_ptr<Operator>()>;

// A reader of what a member of a circuit puts out: a port of another member, or an arrow out.
struct CircuitReader {
  bool inside = false;
  uint32_t target = 0;  // number of the member or of the arrow
  uint32_t port = 0;    // inside only
};

struct PartitionSpec;

// One of: an operator; one operator for each key; a partition; or none of them, and it passes on
// what arrives.
struct CircuitMember {
  std::string name;
  std::unique_ptr<Operator> op;
  OperatorFactory make_per_key;
  std::unique_ptr<PartitionSpec> partition;
  uint32_t port_count = 0;
  std::vector<std::vector<CircuitReader>> readers;  // by output, in rank order
};

// Where an arrow into a circuit ends.
struct CircuitPort {
  uint32_t member = 0;
  uint32_t port = 0;
};

// Operators that run in lockstep: those of an island, or those of a partition.
struct Circuit {
  std::vector<CircuitMember> members;
  std::vector<CircuitPort> ports;  // by arrow in
};

// How the rows that arrive at a partition find their keys.
struct PartitionPort {
  // Value partition: the key is the text of this value; a null drops the row.
  ExprPtr value;
  // Range partition: the row goes to every key whose condition holds; none drops it.
  struct Range {
    std::string key;
    ExprPtr condition;
  };
  std::vector<Range> ranges;
  // Neither of the two. True: what arrives is for operators that serve all keys, as the changes of
  // a table; else it goes to every key there is.
  bool shared = false;
};

// `@purge`: at every `interval` from the start of the app, the keys are dropped that had no row of
// their own for longer than `idle`.
struct PurgeSpec {
  TimeMs interval = 0;
  TimeMs idle = 0;
  uint32_t root = 0;  // digit of the purge as the root of a path, as in OrderPlace
  int root_width = 0;
};

// The queries of a partition. Rows of an emission are split into runs of equal key, in order; each
// run goes through its key's operators depth first before the next. A key begins at its first row.
struct PartitionSpec {
  std::vector<PartitionPort> ports;  // as circuit.ports
  Circuit circuit;                   // of one key
  std::optional<PurgeSpec> purge;
  int output_count = 0;      // arrows out of the circuit
  int timer_root_width = 0;  // as Operator::timer_root_width
};

}  // namespace weir
