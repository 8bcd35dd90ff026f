#pragma once

#include <string>
#include <vector>

#include "ast/app.h"
#include "ast/diagnostic.h"
#include "bind/bound_app.h"

namespace weir {

// Warnings about an app that runs, but may not do what its author wants: state that grows without
// end, conditions that are always the same, streams that nobody uses. `bound` is made of `app`.
std::vector<ast::Diagnostic> LintApp(const ast::App& app, const BoundApp& bound);

// Comparisons with `null`, which do not depend on the other side, in any expression of the query.
// `prefix` begins each message.
void LintExpressions(const ast::Query& query, const std::string& prefix,
                     std::vector<ast::Diagnostic>* found);

}  // namespace weir
