#pragma once

#include <optional>
#include <vector>

#include "bind/bound_app.h"

namespace weir {

// A question to a running app, bound.
struct BoundOnDemand {
  std::optional<uint32_t> source;  // position in BoundApp::streams; absent: one row without values
  SchemaPtr input;
  ExprPtr on;  // over the input; null: every row
  BoundSelect select;
  std::optional<BoundTableWrite> write;  // of the selected rows; absent: they are the answer
};

// Absent if there is an error among the diagnostics. Consumes the query.
std::optional<BoundOnDemand> BindOnDemand(ast::OnDemandQuery query, const BoundApp& app,
                                          const Registry& registry,
                                          std::vector<ast::Diagnostic>* diagnostics);

}  // namespace weir
