#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/state_map.h"
#include "exec/dag.h"

namespace weir::state_test {

// A row that arrives at a source, as one message.
struct Row {
  uint32_t source;
  RowKind kind;
  TimeMs at;
  std::vector<Value> values;
  uint32_t id = 0;  // of the row of the window or table it comes from
};

// A graph with one tap, made anew any number of times.
struct Subject {
  std::function<std::unique_ptr<Dag>()> make;
  std::vector<SchemaPtr> sources;
};

// One operator, with a source for each port.
Subject OperatorSubject(std::vector<SchemaPtr> sources,
                        std::function<std::unique_ptr<Operator>()> make);

// Runs the rows in epochs of some rows, once without a stop and once with a restart before each
// epoch, and expects that nobody can tell the difference, that a state that was loaded is saved as
// it was, and that altered states do no harm.
void ExpectRestarts(const Subject& subject, const std::vector<Row>& rows);

// The state after the rows.
StateMap StateAfter(const Subject& subject, const std::vector<Row>& rows);

}  // namespace weir::state_test
