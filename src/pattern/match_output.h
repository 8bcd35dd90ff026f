#pragma once

#include <vector>

#include "pattern/partial_store.h"

namespace weir {

// Collects matches, one row and one emission each, until they are taken as a chunk.
class MatchOutput {
 public:
  explicit MatchOutput(const Automaton& automaton);

  // A match, or, as an expired row, a partial match.
  void Add(const PartialStore& partials, PartialId id, const OrderKey& key, RowKind kind,
           TimeMs timestamp);
  size_t size() const { return meta_.size(); }
  // The rows collected; only then may the stores reclaim what was released.
  Chunk Take(const PartialStore& partials);

 private:
  // The events that one column, or several, takes its values from, one a row.
  struct Source {
    StoredValue value;
    std::vector<EventId> events;
  };

  const Automaton& automaton_;
  std::vector<Source> sources_;
  std::vector<uint32_t> source_of_;   // by output column; kNone for lists
  std::vector<ColumnBuilder> lists_;  // by output column; used by lists only
  RowMetaBuilder meta_;
};

}  // namespace weir
