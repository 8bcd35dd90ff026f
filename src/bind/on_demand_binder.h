#pragma once

#include <optional>
#include <vector>

#include "bind/bound_app.h"

namespace weir {

// A question to a running app, bound.
struct BoundOnDemand {
  // Position in BoundApp::streams; absent with `read`, and if there is one row without values.
  std::optional<uint32_t> source;
  std::optional<BoundAggregationRead> read;  // of an aggregation; without columns
  SchemaPtr input;
  ExprPtr on;                        // over the input, then the look-ups; null: every row
  std::vector<BoundLookup> lookups;  // of the condition
  BoundSelect select;
  std::optional<BoundTableWrite> write;  // of the selected rows; absent: they are the answer
};

// Absent if there is an error among the diagnostics. Consumes the query.
std::optional<BoundOnDemand> BindOnDemand(ast::OnDemandQuery query, const BoundApp& app,
                                          const Registry& registry,
                                          std::vector<ast::Diagnostic>* diagnostics);

}  // namespace weir
