#pragma once

#include <vector>

#include "ast/annotation.h"
#include "bind/bound_app.h"
#include "bind/query_binder.h"

namespace weir {

// The time that every bucket of an aggregation is read with, as its first attribute.
inline constexpr const char* kBucketAttribute = "AGG_TIMESTAMP";

// Binds @purge, @store and the like; false if errors were reported. The units must be known.
bool BindAggregationAnnotations(const std::vector<ast::Annotation>& annotations,
                                BindContext& context, BoundAggregation* aggregation);

// Binds `within begin[, end] per per` (end may be null) at `span`; false if errors were reported.
bool BindAggregationRead(const ast::Expr* begin, const ast::Expr* end, const ast::Expr* per,
                         const ast::Span& span, const BoundAggregation& aggregation, Scope& scope,
                         BindContext& context, BoundAggregationRead* read);

}  // namespace weir
